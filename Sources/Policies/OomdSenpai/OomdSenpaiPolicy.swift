/// oomd's Senpai on whole guests: with a limit, which is the guest's size, or with reclaim, which asks the guest's kernel for a little
/// at a time and keeps no limit.
///
/// On a real machine it holds the `memory.high` of a control group, or writes its `memory.reclaim`. What reclaim frees is free memory of
/// the guest; the host has it back only through free page reporting.
/// Source: `Docs/policies.md`, section "oomd's Senpai".
public struct OomdSenpaiPolicy: HostPolicy {
  /// What there is to know of it.
  public static let card: PolicyCard = {
    var card = PolicyCard(
      name: "oomd-senpai", title: "oomd's Senpai",
      source: "facebookincubator/oomd v0.5.0 (commit 88c28fdedcf7, 2026), Senpai.cpp",
      actor: "oomd", role: "oomd", place: .host, needsTmem: false, balloon: .any,
      versions: ["0.5.0"], settings: items.settings(Configuration(), versions: ["0.5.0"]),
      terms: Term.allCases.map(\.entry), view: "oomd_senpai_decisions")
    card.needsPressure = true
    card.mindsHostMemory = false
    card.takesLeastSize = false
    return card
  }()

  /// What oomd is started with, and what the plugin is given.
  struct Configuration {
    /// `--interval` of oomd, in seconds.
    var runInterval: Int64 = 5
    var plugin = OomdSenpai.Settings()
    /// `pressure_ms`, whole milliseconds.
    var pressureMilliseconds: Int64 {
      get { plugin.pressure / 1_000 }
      set { plugin.pressure = newValue * 1_000 }
    }
  }

  private var configuration = Configuration()
  private var laws: [OomdSenpai?] = []
  /// The limit in force of each guest; nil: none, in bytes.
  private var limits: [Int64?] = []

  /// The program before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, configuration) }

  /// Writes a setting; a guest that is held already keeps those that it began with.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &configuration)
  }

  /// It reads pressure at every run.
  public var reportInterval: Int64? { configuration.runInterval }

  /// oomd starts, and runs after its interval.
  public mutating func start(_ host: HostView) -> PolicyStart {
    laws = Array(repeating: nil, count: host.guests.count)
    limits = Array(repeating: nil, count: host.guests.count)
    return PolicyStart(wake: .seconds(configuration.runInterval), notices: [Self.namesItself])
  }

  /// A run of the plugin for every guest.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    for (place, guest) in host.guests.enumerated() {
      guard guest.isUp, let report = guest.report, let pressure = report.pressure else {
        laws[place] = nil
        limits[place] = nil
        continue
      }
      let sight = Self.sight(guest, report, pressure, limit: limits[place])
      var law = laws[place] ?? OomdSenpai(configuration.plugin)
      let isFirst = laws[place] == nil
      let cumulative =
        law.state.map { $0.cumulative &+ pressure.memoryTotal &- $0.lastTotal } ?? 0
      let before = law.state?.limit
      let outcome = law.run(sight)
      laws[place] = law
      rows[place].fill(guest, sight, law, cumulative: cumulative, pressure)
      if let high = outcome.high {
        limits[place] = high
        let taken = Int64(clamping: guest.size) &- Int64(clamping: report.total)
        let wanted = UInt64(max(0, min(Int64(clamping: guest.built), high / 4_096 &+ taken)))
        rows[place].goal = bits(wanted)
        rows[place].target = bits(wanted)
        asks[place].append(.balloonTarget(wanted))
      }
      if let reclaim = outcome.reclaim, reclaim >= 4_096 {
        rows[place][Term.reclaim] = reclaim
        asks[place].append(.reclaim(UInt64(reclaim) / 4_096))
      }
      rows[place].rule =
        isFirst || outcome.isReset
        ? "start"
        : outcome.reclaim != nil
          ? "reclaim" : outcome.high.map { $0 > before ?? 0 ? "backoff" : "probe" } ?? "wait"
    }
  }

  /// The next run.
  public mutating func finish() -> Wake { .seconds(configuration.runInterval) }

  /// A lower target of stalled time and a smaller step leave a guest more.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    let target = configuration.pressureMilliseconds
    return [
      PolicyRelief("pressure_ms", [target / 2, target / 10].filter { $0 > 0 }.map(Int.init)),
      PolicyRelief("limit_min_bytes", PolicyRelief.sizes(upTo: mebibytes).map { $0 << 20 }),
    ].compactMap(\.self)
  }

  /// The guest as the plugin sees a control group.
  private static func sight(
    _ guest: HostView.Guest, _ report: GuestReport, _ pressure: GuestPressure, limit: Int64?
  ) -> OomdSenpai.Sight {
    let used = bytes(report.total &- min(report.free, report.total) &+ report.reserve)
    var sight = OomdSenpai.Sight(
      total: pressure.memoryTotal, current: used, high: limit,
      hostTotal: bytes(
        guest.built &- min(guest.size &- min(report.total, guest.size), guest.built)),
      file: bytes(report.files), anonymous: bytes(report.anonymous))
    sight.swap.total = bytes(report.swapTotal)
    sight.swap.used = bytes(report.swapUsed)
    sight.swap.current = sight.swap.used
    sight.swap.swappiness = report.swappiness
    sight.memory = OomdSenpai.Sight.Pressure(
      avg10: Float(pressure.memory.avg10) / 100, avg60: Float(pressure.memory.avg60) / 100)
    sight.io = OomdSenpai.Sight.Pressure(
      avg10: Float(pressure.io.avg10) / 100, avg60: Float(pressure.io.avg60) / 100)
    return sight
  }
}
