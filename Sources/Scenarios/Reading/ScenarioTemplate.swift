internal import MemoryModel
internal import Simulation
internal import Units

/// The text that `scenario new` prints: a small scenario with every key in it, those at their defaults as comments.
///
/// What is a comment is made of the tables of keys; the rest is an example of each kind of value.
public enum ScenarioTemplate {
  /// The YAML.
  public static let text = (head + lines(Scenario.keys.rows(standard), top)).map { $0 + "\n" }
    .joined()

  /// A scenario of one guest with everything else at its default.
  static let standard = {
    let guest = GuestSpec(name: "small", memory: .gibibytes(1))
    return Scenario(
      name: "my-scenario", host: HostSpec(memory: .mebibytes(1_280)), guests: [guest])
  }()

  private static let head = [
    "# A scenario for balloonsim. Keys behind a # are optional and show their defaults.",
    "# Sizes: 512MiB, 4GiB, or pages as 1000p. Times: 90us, 5s, 10min, 24h. Rates: 4000/s.",
    "# Paths are relative to this file. Every value can be changed on the command line: --set PATH=VALUE,",
    "# as in --set guests.small.memory=2GiB or --set selfballoon_interval=1.",
  ]

  /// The lines of a mapping's keys: an example where there is one, else the default as a comment.
  ///
  /// A key without either is left out: it excludes another one, or is one of what the file of a trace leaves open.
  private static func lines(_ rows: [KeyRow], _ examples: [String: [String]]) -> [String] {
    var lines: [String] = []
    var done: Set<String> = []
    for row in rows {
      let key = String(row.path.prefix { $0 != "." })
      guard done.insert(key).inserted else { continue }
      if let example = examples[key] {
        lines += example
        continue
      }
      let below = rows.compactMap { $0.below(key) }
      if !below.isEmpty {
        let inner = Self.lines(below, [:]).map { "#   " + $0.dropFirst(2) }
        if !inner.isEmpty { lines += ["# \(key):"] + inner }
      } else if let value = row.value {
        lines.append(line("# \(key): \(value)", row.meaning))
      }
    }
    return lines
  }

  /// A line with what it means, from the same column on where there is room.
  private static func line(_ text: String, _ meaning: String) -> String {
    if meaning.isEmpty { return text }
    let room = String(repeating: " ", count: max(2, 34 - text.count))
    return text + room + "# " + meaning.filter { $0 != "`" }
  }

  private static func indented(_ lines: [String], first: String, rest: String) -> [String] {
    lines.enumerated().map { ($0 == 0 ? first : rest) + $1 }
  }

  private static let top: [String: [String]] = [
    "name": ["name: my-scenario"],
    "description": ["description: What it is about and what one should see."],
    "host": ["# host:"]
      + lines(
        HostSpec.keys.rows(standard.host), ["disks": disks].merging(hostPolicy) { one, _ in one }
      )
      .map { "#   " + $0.dropFirst(2) },
    "guests": ["guests:"]
      + indented(lines(GuestSpec.keys.rows(standard.guests[0]), guest), first: "  - ", rest: "    "),
    "events": ["events:                    # default: none"] + events.map { "  - " + $0 },
    "sweep": [
      "# What `balloonsim sweep` varies can stand in a section 'sweep' (Docs/scenarios.md)."
    ],
  ]

  private static let hostPolicy = [
    "policy": [
      line("# policy: { proxmox: { target: 80 } }", "who decides on the host; default: none")
    ],
    "controller": [], "policy_version": [], "tunables": [],
  ]

  private static let disks =
    [
      "# disks:                       # the first one is the default disk of swap and files",
      "#   ssd:",
    ]
    + lines(DiskParameters.keys.rows(.sataSSD), [:]).map { "#     " + $0.dropFirst(2) }

