public import Units

/// What a trace looks like at a glance.
public struct TraceSummary: Sendable {
  /// How many samples.
  public var rows: Int
  /// From the first sample to the last.
  public var span: SimDuration
  /// Times between two samples; nothing if there is only one sample.
  public var intervals: (least: SimDuration, median: SimDuration, greatest: SimDuration)?
  /// Committed memory, least and greatest.
  public var committed: (least: PageCount, greatest: PageCount)
  /// Committed memory on average over time, each level holding until the next sample, in pages.
  public var meanCommittedPages: Double
  /// The same if each level leads to the next along a straight line.
  public var meanCommittedPagesOfLines: Double
  /// The greatest rise from one sample to the next, in pages: what a jump is.
  public var greatestRise: Int
  /// The steepest rise from one sample to the next, in pages a second; zero if it never rises.
  public var steepestRise: Double
  /// The names of the file's columns.
  public var columns: [String]

  /// The summary of `trace`.
  public init(_ trace: CommittedTrace) {
    let samples = trace.samples
    let pairs = zip(samples, samples.dropFirst())
    let lengths = pairs.map { $1.at - $0.at }.sorted()
    let levels = samples.map(\.committed)
    rows = samples.count
    span = trace.span
    columns = trace.provenance.columns
    committed = (levels.min() ?? .zero, levels.max() ?? .zero)
    if let least = lengths.first, let greatest = lengths.last {
      intervals = (least, lengths[lengths.count / 2], greatest)
    }
    let integral = pairs.reduce(0.0) { sum, pair in
      sum + Double(pair.0.committed.pages) * (pair.1.at - pair.0.at).seconds
    }
    let only = Double(levels.first?.pages ?? 0)
    meanCommittedPages = samples.count > 1 ? integral / span.seconds : only
    let half = pairs.reduce(0.0) { sum, pair in
      sum + Double((pair.1.committed - pair.0.committed).pages) / 2
        * (pair.1.at - pair.0.at).seconds
    }
    meanCommittedPagesOfLines = samples.count > 1 ? (integral + half) / span.seconds : only
    greatestRise = pairs.reduce(0) { max($0, ($1.1.committed - $1.0.committed).pages) }
    steepestRise = pairs.reduce(0.0) { steepest, pair in
      let rise = Double((pair.1.committed - pair.0.committed).pages)
      return max(steepest, rise / (pair.1.at - pair.0.at).seconds)
    }
  }
}
