import TestSupport
import Testing

@testable import Scenarios

@Suite("Problems of scenario files")
struct ScenarioProblemTests {
  /// A change of the small scenario and the beginning of the only problem it makes.
  struct Wrong: CustomTestStringConvertible, Sendable {
    var old: String
    var new: String
    var problem: String
    var testDescription: String { new }

    init(_ old: String, _ new: String, _ problem: String) {
      self.old = old
      self.new = new
      self.problem = problem
    }

    /// A line more in the guest, which is line 7.
    static func guest(_ line: String, _ problem: String) -> Wrong {
      Wrong("80MiB }\n", "80MiB }\n    \(line)\n", problem)
    }

    /// A line more at the end, which is line 7.
    static func top(_ line: String, _ problem: String) -> Wrong {
      Wrong("80MiB }\n", "80MiB }\n\(line)\n", problem)
    }
  }

  static let wrongs: [Wrong] = [
    // Keys
    .guest(
      "swapiness: 3", "s.yaml:7:5: guests.one: unknown key 'swapiness'; did you mean 'swappiness'?"),
    .guest("colour: 3", "s.yaml:7:5: guests.one: unknown key 'colour'; known: name, memory, "),
    .top("<<: { seed: 2 }", "s.yaml:7:1: unknown key '<<'; known: name, description, seed"),
    .top("? [a]\n: 1", "s.yaml:7:3: expected a key, found a list"),
    .top("duration: 2min", "s.yaml:7:1: duplicate key 'duration'"),
    .top("host: { memory: 2GiB, memory: 3GiB }", "s.yaml:7:23: duplicate key 'memory'"),
    Wrong("name: small\n", "", "s.yaml:1:1: missing required key 'name'"),
    Wrong(
      "    memory: 1GiB\n", "", "s.yaml:4:5: guests.one: missing required key 'memory' (a size"),
    Wrong(
      "    committed: { constant: 80MiB }\n", "",
      "s.yaml:4:5: guests.one: missing required key 'committed'"),
    Wrong(
      "- name: one\n    memory", "- memory", "s.yaml:4:5: guests.0: missing required key 'name'"),
    // Numbers
    .top(
      "seed: 010",
      "s.yaml:7:7: seed: expected a whole number from 0 to 18446744073709551615, found '010'"),
    .top("seed: 0x10", "s.yaml:7:7: seed: expected a whole number"),
    .top("seed: 1:30", "s.yaml:7:7: seed: expected a whole number"),
    .top("seed: 1e3", "s.yaml:7:7: seed: expected a whole number"),
    .top("seed: 1_000", "s.yaml:7:7: seed: expected a whole number"),
    .top(
      "seed: \"1\"",
      "s.yaml:7:7: seed: expected a whole number from 0 to 18446744073709551615, found the text \"1\""
    ),
    .top("seed: -1", "s.yaml:7:7: seed: expected a whole number"),
    .top("seed: 18446744073709551616", "s.yaml:7:7: seed: expected a whole number"),
    .top(
      "seed:",
      "s.yaml:7:6: seed: expected a whole number from 0 to 18446744073709551615, found nothing"),
    .guest("vcpus: 0", "s.yaml:7:12: guests.one.vcpus: '0' is out of range, which is 1 to 512"),
    .guest(
      "vcpus: 99999999999999999999",
      "s.yaml:7:12: guests.one.vcpus: '99999999999999999999' is out of range"),
    .guest("vcpus: two", "s.yaml:7:12: guests.one.vcpus: expected a whole number, found 'two'"),
    .guest(
      "swappiness: 101",
      "s.yaml:7:17: guests.one.swappiness: '101' is out of range, which is 0 to 100"),
    .guest("thp: yes", "s.yaml:7:10: guests.one.thp: expected true or false, found 'yes'"),
    .guest(
      "anon: { cold: 1e400 }",
      "s.yaml:7:19: guests.one.anon.cold: expected a number with at most six"),
    .guest(
      "anon: { cold: 1.5 }",
      "s.yaml:7:19: guests.one.anon.cold: '1.5' is out of range, which is 0 to 1"),
    .guest("anon: { cold: .nan }", "s.yaml:7:19: guests.one.anon.cold: expected a number"),
    .guest(
      "anon: { touched: trace }",
      "s.yaml:7:22: guests.one.anon.touched: the committed samples do not say"),
    .guest(
      "anon: { release: lifoo }",
      "s.yaml:7:22: guests.one.anon.release: expected one of lifo, fifo, proportional, found 'lifoo'; did you mean 'lifo'?"
    ),
    // Sizes and times
    Wrong(
      "1GiB", "8MiB",
      "s.yaml:5:13: guests.one.memory: '8MiB' is out of range, which is 16MiB to 1TiB"),
    Wrong("1GiB", "64TiB", "s.yaml:5:13: guests.one.memory: '64TiB' is out of range"),
    Wrong(
      "1GiB", "4GB",
      "s.yaml:5:13: guests.one.memory: expected a size such as 512MiB, 4GiB or 1000p (KiB, MiB, GiB, TiB or p for pages of 4 KiB), found '4GB'"
    ),
    Wrong("1GiB", "1024", "s.yaml:5:13: guests.one.memory: expected a size"),
    Wrong("1GiB", "99999999999999999999GiB", "s.yaml:5:13: guests.one.memory: expected a size"),
    Wrong(
      "1GiB", "[1GiB]",
      "s.yaml:5:13: guests.one.memory: expected a size such as 512MiB, 4GiB or 1000p (KiB, MiB, GiB, TiB or p for pages of 4 KiB), found a list"
    ),
    Wrong("1min", "0s", "s.yaml:2:11: duration: '0s' is out of range"),
    Wrong(
      "1min", "60",
      "s.yaml:2:11: duration: expected a time such as 90us, 5s, 10min or 24h, or trace, found '60'"),
    Wrong("1min", "1e400s", "s.yaml:2:11: duration: expected a time"),
    Wrong("1min", "-5s", "s.yaml:2:11: duration: expected a time"),
    Wrong("1min", "400000d", "s.yaml:2:11: duration: expected a time"),
    Wrong(
      "1min", "40000d", "s.yaml:2:11: duration: '40000d' is out of range, which is 1ns to 3650d"),
    Wrong("1min", "trace", "s.yaml:2:11: duration: nothing ends this run"),
    .top("tick: 0s", "s.yaml:7:7: tick: '0s' is out of range, which is 1ms to 1d"),
    Wrong(
      "1min\n", "3650d\ntick: 1ms\n",
      "s.yaml:3:7: tick: 1ms makes more than 100000000 ticks in 3650d"),
    // Host and disks
    .top(
      "host: { memory: 512MiB }",
      "s.yaml:7:17: host.memory: 512MiB is less than what the guests boot with together, 1GiB"),
    .top(
      "host: { disks: { ssd: { channels: 0 } } }",
      "s.yaml:7:35: host.disks.ssd.channels: '0' is out of range"),
    .top(
      "host: { disks: { ssd: { bandwidth: 450 } } }",
      "s.yaml:7:36: host.disks.ssd.bandwidth: expected a bandwidth such as 450MB/s, found '450'"),
    .top("host: { disks: { 1: {} } }", "s.yaml:7:18: host.disks: expected a name"),
    .guest(
      "swap: { size: 1GiB, disk: sdd }",
      "s.yaml:7:31: guests.one.swap.disk: unknown disk 'sdd'; did you mean 'ssd'?"),
    .guest("swap: { size: 0MiB }", "s.yaml:7:19: guests.one.swap.size: '0MiB' is out of range"),
    .guest("swap: 1GiB", "s.yaml:7:11: guests.one.swap: expected a mapping, found '1GiB'"),
    // Guests
    .top(
      "  - { name: one, memory: 1GiB, committed: { constant: 1MiB } }",
      "s.yaml:7:13: guests.one: two guests are named 'one'"),
    Wrong(
      "- name: one", "- name: 1", "s.yaml:4:11: guests.0.name: expected a name of a letter and then"
    ),
    // Tunables
    .guest(
      "tunables: { selfballoon_intervall: 5 }",
      "s.yaml:7:17: guests.one.tunables: unknown tunable 'selfballoon_intervall'; did you mean 'selfballoon_interval'?"
    ),
    .guest(
      "tunables: { downhysteresis: 5 }",
      "s.yaml:7:17: guests.one.tunables: unknown tunable 'downhysteresis'; did you mean 'selfballoon_downhysteresis'?"
    ),
    .guest(
      "tunables: { frontswap_inertia: [3] }",
      "s.yaml:7:36: guests.one.tunables.frontswap_inertia: expected what is written into the file, found a list"
    ),
    // Committed memory
    Wrong(
      "{ constant: 80MiB }", "{}",
      "s.yaml:6:16: guests.one.committed: missing one of trace, constant, points"),
    Wrong(
      "{ constant: 80MiB }", "{ constant: 80MiB, points: [] }",
      "s.yaml:6:43: guests.one.committed.points: only one of trace, constant, points can be given, not also 'constant'"
    ),
    Wrong(
      "{ constant: 80MiB }", "{ constant: 80MiB, times: 2 }",
      "s.yaml:6:35: guests.one.committed: unknown key 'times'"),
    Wrong(
      "{ constant: 80MiB }", "{ points: [] }",
      "s.yaml:6:26: guests.one.committed.points: expected at least one point"),
    Wrong(
      "{ constant: 80MiB }", "{ points: [{ at: 1s, committed: 0p }] }",
      "s.yaml:6:33: guests.one.committed.points.0.at: the first point must be at 0s"),
    Wrong(
      "{ constant: 80MiB }", "{ points: [{ at: 0s, committed: 0p }, { at: 0s, committed: 1p }] }",
      "s.yaml:6:60: guests.one.committed.points.1.at: times must rise, but 0s comes after 0s"),
    Wrong(
      "{ constant: 80MiB }",
      "{ points: [{ at: 0s, committed: 0p }, { at: 1s, committed: 1p, touched: 0p }] }",
      "s.yaml:6:54: guests.one.committed.points.1: touched must be given in all points or in none"),
    Wrong(
      "{ constant: 80MiB }", "{ trace: /nowhere/t.csv }",
      "s.yaml:6:25: guests.one.committed.trace: cannot read /nowhere/t.csv: No such file or directory"
    ),
    Wrong(
      "{ constant: 80MiB }",
      "{ points: [{ at: 0s, committed: 0p }, { at: 300d, committed: 1p }], times: 20 }",
      "s.yaml:6:91: guests.one.committed.times: the trace lasts longer than 3650d"),
    // Streams
    .guest(
      "files: [{ name: a, size: 1MiB }]",
      "s.yaml:7:13: guests.one.files.a: missing one of rate, work"),
    .guest(
      "files: [{ name: a, size: 1MiB, rate: 4000 }]",
      "s.yaml:7:42: guests.one.files.a.rate: expected a rate such as 4000/s or 1/10min, found '4000'"
    ),
    .guest(
      "files: [{ name: a, size: 1MiB, rate: 0/s }]",
      "s.yaml:7:42: guests.one.files.a.rate: '0/s' is out of range"),
    .guest(
      "files: [{ name: a, size: 1MiB, rate: 1/s, pattern: zipff }]",
      "s.yaml:7:56: guests.one.files.a.pattern: expected uniform, scan, {zipf: 0.9}, {hotcold: {...}} or {mix: {...}}, found 'zipff'; did you mean 'zipf'?"
    ),
    .guest(
      "files: [{ name: a, size: 1MiB, rate: 1/s, pattern: { hotcold: { hot: 0, access: 1 } } }]",
      "s.yaml:7:74: guests.one.files.a.pattern.hotcold.hot: '0' is out of range"),
    .guest(
      "files: [{ name: a, size: 1MiB, rate: 1/s, phases: [{ pattern: scan }, { pattern: scan }] }]",
      "s.yaml:7:56: guests.one.files.a.phases.0: missing one of until, accesses"),
    .guest(
      "files: [{ name: a, size: 1MiB, rate: 1/s, phases: [{ pattern: scan, until: 1s }] }]",
      "s.yaml:7:56: guests.one.files.a.phases.0: the last phase has no end"),
    .guest(
      "files: [{ name: a, size: 1MiB, rate: 1/s }, { name: a, size: 1MiB, rate: 1/s }]",
      "s.yaml:7:57: guests.one.files.a.name: two streams are named 'a'"),
    .guest("files: {}", "s.yaml:7:12: guests.one.files: expected a list, found a mapping"),
    // Events
    .top(
      "events: [{ at: 1s }]",
      "s.yaml:7:10: events.0: missing one of write, balloon_target, drop_caches"),
    .top(
      "events: [{ at: 1s, guest: on, drop_caches: true }]",
      "s.yaml:7:27: events.0.guest: unknown guest 'on'; did you mean 'one'?"),
    .top(
      "events: [{ at: 1s, write: {} }]",
      "s.yaml:7:27: events.0.write: expected at least one attribute to write"),
    // Faults
    .top(
      "events: [{ at: 1s, balloon: {} }]",
      "s.yaml:7:29: events.0.balloon: missing one of stuck_for, slow_for, intermittent_for, refusing_for"
    ),
    .top(
      "events: [{ at: 1s, baloon: { stuck_for: 3s }, drop_caches: true }]",
      "s.yaml:7:20: events.0: unknown key 'baloon'; did you mean 'balloon'?"),
    .top(
      "events: [{ at: 1s, balloon: { stuck_for: 30 } }]",
      "s.yaml:7:42: events.0.balloon.stuck_for: expected a time such as"),
    .top(
      "events: [{ at: 1s, balloon: { stuck_for: 0s } }]",
      "s.yaml:7:42: events.0.balloon.stuck_for: '0s' is out of range, which is 1ms to 3650d"),
    .top(
      "events: [{ at: 1s, balloon: { stuck_for: 3s, slow_for: 3s, factor: 2 } }]",
      "s.yaml:7:56: events.0.balloon.slow_for: only one of stuck_for, slow_for, intermittent_for, "),
    .top(
      "events: [{ at: 1s, balloon: { slow_for: 3s } }]",
      "s.yaml:7:29: events.0.balloon: missing required key 'factor' (a whole number)"),
    .top(
      "events: [{ at: 1s, balloon: { slow_for: 3s, factor: 1 } }]",
      "s.yaml:7:53: events.0.balloon.factor: '1' is out of range, which is 2 to 1000"),
    .top(
      "events: [{ at: 1s, balloon: { intermittent_for: 9s, stuck: 3s, period: 3s } }]",
      "s.yaml:7:60: events.0.balloon.stuck: 3s is not less than the period, 3s"),
    .top(
      "events: [{ at: 1s, balloon: { refusing_for: 9s } }]",
      "s.yaml:7:29: events.0.balloon: missing required key 'above' (a size"),
    .top(
      "events: [{ at: 1s, worker: { late_for: 9s } }]",
      "s.yaml:7:28: events.0.worker: missing required key 'by' (a time"),
    .top(
      "events: [{ at: 1s, guest: one, host: { out_of_memory_for: 9s } }]",
      "s.yaml:7:27: events.0.guest: a fault of the host is no guest's"),
    .top(
      "events: [{ at: 1s, host: { demand_for: 9s, size: 0p } }]",
      "s.yaml:7:50: events.0.host.size: '0p' is out of range"),
    .top(
      "events: [{ at: 1s, tmem: { full_for: 9s, frozen_for: 9s } }]",
      "s.yaml:7:54: events.0.tmem.frozen_for: only one of full_for, frozen_for can be given"),
    .top(
      "events: [{ at: 9s, balloon: { stuck_for: 1s } }, { at: 1s, balloon: { stuck_for: 9s } }]",
      "s.yaml:7:10: events.0: balloon_stuck begins at 9s, while a balloon_stuck lasts, until 10s"),
    .top(
      "events: [{ at: 1s, host: { out_of_memory_for: 9s } }, { at: 2s, host: { demand_for: 1s, size: 1p } }]",
      "s.yaml:7:55: events.1: host_demand begins at 2s, while a host_out_of_memory lasts, until 10s"
    ),
    // YAML
    .top("seed: !!int 3", "s.yaml:7:7: YAML tags are not supported: 'tag:yaml.org,2002:int'"),
    .top("seed: &a 3", "s.yaml:7:7: YAML anchors and aliases are not supported"),
    .top("seed: [1", "s.yaml:8:1: not valid YAML: did not find expected ',' or ']'"),
    .top("\tseed: 1", "s.yaml:7:1: not valid YAML: found character that cannot start any token"),
    .top("--- a", "s.yaml:7:1: not valid YAML: but found another document"),
    .top("seed: \u{1}", "s.yaml:7:7: the character U+1 is not allowed"),
  ]