  private static let guest: [String: [String]] = [
    "name": ["name: small"],
    "memory": [line("memory: 1GiB", "boot-time maximum, 16MiB to 1TiB")],
    "minimum_memory": [
      line("# minimum_memory: 256MiB", "the least that a policy of the host may leave it")
    ],
    "maximum_memory": [line("# maximum_memory: 1GiB", "the most that it may give it")],
    "shares": [line("# shares: 1000", "with a policy of the host")],
    "policy": [
      line(
        "# policy: { selfballoon: { interval: 5 } }",
        "or none, or another policy; instead of the keys down to tunables")
    ],
    "policy_version": [line("# policy_version: \"2009\"", "of a policy without a driver")],
    "tunables": [
      line("tunables:", "sysfs writes after boot; default: none, so the kernel's defaults hold"),
      "  selfballoon_interval: 5",
      "  # selfballooning: 1",
      "  # selfballoon_downhysteresis: 8",
      "  # selfballoon_uphysteresis: 1",
      line("  # selfballoon_min_usable_mb: 64", "default: piecewise by size"),
      line("  # selfballoon_reserved_mb: 99", "default: a tenth of memory"),
      "  # frontswap_selfshrinking: 1",
      "  # frontswap_hysteresis: 20",
      "  # frontswap_inertia: 3",
    ],
    "swap": [
      line("swap: { size: 1GiB }", "or a list of them, highest priority first; default: none")
    ],
    "committed": [line("committed:", "or constant: 80MiB, or trace: FILE")]
      + lines(CommittedSpec.keys.rows(.none), ["points": points]).map { "  " + $0 },
    "workload": [
      "# Instead of committed memory a guest can have a workload: processes that follow a script (Docs/scenarios.md)."
    ],
    "anon": ["anon:"]
      + lines(
        AnonSpec.keys.rows(AnonSpec()),
        [
          "touched": [
            line(
              "# touched: trace", "or a share of what is committed; 0.8 if the samples do not say")
          ],
          "access": [
            line(
              "access: { rate: 5000/s }",
              "default: none; also pattern: { zipf: 0.9 } and writes: 0.5")
          ],
        ]
      ).map { "  " + $0 },
    "files": [line("files:", "default: none")] + indented(file, first: "  - ", rest: "    "),
    "costs": ["# costs:"] + lines(Costs.keys.rows(Costs()), [:]).map { "#   " + $0.dropFirst(2) },
  ]

  private static let points = [
    "points:",
    "  - { at: 0s, committed: 100MiB, touched: 80MiB }",
    "  - { at: 5min, committed: 600MiB, touched: 400MiB }",
    "  - { at: 10min, committed: 100MiB, touched: 80MiB }",
  ]

  private static let file = lines(
    FileStreamSpec.keys.rows(
      FileStreamSpec(name: "data", size: .mebibytes(500), disk: "ssd", load: .open(.standIn))),
    [
      "name": ["name: data"], "size": ["size: 500MiB"], "disk": ["# disk: ssd"],
      "rate": [line("rate: 1000/s", "or closed loop: work: 2000000 (accesses) and threads: 4")],
      "phases": [
        line("phases:", "or one pattern: { zipf: 0.9 }, which is the default"),
        "  - { pattern: { hotcold: { hot: 0.1, access: 0.9 } }, until: 4min }",
        "  - { pattern: { mix: { zipf: 0.9, scan: 0.1 } }, accesses: 10000 }",
        line("  - { pattern: scan }", "or uniform; the last phase lasts to the end"),
      ],
    ])

  private static let events = [
    "{ at: 6min, guest: small, write: { selfballoon_interval: 1 } }",
    line("{ at: 7min, balloon_target: 512MiB }", "with one guest its name can be left out"),
    "{ at: 8min, drop_caches: true }",
    line("{ at: 190s, balloon: { stuck_for: 30s } }", "from here on: faults, each for some time"),
    "{ at: 220s, balloon: { slow_for: 30s, factor: 10 } }",
    "{ at: 250s, balloon: { intermittent_for: 30s, stuck: 2s, period: 10s } }",
    "{ at: 280s, balloon: { refusing_for: 30s, above: 512MiB } }",
    "{ at: 310s, worker: { late_for: 30s, by: 3s } }",
    "{ at: 340s, tmem: { full_for: 10s } }",
    "{ at: 350s, tmem: { frozen_for: 10s } }",
    "{ at: 360s, host: { out_of_memory_for: 10s } }",
    "{ at: 370s, host: { demand_for: 10s, size: 256MiB } }",
  ]
}

extension KeyRow {
  /// The row of a key within the mapping at `key`; nil if it is of another.
  fileprivate func below(_ key: String) -> KeyRow? {
    guard path.hasPrefix(key + ".") else { return nil }
    var row = self
    row.path = String(path.dropFirst(key.count + 1))
    return row
  }
}
