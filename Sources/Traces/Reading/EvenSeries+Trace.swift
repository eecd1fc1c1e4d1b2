public import Statistics
internal import Units

extension EvenSeries {
  /// A trace's levels in pages, each in force at its time: at the usual distance of its samples, or at so many times of
  /// it that there are no more than `limit`.
  public init(_ trace: CommittedTrace, limit: Int = EvenSeries.limit) {
    let usual = trace.provenance.interval ?? .seconds(1)
    self.init(trace, step: Self.step(of: usual, over: trace.span, limit: limit)) {
      Double($0.committed.pages)
    }
  }

  /// The levels of a trace that `level` tells of its samples, each in force at its time.
  init(_ trace: CommittedTrace, step: SimDuration, _ level: (CommittedPoint) -> Double) {
    let samples = trace.samples
    self.init(times: samples.map(\.at), span: trace.span, step: step) { level(samples[$0]) }
  }
}
