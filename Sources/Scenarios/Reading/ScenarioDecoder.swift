internal import MemoryModel
internal import Simulation
internal import Text
internal import Traces
internal import Units

/// Turns the tree of a scenario file into a `Scenario`, reporting every problem it meets.
///
/// What it returns after a problem is not to be used.
final class ScenarioDecoder {
  /// Where problems go.
  let log: ProblemLog
  /// What relative paths begin with: empty or ending in a slash.
  let directory: String
  /// The traces read so far, in the order in which they were first named.
  var traces: [CommittedTrace] = []
  /// Where traces are read, so that scenarios that differ in little read them once.
  let traceCache: TraceCache
  /// What the `sweep` section says.
  private(set) var sweep: SweepSpec?
  /// The host's disks; the first is the default.
  var disks: [DiskSpec] = []
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

  /// The keys of a scenario.
  static let keys = [
    "name", "description", "seed", "duration", "tick", "host", "guests", "events", "sweep",
  ]

  /// The keys of a guest, as those that a small one has.
  static let guestKeys: Set<String> = {
    let text = """
      name: keys
      duration: 1s
      guests:
        - { name: g, memory: 64MiB, committed: { constant: 0p }, swap: { size: 1p }, files: [{ name: f, size: 1p, rate: 1/s }] }
      """
    guard let small = try? ScenarioReader.read(text: text, file: "") else {
      preconditionFailure("a scenario of our own")
    }
    let steps = small.parameters.map { $0.path.split(separator: ".") }
    return Set(steps.filter { $0.count > 2 && $0[0] == "guests" }.map { String($0[2]) })
  }()

  /// The scenario of a whole file.
  func scenario(_ root: SourceNode) -> Scenario {
    let expected = "a scenario: a mapping with at least name and guests"
    return MappingReader.read(root, path: "", log: log, expected: expected) { reader in
      let name = reader.required("name", .name, standIn: "scenario")
      let description = reader.value("description", .text, default: "")
      let seed = reader.value("seed", .seed, default: 1)
      let duration = duration(&reader)
      let tick = reader.value("tick", .time(ScenarioLimits.tick), default: .seconds(1))
      var memory: PageCount?
      var tmem = TmemConfiguration()
      disks = [DiskSpec(name: "ssd", parameters: .sataSSD)]
      _ = reader.mapping("host") { host in
        memory = host.optional("memory", .size(ScenarioLimits.hostMemory))
        tmem = self.tmem(&host)
        if let disks = host.mapping("disks", self.disks), !disks.isEmpty { self.disks = disks }
      }
      let guests = guests(&reader)
      let events = events(&reader, guests: guests)
      sweep = reader.child("sweep").flatMap { SweepSpec($0, log: log) }
      checkDuration(&reader, duration, tick: tick)
      let together = guests.reduce(PageCount.zero) { $0 + $1.memory }
      let atBoot = guests.reduce(PageCount.zero) { $0 + $1.memoryAtBoot }
      if let memory, memory < atBoot {
        let place = root["host"]?["memory"]?.place ?? root.place
        log.report(
          place, "host.memory",
          "\(memory.text) is less than what the guests boot with together, \(atBoot.text); "
            + "`boot_memory` lets a guest boot ballooned")
      }
      let host = HostSpec(
        memory: memory ?? together + PageCount((together.pages + 3) / 4), tmem: tmem, disks: disks)
      return Scenario(
        name: name, description: description, seed: seed, duration: duration, tick: tick,
        host: host, guests: guests, events: events)
    }
  }

  private func duration(_ reader: inout MappingReader) -> DurationRule {
    guard let node = reader.child("duration"), node.text != "trace" else { return .trace }
    var kind = ScalarKind<SimDuration>.time(ScenarioLimits.duration)
    kind.expected += ", or trace"
    return .time(reader.value("duration", kind, default: .seconds(1)))
  }

  private func checkDuration(
    _ reader: inout MappingReader, _ duration: DurationRule, tick: SimDuration
  ) {
    let span: SimDuration
    switch duration {
    case .time(let time): span = time
    case .trace:
      if longestSpan == .zero && !hasClosedLoop && log.problems.isEmpty {
        reader.report(
          "duration",
          "nothing ends this run: give a duration, a trace of more than one sample, or work")
      }
      span = longestSpan
    }
    if span.nanoseconds / tick.nanoseconds > ScenarioLimits.ticks {
      reader.report(
        "tick", "\(tick.text) makes more than \(ScenarioLimits.ticks) ticks in \(span.text)")
    }
  }

  private func tmem(_ host: inout MappingReader) -> TmemConfiguration {
    host.mapping("tmem") { reader in
      let standard = TmemConfiguration()
      return TmemConfiguration(
        cleancache: reader.value("cleancache", .boolean, default: standard.cleancache),
        frontswap: reader.value("frontswap", .boolean, default: standard.frontswap),
        metadataPPM: reader.value("metadata", .share, default: standard.metadataPPM),
        compressedPPM: reader.optional(
          "compressed_size", .millionths(1...1_000_000), none: "none")
          ?? standard.compressedPPM,
        quota: reader.value("quota", .choice, default: standard.quota))
    } ?? TmemConfiguration()
  }

  private func disks(_ reader: inout MappingReader) -> [DiskSpec] {
    reader.keys.map { name, place in
      if !isName(name) {
        log.report(
          place, reader.path, "expected \(ScalarKind<String>.name.expected), found \(quoted(name))")
      }
      let parameters = reader.mapping(name) { disk in
        let standard = DiskParameters.sataSSD
        return DiskParameters(
          randomRead: disk.value(
            "random_read", .time(ScenarioLimits.cost), default: standard.randomRead),
          write: disk.value("write", .time(ScenarioLimits.cost), default: standard.write),
          bandwidth: disk.value("bandwidth", .bandwidth, default: standard.bandwidth),
          channels: disk.value("channels", .count(1...1_024), default: standard.channels))
      }
      return DiskSpec(name: name, parameters: parameters ?? .sataSSD)
    }
  }

  private func guests(_ reader: inout MappingReader) -> [GuestSpec] {
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
