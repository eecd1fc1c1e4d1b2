public import Recording
public import Simulation
public import Text

/// What a run killed: processes for want of memory, and kernels that oopsed or panicked.
///
/// Memory that is free because who wanted it is dead is not saved by ballooning, so this is said before any figure.
public struct Casualties: Sendable {
  /// A kernel that stopped.
  private struct Stop {
    var guest: String
    var sentence: String
  }

  private let metrics: [Metric]
  private let stops: [Stop]
  /// The writes that the driver refused, each in words.
  private let refusals: [String]

  /// The casualties in the figures and the events of a run; of the events those that do not tell of one are passed over.
  public init(metrics: [Metric], events: [EventRow]) {
    self.metrics = metrics
    stops = events.filter { $0.known == .kernelOops }.map {
      Stop(
        guest: $0.guest ?? "a guest", sentence: "\($0.sentence), at \(UnitScale.text($0.time))")
    }
    refusals = events.filter(\.isRefusedWrite).map {
      "\($0.guest ?? "a guest"): \($0.sentence), at \(UnitScale.text($0.time))"
    }
  }

  /// The casualties of a run that the database holds; a stopped kernel is known of if events of the run are kept.
  public init(_ store: ResultStore, run: Int64) throws {
    let kinds: [EventRecord.Kind] = [.kernelOops, .sysfsWrite]
    try self.init(
      metrics: store.metrics(of: run), events: store.events(of: run, kinds: kinds))
  }

  /// How many processes were killed for want of memory, in all guests.
  public var kills: Int { Int(Self.kills(in: metrics)) }

  /// Whether there are none.
  public var isEmpty: Bool { kills == 0 && stops.isEmpty }

  /// The first thing to be said of a run, a sentence a guest; none if nobody died.
  ///
  /// - Parameter title: What the run is called.
  public func sentences(in title: String) -> [String] {
    let killed = metrics.filter { $0.name == Self.metric && $0.value > 0 }.map { metric in
      let count = UnitScale.text(metric.value, unit: "count")
      let processes = metric.value == 1 ? "1 process was" : "\(count) processes were"
      return """
        KILLED (\(title)): \(processes) killed in \(metric.guest ?? "a guest") for want of memory. \
        What it saved is saved by killing.
        """
    }
    let stopped = stops.map { "STOPPED (\(title)): in \($0.guest) \($0.sentence)." }
    return killed + stopped
  }

  /// What is wrong with what was written to the driver, a sentence a write; none if it took everything.
  public func warnings(in title: String) -> [String] {
    refusals.map { "REFUSED (\(title)): \($0). The value before it stayed in force." }
  }

  /// The same in a few words, for a line of a summary; empty if nobody died.
  public var summary: String {
    [
      kills == 0 ? nil : "\(kills) killed",
      stops.isEmpty ? nil : "\(counted(stops.count, "kernel")) stopped",
      refusals.isEmpty ? nil : "\(counted(refusals.count, "write")) refused",
    ].compactMap(\.self).joined(separator: ", ")
  }

  /// A JSON object.
  public var json: JSON {
    ["kills": kills, "stopped_kernels": stops.count, "refused_writes": refusals]
  }

  static let metric = "oom_kills"

  /// The kills among figures, of one guest or of all.
  static func kills(in metrics: [Metric], guest: String? = nil) -> Double {
    metrics.filter { $0.name == metric && (guest == nil || $0.guest == guest) }
      .reduce(0) { $0 + $1.value }
  }
}

extension EventRow {
  /// Whether it is a write that the driver did not take.
  fileprivate var isRefusedWrite: Bool {
    known == .sysfsWrite && sentence.contains(" (refused, ")
  }
}
