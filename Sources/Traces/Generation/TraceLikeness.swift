internal import SimulationEngine
public import Statistics
public import Units

/// Makes traces of any length that have the level, the variability and the burstiness of a recorded one.
///
/// Pieces of the recording follow one another: after each sample the next recorded one comes, but for one time in
/// `pieceLength`, when the recording is entered anew at one of the samples whose level is nearest. So levels are as
/// frequent as recorded, rises as steep and as large, and what lasts no longer than a piece is as it was; what took
/// longer, such as a day's course, is not kept. Behind the last sample comes the first.
///
/// Sources: Politis, Romano, "The Stationary Bootstrap", JASA 89, 1994 (pieces of random length, the circle); Carlstein
/// et al., "Matched-block bootstrap for dependent data", Bernoulli 4, 1998 (pieces that fit).
public struct TraceLikeness: Sendable {
  /// The recording at even distances.
  public let series: EvenSeries
  /// The mean length of a piece, in samples: five times the recording's memory, and at most a quarter of it.
  public let pieceLength: Double
  /// Of every sample of `series`, touched memory in pages, where the recording has it.
  private let touched: [Double]?
  /// The places of the samples in the order of their levels, and each sample's place among them.
  private let order: [Int]
  private let ranks: [Int]

  /// What `trace` is like, at distances of `step` (default: its usual one).
  public init(_ trace: CommittedTrace, step: SimDuration? = nil) {
    let step = step ?? trace.provenance.interval ?? .seconds(1)
    let series = EvenSeries(trace, step: step) { Double($0.committed.pages) }
    self.series = series
    touched =
      trace.samples.first?.touched == nil
      ? nil : EvenSeries(trace, step: step) { Double($0.touched?.pages ?? 0) }.values
    let thin = EvenSeries(trace)
    let ratio = Double(thin.step.nanoseconds) / Double(step.nanoseconds)
    let count = Double(series.values.count)
    pieceLength = max(1, min(5 * (thin.memory ?? count) * ratio, count / 4))
    order = series.values.indices.sorted { (series.values[$0], $0) < (series.values[$1], $1) }
    var ranks = [Int](repeating: 0, count: order.count)
    for (rank, place) in order.enumerated() { ranks[place] = rank }
    self.ranks = ranks
  }

  /// A trace of `count` samples. What is drawn depends on `seed` alone.
  public func draw(count: Int, seed: UInt64) -> [(committed: Int, touched: Int?)] {
    var random = RandomStream(seed: seed, purpose: "trace/like")
    let samples = series.values.count
    // A hundredth of the recording, but enough to choose from.
    let near = min(samples - 1, max(5, samples / 200))
    let bound = series.deviation / 20
    var place = Int(random.below(UInt64(samples)))
    return (0..<count).map { index in
      if index > 0 {
        if random.unit() * pieceLength < 1 {
          let other = order[neighbour(of: ranks[place], within: near, &random)]
          // Where levels are rare the nearest may be far; then there is no way over.
          if abs(series.values[other] - series.values[place]) <= bound { place = other }
        }
        place = place + 1 == samples ? 0 : place + 1
      }
      return (Int(series.values[place]), touched.map { Int($0[place]) })
    }
  }

  /// A rank at most `near` away. At either end the ranks are folded back: the way to a rank is as likely as the way back
  /// from it, so that in the long run all samples are visited equally often.
  private func neighbour(of rank: Int, within near: Int, _ random: inout RandomStream) -> Int {
    var drawn = rank - near + Int(random.below(UInt64(2 * near + 1)))
    if drawn < 0 { drawn = -1 - drawn }
    if drawn >= order.count { drawn = 2 * order.count - 1 - drawn }
    return drawn
  }
}
