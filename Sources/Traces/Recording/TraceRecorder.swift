internal import Foundation
public import Units

/// Records a trace of this machine, a sample at every multiple of an interval; a line is handed on as soon as it is whole.
///
/// It keeps time by the clock: when a sample came late, the next is not. If the machine was away for longer than an interval
/// the samples in between are missing.
public final class TraceRecorder {
  private let sampler: MachineSampler
  private let writer: TraceWriter
  private let interval: Int64
  private let start: Int64
  private var last: Int64?
  /// How many samples were taken.
  public private(set) var samples = 0

  /// Begins a recording with a sample of this moment; `facts` are written before it.
  ///
  /// - Throws: `UnreadableFile`, or what `write` throws.
  public convenience init(
    interval: SimDuration, facts: [String], to write: @escaping ([UInt8]) throws -> Void
  ) throws {
    try self.init(MachineSampler(), interval: interval, facts: facts, to: write)
  }

  init(
    _ sampler: MachineSampler, interval: SimDuration, facts: [String],
    to write: @escaping ([UInt8]) throws -> Void
  ) throws {
    self.sampler = sampler
    self.interval = interval.nanoseconds
    writer = TraceWriter(to: write)
    for fact in facts { writer.comment(fact) }
    var row = try sampler.sample()
    start = Self.now(CLOCK_MONOTONIC)
    var understood = TraceUnderstanding()
    understood.start = 0
    understood.epoch = Self.now(CLOCK_REALTIME)
    let columns = TraceQuantity.allCases.filter { row[$0] != nil }
    guard row[.committed] != nil else {
      throw UnreadableFile(path: "/proc/meminfo", reason: "has no Committed_AS")
    }
    writer.begin(columns: columns, understood: understood)
    try put(&row, at: 0)
  }

  /// How long until the next sample is due; zero if it is.
  public var wait: SimDuration {
    let elapsed = Self.now(CLOCK_MONOTONIC) - start
    let due = ((last ?? 0) / interval + 1) * interval
    return .nanoseconds(max(0, due - elapsed))
  }

  /// How long it has been recording.
  public var elapsed: SimDuration { .nanoseconds(Self.now(CLOCK_MONOTONIC) - start) }

  /// Takes a sample now, unless there is one of this very microsecond.
  ///
  /// - Throws: `UnreadableFile`, or what `write` throws.
  public func sample() throws {
    var row = try sampler.sample()
    let time = (Self.now(CLOCK_MONOTONIC) - start) / 1_000 * 1_000
    if time > last ?? -1 { try put(&row, at: time) }
  }

  private func put(_ row: inout TraceRow, at time: Int64) throws {
    row.time = time
    last = time
    samples += 1
    writer.take(&row)
    try writer.flushOrThrow()
  }

  private static func now(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
