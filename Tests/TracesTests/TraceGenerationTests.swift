import Foundation
import MemoryModel
import SimulationEngine
import TestSupport
import Testing
import Units

@testable import Statistics
@testable import Traces

@Suite("Made-up traces")
struct TraceGenerationTests {
  private func levels(
    _ shape: TraceShape, step: Int64 = 1, span: Int64 = 10, seed: UInt64 = 1
  ) -> [Int] {
    shape.levels(step: .seconds(step), span: .seconds(span), seed: seed)
  }

  @Test("Shapes that nothing is drawn for, worked by hand")
  func shapes() {
    let (low, high) = (PageCount.pages(100), PageCount.pages(200))
    #expect(
      levels(.step(low: low, high: high, at: .seconds(3)), span: 5) == [
        100, 100, 100, 200, 200, 200,
      ])
    #expect(
      levels(.ramp(low: low, high: high, from: .seconds(1), to: .seconds(5)), span: 6) == [
        100, 100, 125, 150, 175, 200, 200,
      ])
    #expect(
      levels(.sawtooth(low: low, high: high, period: .seconds(4)), span: 6) == [
        100, 125, 150, 175, 100, 125, 150,
      ])
    // (1 - cos 60 degrees) / 2 = 1/4.
    #expect(
      levels(.sine(low: low, high: high, period: .seconds(6)), span: 7) == [
        100, 125, 175, 200, 175, 125, 100, 125,
      ])
  }

  @Test("The same seed gives the same trace, another one another")
  func seeds() {
    let walk = TraceShape.walk(low: .zero, high: .pages(1_000), deviation: .pages(100))
    #expect(levels(walk, span: 500, seed: 4) == levels(walk, span: 500, seed: 4))
    #expect(levels(walk, span: 500, seed: 4) != levels(walk, span: 500, seed: 5))
  }

  @Test("A walk has the deviation that was asked for and stays between its levels")
  func walk() {
    let free = levels(
      .walk(low: .zero, high: .pages(100_000_000), deviation: .pages(6_000)), step: 15,
      span: 600_000)
    let steps = EvenSeries(step: .seconds(15), values: free.map(Double.init)).changes
    // A quarter of a minute has half the deviation of a minute; 40,000 steps tell it to 1%.
    let deviation = (steps.reduce(0) { $0 + $1 * $1 } / Double(steps.count)).squareRoot()
    #expect(abs(deviation / 3_000 - 1) < 0.02)
    #expect(abs(steps.reduce(0, +) / Double(steps.count)) < 100)
    let bound = levels(
      .walk(low: .pages(50), high: .pages(90), deviation: .pages(500)), span: 5_000)
    #expect(bound.min() == 50 && bound.max() == 90)
    let flat = levels(.walk(low: .pages(7), high: .pages(7), deviation: .pages(5)))
    #expect(flat == Array(repeating: 7, count: 11))
  }

  @Test("Bursts come as often, last as long and are as large as was asked for")
  func bursts() {
    // A burst a minute, of one second on average, hardly ever two at once.
    let bursts = TraceBursts(
      low: .pages(10), high: .pages(1_000_010), perHour: 60, size: .pages(100), tail: 1.5,
      length: .milliseconds(1_000))
    let span: Int64 = 1_000_000
    let sizes = levels(.bursts(bursts), span: span).map { $0 - 10 }
    let starts = zip([0] + sizes, sizes).filter { $1 > 0 && $1 != $0 }.map(\.1).sorted()

    // 16,667 arrivals, give or take 129; a few coincide.
    #expect(abs(Double(starts.count) - 16_667) < 700)
    #expect(sizes.min() == 0 && starts.first == 100 && starts[starts.count - 1] <= 1_000_000)
    // Of a Pareto distribution from 100 with exponent 1.5, half are below 100 * 2^(1/1.5), one in 100 above 100 * 100^(1/1.5).
    let median = Double(starts[starts.count / 2])
    let high = Double(starts[starts.count * 99 / 100])
    #expect(abs(median / (100 * pow(2, 1 / 1.5)) - 1) < 0.05)
    #expect(abs(high / (100 * pow(100, 1 / 1.5)) - 1) < 0.25)
    // Rounded up to whole samples, the second lasts 1 / (1 - 1/e) samples on average, or a little less where two meet.
    let busy = Double(sizes.count { $0 > 0 })
    #expect(abs(busy / 16_667 / 1.3 - 1) < 0.15)
    let capped = TraceBursts(
      low: .pages(10), high: .pages(500), perHour: 3_600, size: .pages(100), tail: 0.5,
      length: .seconds(100))
    #expect(levels(.bursts(capped), span: 2_000).max() == 500)
  }

  private func trace(_ levels: [Int], touched: Bool = false) throws -> CommittedTrace {
    let rows = levels.enumerated().map { "\($0),\($1 * 4)\(touched ? ",\($1 * 2)" : "")\n" }
    let header = "time_s,committed_kb" + (touched ? ",anon_kb" : "") + "\n"
    return try TraceReader.read(bytes: Array((header + rows.joined()).utf8), file: "t")
  }

  @Test("Autocorrelation and its time, by hand and of a process with a known one")
  func memory() throws {
    // Mean 2; deviations -1 0 1 0 -1 0 1 0: products at lag 1 are zero, at lag 2 six of -1 or 0: -3 of 4.
    let short = EvenSeries(step: .seconds(1), values: [1, 2, 3, 2, 1, 2, 3, 2])
    let correlations = short.autocorrelations { _ in false }
    #expect(correlations.prefix(3) == [1, 0, -0.75])
    #expect(short.mean == 2 && abs(short.deviation - 0.5.squareRoot()) < 1e-12)
    #expect(EvenSeries(step: .seconds(1), values: [5, 5, 5]).memory == nil)
    // Each level is nine tenths of the one before plus noise: the autocorrelation at lag k is 0.9^k, at 9.49 steps 1/e.
    var random = RandomStream(seed: 1, purpose: "test")
    var level = 0.0
    let values = (0..<20_000).map { _ in
      level = 0.9 * level + random.unit() - 0.5
      return level
    }
    let memory = try #require(EvenSeries(step: .seconds(1), values: values).memory)
    #expect(abs(memory - 9.49) < 0.7)
  }

  @Test("A series holds levels between samples and can be thinned out")
  func series() throws {
    let csv = "time_s,committed_kb\n0,4\n2,8\n3,12\n7,40\n"
    let trace = try TraceReader.read(bytes: Array(csv.utf8), file: "t")
    let series = EvenSeries(trace, step: .seconds(1)) { Double($0.committed.pages) }
    #expect(series.values == [1, 1, 2, 3, 3, 3, 3, 10])
    #expect(series.thinned(limit: 3).values == [4.0 / 3, 3, 6.5])
    #expect(series.thinned(limit: 3).step == .seconds(3))
    #expect(EvenSeries.step(of: .seconds(2), over: .seconds(100), limit: 11) == .seconds(10))
    #expect(series.quantile(0.5) == 3 && series.quantile(1) == 10)
  }

  @Test("What is like a trace is made of its steps, wherever it is not entered anew")
  func likeIsMadeOfSteps() throws {
    var random = RandomStream(seed: 3, purpose: "test")
    let recorded = (0..<1_000).map { _ in 1 + Int(random.below(1_000_000)) }
    let likeness = TraceLikeness(try trace(recorded, touched: true))
    let drawn = likeness.draw(count: 20_000, seed: 8)
    let following = Dictionary(
      zip(recorded, recorded.dropFirst() + [recorded[0]]), uniquingKeysWith: { first, _ in first })
    let kept = zip(drawn, drawn.dropFirst()).count { following[$0.committed] == $1.committed }

    #expect(drawn.allSatisfy { following[$0.committed] != nil && $0.touched == $0.committed / 2 })
    let share = Double(kept) / 19_999
    #expect(abs(share - (1 - 0.9 / likeness.pieceLength)) < 0.02)
    #expect(likeness.draw(count: 50, seed: 8).map(\.committed) == drawn.prefix(50).map(\.committed))
  }

  @Test(
    "Level, variability, burstiness and memory are those of the recording",
    arguments: ["batch-a", "swift-build"])
  func likeRecording(name: String) throws {
    let path =
      name == "batch-a"
      ? RecordedTraces.path("recorded/batch-a.csv") : Bundled.path("traces/swift-build.csv")
    let likeness = TraceLikeness(try TraceReader.read(path))
    let own = likeness.series
    let drawn = EvenSeries(
      step: own.step, values: likeness.draw(count: 100_000, seed: 2).map { Double($0.committed) })

    #expect(abs(drawn.mean / own.mean - 1) < 0.05)
    #expect(abs(drawn.deviation / own.deviation - 1) < 0.05)
    #expect(abs(drawn.quantile(0.9) / own.quantile(0.9) - 1) < 0.1)
    func rises(_ series: EvenSeries, above share: Double) -> Double {
      let bound = own.deviation * share
      return Double(series.changes.count { $0 > bound }) / Double(series.changes.count)
    }
    // Behind the last sample comes the first.
    let circle = EvenSeries(step: own.step, values: own.values + [own.values[0]])
    #expect(abs(rises(drawn, above: 0.5) / rises(circle, above: 0.5) - 1) < 0.15)
    let start = EvenSeries(step: own.step, values: Array(drawn.values.prefix(20_000)))
    let (new, old) = (start.memory, own.memory)
    #expect(abs(try #require(new) / #require(old) - 1) < 0.35)
  }

  @Test("A trace of one sample, or of one level, has traces like it")
  func degenerate() throws {
    #expect(TraceLikeness(try trace([7])).draw(count: 3, seed: 1).map(\.committed) == [7, 7, 7])
    #expect(
      TraceLikeness(try trace([7, 7, 7])).draw(count: 4, seed: 1).map(\.committed) == [7, 7, 7, 7])
  }
}
