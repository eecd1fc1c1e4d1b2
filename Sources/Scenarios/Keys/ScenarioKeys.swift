internal import MemoryModel
internal import Policies
internal import Simulation
internal import Text
internal import Units

extension Scenario {
  /// The keys at the top of a scenario.
  static let keys: [ScenarioKey<Scenario>] = [
    .required("name", \.name, .name, "the scenario's name in tables and in the database"),
    ScenarioKey(
      "description", \.description, .text.named("text, at most 64 KiB"), else: "empty",
      "what it is about and what one should see"),
    ScenarioKey("seed", \.seed, .seed, "where all random streams start").condition,
    ScenarioKey(
      "duration", \.duration, .duration,
      "`trace`: until the longest trace has begun its last sample",
      note: "with closed-loop work, until that is done, if it is later"
    ).condition,
    ScenarioKey(
      "tick", \.tick, .time(ScenarioLimits.tick), "time between two recorded rows",
      note: "at most 100,000,000 ticks"
    ).condition,
    .section(
      "host", \.host, HostSpec.keys,
      rows: [
        KeyRow(path: "host", type: "mapping", fallback: "see below", meaning: "the machine")
      ]),
    ScenarioKey(
      name: "guests",
      rows: { _ in
        [
          KeyRow(
            path: "guests", type: "list, 1 to 256", fallback: "required", meaning: "different names"
          )
        ]
      },
      read: { $1.guests = $2.guests(&$0) },
      entries: { [("guests", .list($0.guests.map(GuestSpec.keys.tree)))] }),
    ScenarioKey(
      name: "events",
      rows: { _ in
        [KeyRow(path: "events", type: "list", fallback: "none", meaning: "orders from outside")]
      },
      read: { $1.events = $2.events(&$0, guests: $1.guests) },
      entries: { scenario in
        [("events", .list(scenario.events.map { $0.tree(guests: scenario.guests) }))]
      }),
    ScenarioKey(
      name: "sweep",
      rows: { _ in
        [
          KeyRow(
            path: "sweep", type: "mapping", fallback: "none",
            meaning: "what `balloonsim sweep` varies",
            note: "`run` checks how it is written and does nothing with it")
        ]
      },
      read: { reader, _, decoder in
        decoder.sweep = reader.child("sweep").flatMap { SweepSpec($0, decoder) }
      },
      entries: { _ in [] }),
  ]
}

extension ScalarKind<DurationRule> {
  /// A time, or `trace`.
  static var duration: ScalarKind {
    ScalarKind<SimDuration>.time(ScenarioLimits.duration).map(
      { .time($0) },
      back: { if case .time(let time) = $0 { time } else { .zero } }
    ).or("trace", as: .trace)
  }
}

