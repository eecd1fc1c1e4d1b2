public import Statistics
public import Units

/// What a trace is like: distribution, rises, memory, and how committed memory goes before memory in use.
public struct TraceProfile: Sendable {
  /// A rise without a fall in between.
  public struct Rise: Hashable, Sendable {
    /// When it begins, after the first sample.
    public var start: SimDuration
    /// How long it takes.
    public var length: SimDuration
    /// By how many pages.
    public var pages: Int
    /// Pages a second.
    public var speed: Double { Double(pages) * 1e9 / Double(length.nanoseconds) }
  }
  /// Committed memory in pages at even distances, at most `EvenSeries.limit` values.
  public var committed: EvenSeries
  /// Memory in use in pages, at the same times, and what was taken for it; nothing if the trace does not tell.
  public var used: (series: EvenSeries, source: String)?
  /// The largest rises of committed memory, at most five, the largest first.
  public var rises: [Rise]
  /// How committed memory goes before memory in use, where both are there and both change.
  public var lead: LeadLag?
  /// The shares of all times whose level `quantiles` tells.
  public static let shares = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
  /// The levels that committed memory is below for those shares of the time, in pages.
  public var quantiles: [Double]

  /// The profile of the trace in `path`, which is read whole.
  ///
  /// - Throws: `UnreadableFile` or `TraceProblem`.
  public static func read(
    _ path: String, options: ImportOptions
  ) throws -> (profile: TraceProfile, trace: CommittedTrace) {
    let columns = TraceColumns()
    let trace = try TraceReader.read(path, options: options, besides: columns)
    return (TraceProfile(trace, columns), trace)
  }

  init(_ trace: CommittedTrace, _ columns: TraceColumns) {
    let committed = EvenSeries(trace)
    self.committed = committed
    let sorted = committed.values.sorted()
    quantiles = Self.shares.map(sorted.quantile)
    rises = Self.rises(trace.samples)
    guard let (source, levels) = Self.levelsInUse(columns) else { return }
    let start = columns.times.first ?? 0
    let points = zip(columns.times, levels).map { time, level in
      CommittedPoint(
        at: SimTime(nanoseconds: time - start), committed: PageCount(Int(max(0, level)) / 4),
        touched: nil)
    }
    var companion = trace
    companion.samples = points
    let series = EvenSeries(companion, step: committed.step) { Double($0.committed.pages) }
    used = (series, source)
    lead = LeadLag(committed, series)
  }

  /// Memory in use in kB at every sample: total less available, or what the tool calls used; nothing unless every sample
  /// has it.
  private static func levelsInUse(_ columns: TraceColumns) -> (String, [Int64])? {
    let samples = columns.times.indices
    let available = samples.compactMap { sample -> Int64? in
      guard let total = columns.value(.total, at: sample) else { return nil }
      return columns.value(.available, at: sample).map { total - $0 }
    }
    if available.count == samples.count { return ("total less available", available) }
    let used = samples.compactMap { columns.value(.used, at: $0) }
    if used.count == samples.count { return ("used", used) }
    return nil
  }

  private static func rises(_ samples: [CommittedPoint]) -> [Rise] {
    var rises: [Rise] = []
    var first = 0
    for place in samples.indices {
      let isTop =
        place + 1 == samples.count || samples[place + 1].committed < samples[place].committed
      guard isTop else {
        // Time in which nothing rises yet does not belong to the rise.
        if samples[place + 1].committed == samples[place].committed,
          samples[place].committed == samples[first].committed
        {
          first = place + 1
        }
        continue
      }
      var last = place
      while last > first, samples[last - 1].committed == samples[last].committed { last -= 1 }
      let pages = samples[last].committed.pages - samples[first].committed.pages
      if pages > 0 {
        rises.append(
          Rise(
            start: samples[first].at - .zero, length: samples[last].at - samples[first].at,
            pages: pages))
      }
      first = place + 1
    }
    return Array(rises.sorted { ($1.pages, $0.start) < ($0.pages, $1.start) }.prefix(5))
  }
}
