internal import MemoryModel
internal import Policies
internal import Simulation
internal import Text
internal import Traces
internal import Units

/// Turns the tree of a scenario file into a `Scenario`, reporting every problem it meets.
///
/// What keys there are say the tables in `Keys/`; here is what needs more than one value. What it returns after a problem is
/// not to be used.
final class ScenarioDecoder {
  /// Where problems go.
  let log: ProblemLog
  /// What relative paths begin with: empty or ending in a slash.
  let directory: String
  /// The traces read so far, in the order in which they were first named.
  var traces: [CommittedTrace] = []
  /// Whether traces are read; if not, what the scenario says of them is believed.
  var readsTraces = true
  /// Where traces are read, so that scenarios that differ in little read them once.
  let traceCache: TraceCache
  /// What the `sweep` section says.
  var sweep: SweepSpec?
  /// The names of the host's disks; the first is the default.
  var disks: [String] = []
  /// What there is to know of the host's policy, once the host is read; nil: it has none.
  var hostPolicy: PolicyCard?
  /// The names of the guests, once they are read.
  var guestNames: [String] = []
  /// The samples that the guest being read follows, none if they are no problem's.
  var samples: [CommittedPoint] = []
  /// The memory of the machine that these were recorded on.
  var machineMemory: PageCount?
  /// When the longest trace ends.
  var longestSpan = SimDuration.zero
  /// Whether some stream has a fixed amount of work.
  var hasClosedLoop = false

  /// A decoder for a file in `directory`.
  init(directory: String, traces: TraceCache, log: ProblemLog) {
    self.directory = directory
    traceCache = traces
    self.log = log
  }

  /// The scenario of a whole file.
  func scenario(_ root: SourceNode) -> Scenario {
    let expected = "a scenario: a mapping with at least name and guests"
    return MappingReader.read(root, path: "", log: log, expected: expected) { reader in
      // Memory of zero stands for what the guests need.
      var scenario = Scenario(name: "scenario", host: HostSpec(memory: .zero), guests: [])
      disks = scenario.host.disks.map(\.name)
      Scenario.keys.read(&reader, &scenario, self)
      checkDuration(&reader, scenario)
      let together = scenario.guests.reduce(PageCount.zero) { $0 + $1.memory }
      let atBoot = scenario.guests.reduce(PageCount.zero) { $0 + $1.memoryAtBoot }
      if scenario.host.memory == .zero {
        scenario.host.memory = together + PageCount((together.pages + 3) / 4)
      } else if scenario.host.memory < atBoot {
        let place = root["host"]?["memory"]?.place ?? root.place
        log.report(
          place, "host.memory",
          "\(scenario.host.memory.text) is less than what the guests boot with together, "
            + "\(atBoot.text); `boot_memory` lets a guest boot ballooned")
      }
      return scenario
    }
  }

  private func checkDuration(_ reader: inout MappingReader, _ scenario: Scenario) {
    let span: SimDuration
    switch scenario.duration {
    case .time(let time): span = time
    case .trace:
      if longestSpan == .zero && !hasClosedLoop && readsTraces && log.problems.isEmpty {
        reader.report(
          "duration",
          "nothing ends this run: give a duration, a trace of more than one sample, or work")
      }
      span = longestSpan
    }
    let tick = scenario.tick
    if span.nanoseconds / tick.nanoseconds > ScenarioLimits.ticks {
      reader.report(
        "tick", "\(tick.text) makes more than \(ScenarioLimits.ticks) ticks in \(span.text)")
    }
  }

  /// The disks of the host.
  func disks(_ reader: inout MappingReader) -> [DiskSpec] {
    reader.keys.map { name, place in
      if !isName(name) {
        log.report(
          place, reader.path, "expected \(ScalarKind<String>.name.expected), found \(quoted(name))")
      }
      var parameters = DiskParameters.sataSSD
      reader.mapping(name) { DiskParameters.keys.read(&$0, &parameters, self) }
      return DiskSpec(name: name, parameters: parameters)
    }
  }

  /// The guests, with different names.
  func guests(_ reader: inout MappingReader) -> [GuestSpec] {
    guard reader.requiredChild("guests", "a list of guests") != nil else { return [] }
    let items = reader.list("guests")
    if items.isEmpty { reader.report("guests", "expected a list of at least one guest") }
    if items.count > 256 { reader.report("guests", "more than 256 guests") }
    var names: [String] = []
    return items.prefix(256).map { item in
      let guest = guest(item.node, path: item.path)
      if names.contains(guest.name) {
        let place = item.node["name"]?.place ?? item.node.place
        log.report(place, item.path, "two guests are named '\(guest.name)'")
      }
      if item.node["name"] != nil { names.append(guest.name) }
      return guest
    }
  }
}