extension HostSpec {
  /// The keys of the host.
  static let keys: [ScenarioKey<HostSpec>] = [
    ScenarioKey(
      "memory", \.memory, .size(ScenarioLimits.hostMemory),
      else: "the guests' memory and a quarter",
      "RAM for guests and tmem",
      note: "at least what the guests boot with together. "
        + "What it cannot grant later is a result: `balloon_ungranted`"),
    .section("tmem", \.tmem, TmemConfiguration.keys),
    ScenarioKey(
      name: "policy",
      rows: { _ in
        [
          KeyRow(
            path: "policy", type: "a policy's name, or a mapping from it to `version` and settings",
            fallback: "`none`",
            meaning: "who decides on the host, as in `policy: { mom: { interval: 5 } }`",
            note: "the three keys below say the same in other words")
        ]
      },
      // The scenario has it in the words of the keys below when it is read (`SourceNode.withPoliciesAsKeys`).
      read: { _, _, _ in }, entries: { _ in [] }),
    ScenarioKey(
      name: "controller",
      rows: { _ in
        [
          KeyRow(
            path: "controller",
            type: (["none"] + PolicyCatalogue.hostPolicies.map { $0.card.name })
              .map { "`\($0)`" }.joined(separator: ", "),
            fallback: "`none`", meaning: "name of the host's policy")
        ]
      },
      read: { reader, host, _ in
        guard let name = reader.optional("controller", .text), name != "none" else { return }
        host.policy = HostPolicySpec(name: name)
        if host.policy == nil {
          let known = ["none"] + PolicyCatalogue.hostPolicies.map { $0.card.name }
          reader.report("controller", unknownWord("policy", name, known: known))
        }
      },
      entries: { host in host.policy.map { [("controller", .word($0.name))] } ?? [] }),
    ScenarioKey(
      name: "policy_version",
      rows: { _ in
        [
          KeyRow(
            path: "policy_version", type: "text", fallback: "the newest", meaning: "its version")
        ]
      },
      read: { reader, host, _ in
        guard let version = reader.optional("policy_version", .text) else { return }
        host.policy?.version = version
        let known = host.policy?.card.versions ?? []
        if !known.contains(version) {
          reader.report("policy_version", unknownWord("version", version, known: known))
        }
      },
      entries: { host in
        host.policy?.version.map { [("policy_version", .leaf($0, number: nil, isQuoted: true))] }
          ?? []
      }),
    ScenarioKey(
      name: "tunables",
      rows: { _ in
        [
          KeyRow(
            path: "tunables", type: "mapping of setting to text", fallback: "none",
            meaning: "settings of the host's policy at its start")
        ]
      },
      read: { reader, host, decoder in
        let writes =
          reader.mapping("tunables") {
            decoder.tunables(&$0, known: hostTunableNames)
          } ?? []
        host.policy?.tunables = writes
        if let policy = host.policy { decoder.check(writes, of: policy, reader) }
      },
      entries: { host in host.policy.map { [("tunables", .writes($0.tunables))] } ?? [] }),
    ScenarioKey(
      name: "disks",
      rows: { _ in
        [
          KeyRow(
            path: "disks", type: "mapping of name to disk", fallback: "one, `ssd`",
            meaning: "the first is the default of swap and files")
        ] + DiskParameters.keys.rows(.sataSSD).map { $0.below("disks.NAME") }
      },
      read: { reader, host, decoder in
        if let disks = reader.mapping("disks", decoder.disks), !disks.isEmpty { host.disks = disks }
        decoder.disks = host.disks.map(\.name)
        decoder.hostPolicy = host.policy?.card
      },
      entries: { host in
        [("disks", .mapping(host.disks.map { ($0.name, DiskParameters.keys.tree($0.parameters)) }))]
      }
    ).condition,
  ]
}

extension TmemConfiguration {
  /// The keys of transcendent memory.
  static let keys: [ScenarioKey<TmemConfiguration>] = [
    ScenarioKey(
      "cleancache", \.cleancache, .boolean, "whether the hypervisor takes puts of cleancache"),
    ScenarioKey(
      "frontswap", \.frontswap, .boolean, "whether the hypervisor takes stores of frontswap"),
    ScenarioKey(
      "metadata", \.metadataPPM, .share, "pages of metadata charged for each persistent page"),
    ScenarioKey(
      "compressed_size", \.compressedPPM, .millionths(1...1_000_000).or("none", as: 1_000_000),
      "what a page takes in tmem once it is compressed, as a share of a page"),
    ScenarioKey(
      "quota", \.quota, .choice, "when a guest with a `tmem_weight` loses its own oldest page",
      note: "when it has less (as Xen's code is written) or more (as its documentation says) than "
        + "its weighted share"),
  ]
}

extension DiskParameters {
  /// The keys of a disk.
  static let keys: [ScenarioKey<DiskParameters>] = [
    ScenarioKey(
      "random_read", \.randomRead, .time(ScenarioLimits.cost), "service time of a page read"),
    ScenarioKey("write", \.write, .time(ScenarioLimits.cost), "service time of a page written"),
    ScenarioKey(
      "bandwidth", \.bandwidth, .bandwidth, "for a page that follows the one read before"),
    ScenarioKey("channels", \.channels, .count(1...1_024), "requests served at once"),
  ]
}