  @Test("One mistake gives one problem, with its line, its column and its mend", arguments: wrongs)
  func reportsOneProblem(wrong: Wrong) throws {
    let text = smallScenario.replacing(wrong.old, with: wrong.new, maxReplacements: 1)

    let found = problems(of: text)

    // What follows from the mistake may be reported too, so the mistake must be among the first.
    #expect(text != smallScenario)
    #expect(found.contains { $0.hasPrefix(wrong.problem) }, "\(found.joined(separator: "\n"))")
    #expect(found.count <= 2, "\(found.joined(separator: "\n"))")
  }

  @Test("All problems of a file are reported together, in the order of the file")
  func reportsAllProblems() {
    let text = """
      nam: small
      seed: x
      guests:
        - name: one
          memory: 1GB
          committed: { constant: 1 }
      """

    let found = problems(of: text)

    #expect(
      found == [
        "s.yaml:1:1: missing required key 'name' (a name of a letter and then letters, digits, _ or -)",
        "s.yaml:1:1: unknown key 'nam'; did you mean 'name'?",
        "s.yaml:2:7: seed: expected a whole number from 0 to 18446744073709551615, found 'x'",
        "s.yaml:5:13: guests.one.memory: expected a size such as 512MiB, 4GiB or 1000p (KiB, MiB, GiB, TiB or p for pages of 4 KiB), found '1GB'",
        "s.yaml:6:28: guests.one.committed.constant: expected a size such as 512MiB, 4GiB or 1000p (KiB, MiB, GiB, TiB or p for pages of 4 KiB), found '1'",
      ])
  }

  @Test(
    "What is no scenario at all is refused",
    arguments: [
      ("", "s.yaml:1:1: empty, expected YAML"),
      ("# nothing\n", "s.yaml:1:1: empty, expected YAML"),
      (
        "- a\n",
        "s.yaml:1:1: expected a scenario: a mapping with at least name and guests, found a list"
      ),
      (
        "hello",
        "s.yaml:1:1: expected a scenario: a mapping with at least name and guests, found 'hello'"
      ),
      ("guests: []", "s.yaml:1:1: missing required key 'name'"),
      ("{a: &a [1], b: *a}", "s.yaml:1:5: YAML anchors and aliases are not supported"),
    ])
  func refusesOtherThings(text: String, problem: String) {
    let found = problems(of: text)

    #expect(found.contains { $0.hasPrefix(problem) }, "\(found)")
  }

  @Test("Bytes that are no UTF-8 are refused where they stand")
  func refusesOtherEncodings() throws {
    let bytes = Array("name: x\nseed: ".utf8) + [0xFF, 0xFE]

    let problems = #expect(throws: ScenarioProblems.self) {
      try ScenarioReader.read(bytes: bytes, file: "s.yaml")
    }

    #expect(problems?.description == "s.yaml:2:7: not valid UTF-8")
  }

  @Test(
    "Nesting without end and anchors that multiply are refused at once",
    arguments: [
      String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
      String(repeating: "- ", count: 50_000), String(repeating: "? ", count: 50_000),
      String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
      (0..<30).map { "a\($0): &a\($0) [\($0 == 0 ? "1" : "*a\($0 - 1), *a\($0 - 1)")]\n" }.joined()
        + "{ *a29 : 1 }",
    ])
  func refusesBombs(text: String) {
    let found = problems(of: text)

    #expect(!found.isEmpty)
  }

  @Test("A problem of a trace is reported where it stands in the trace")
  func reportsTraceProblems() throws {
    let folder = try TemporaryFolder()
    let trace = try folder.write("time_s,committed_kb\n0,100\n1,x\n", to: "t.csv")
    let text = smallScenario.replacing("constant: 80MiB", with: "trace: t.csv")

    let problems = #expect(throws: ScenarioProblems.self) {
      try ScenarioReader.read(text: text, file: folder.path + "/s.yaml")
    }

    #expect(
      problems?.description
        == "\(trace):3:3: guests.one.committed.trace: committed_kb: expected a number of kB, found 'x'"
    )
  }
}
