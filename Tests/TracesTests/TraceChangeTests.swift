import SimulationEngine
import TestSupport
import Testing
import Units

@testable import Traces

@Suite("Changes of traces")
struct TraceChangeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let trace = """
    time_s,committed_kb,mem_total_kb,pswpin
    0,100,1000,0
    10,200,1000,5
    30,,1000,6
    40,400,1000,9
    70,40,1000,9

    """

  /// The rows of a CSV, without provenance.
  private func rows(_ csv: [UInt8]) -> [String] {
    String(decoding: csv, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map(String.init)
  }

  private func changed(_ changes: TraceChange..., text: String = trace) throws -> [String] {
    let file = try folder.write(text, to: "t.csv")
    var csv: [UInt8] = []
    let provenance = try TraceReader.write([file], options: ImportOptions(), changes: changes) {
      csv += $0
    }
    // What is written can be read again, and says what was done.
    let again = try TraceReader.read(bytes: csv, file: "again")
    #expect(again.samples.count == provenance.outcome?.rows)
    #expect(again.span == provenance.outcome?.span)
    #expect(
      again.provenance.remarks.contains { $0.hasPrefix("origin: changed: \(changes[0].text)") })
    return rows(csv)
  }

  private func fault(_ body: () throws -> [String]) -> String {
    do {
      return "\(try body())"
    } catch let error as TraceChangeError {
      return String(error.description.split(separator: ": ", maxSplits: 1)[1])
    } catch {
      return "\(error)"
    }
  }

  // The sample at 30 s has no committed memory and is passed over when a trace is read.

  @Test("A slice has the level in force at either end")
  func slice() throws {
    let both = try changed(.slice(from: .after(.seconds(5)), to: .after(.seconds(50))))
    let exact = try changed(.slice(from: .after(.seconds(10)), to: .after(.seconds(40))))
    let within = try changed(.slice(from: .after(.seconds(45)), to: .after(.seconds(50))))
    let beyond = try changed(.slice(from: nil, to: .after(.seconds(500))))
    let point = try changed(.slice(from: .after(.seconds(45)), to: .after(.seconds(45))))

    #expect(
      both.dropFirst() == [
        "0,100,1000,0", "5,200,1000,5", "35,400,1000,9", "45,400,1000,9",
      ])
    #expect(exact.dropFirst() == ["0,200,1000,5", "30,400,1000,9"])
    #expect(within.dropFirst() == ["0,400,1000,9", "5,400,1000,9"])
    #expect(beyond.count == 5 && beyond.last == "70,40,1000,9")
    #expect(point.dropFirst() == ["0,400,1000,9"])
  }

  @Test("A slice by the clock needs a trace that tells the time of day")
  func sliceByClock() throws {
    let epoch = """
      time_s,epoch_s,committed_kb
      0,1795395433,100
      60,1795395493,200
      120,1795395553,300

      """
    let from = try #require(TraceMoment("2026-11-23T00:58:13Z"))
    #expect(
      try changed(.slice(from: from, to: nil), text: epoch).dropFirst() == ["0,200", "60,300"])
    let refused = fault { try changed(.slice(from: from, to: nil)) }
    #expect(
      refused == "the trace does not tell the time of day: give times since its first sample")
    #expect(TraceMoment("yesterday") == nil && TraceMoment("2026-13-01T00:00:00") == nil)
    #expect(
      fault { try changed(.slice(from: .after(.seconds(71)), to: nil)) }
        == "nothing of the trace lies in the slice")
    #expect(
      fault { try changed(.slice(from: .after(.seconds(9)), to: .after(.seconds(8)))) }
        == "the slice ends before it begins")
  }

  @Test(
    "A new step: held, mean, greatest, interpolated",
    arguments: [
      (
        ResamplingRule.held,
        ["0,100,1000,0", "20,200,1000,5", "40,400,1000,9", "60,400,1000,9"]
      ),
      (.mean, ["0,150,1000,0", "20,200,1000,5", "40,400,1000,9", "60,400,1000,9"]),
      (.greatest, ["0,200,1000,0", "20,200,1000,5", "40,400,1000,9", "60,400,1000,9"]),
      (.interpolated, ["0,100,1000,0", "20,267,1000,6", "40,400,1000,9", "60,160,1000,9"]),
    ])
  func resample(rule: ResamplingRule, expected: [String]) throws {
    #expect(
      try Array(changed(.resample(step: .seconds(20), rule: rule)).dropFirst()) == expected)
  }

  @Test("A finer step repeats levels; the last sample is the trace's where it falls on the step")
  func resampleFiner() throws {
    let text = "time_s,committed_kb\n0,100\n10,200\n20,50\n"
    let held = try changed(.resample(step: .seconds(5), rule: .held), text: text)
    let mean = try changed(.resample(step: .seconds(20), rule: .mean), text: text)
    let peak = try changed(.resample(step: .seconds(15), rule: .greatest), text: text)

    #expect(held.dropFirst() == ["0,100", "5,100", "10,200", "15,200", "20,50"])
    #expect(mean.dropFirst() == ["0,150", "20,50"])
    #expect(peak.dropFirst() == ["0,200", "15,200"])
    #expect(
      fault { try changed(.resample(step: .nanoseconds(1), rule: .held), text: text) }
        == "a step of 1ns makes more than 1000000 samples of one")
  }

  @Test(
    "Resampling agrees with a plain second way on a random trace",
    arguments: ResamplingRule.allCases)
  func resamplePlainly(rule: ResamplingRule) throws {
    var random = RandomStream(seed: 11, purpose: "\(rule)")
    var time = 0
    let samples = (0..<200).map { _ in
      time += 1 + Int(random.below(9))
      return (time: time, level: Int(random.below(1_000)))
    }
    let text =
      "time_s,committed_kb\n" + samples.map { "\($0.time),\($0.level)\n" }.joined()
    let step = 7
    /// The level in every second.
    func level(_ second: Int) -> Int { samples.last { $0.time <= second }?.level ?? 0 }
    let (first, last) = (samples[0].time, samples[199].time)
    let expected = stride(from: first, through: last, by: step).map { start -> String in
      let seconds = Array(start..<min(start + step, max(last, start + 1)))
      let value: Int
      switch rule {
      case .held: value = level(start)
      case .mean:
        let sum = seconds.map(level).reduce(0, +)
        value = Int((Double(sum) / Double(seconds.count)).rounded())
      case .greatest:
        value = (seconds + (start + step > last ? [last] : [])).map(level).max() ?? 0
      case .interpolated:
        let after = samples.first { $0.time > start } ?? samples[199]
        let before = samples.last { $0.time <= start } ?? samples[0]
        let share =
          after.time == before.time
          ? 0 : Double(start - before.time) / Double(after.time - before.time)
        value = before.level + Int((Double(after.level - before.level) * share).rounded())
      }
      return "\(start - first),\(value)"
    }
    #expect(
      try Array(changed(.resample(step: .seconds(7), rule: rule), text: text).dropFirst())
        == expected)
  }

  @Test("Scaling multiplies memory and stretches time, and leaves counters")
  func scale() throws {
    #expect(
      try changed(.scale(factor: 0.5, stretch: 2)).dropFirst() == [
        "0,50,500,0", "20,100,500,5", "80,200,500,9", "140,20,500,9",
      ])
    #expect(
      fault { try changed(.scale(factor: 2e9, stretch: 1)) }
        == "mem_total_kb times 2000000000.0 is beyond 2^40 kB")
    #expect(
      fault { try changed(.scale(factor: 1, stretch: 1e9)) }
        == "the trace times 1000000000.0 lasts longer than 146 years")
    #expect(
      fault { try changed(.scale(factor: 1, stretch: 1e-12)) }
        == "times 1e-12, two samples have the same time")
  }

  @Test("Changes follow one another")
  func chain() throws {
    #expect(
      try changed(
        .slice(from: .after(.seconds(10)), to: nil), .scale(factor: 2, stretch: 1),
        .resample(step: .seconds(30), rule: .held)
      ).dropFirst() == ["0,400,2000,5", "30,800,2000,9", "60,80,2000,9"])
  }

  private func merged(
    _ texts: [String], _ alignment: TraceAlignment = .start, _ outside: TraceOutside = .nothing
  ) throws -> [String] {
    let files = try texts.enumerated().map { try folder.write($1, to: "\($0).csv") }
    var csv: [UInt8] = []
    let provenances = try TraceReader.merge(
      files, options: ImportOptions(), alignment: alignment, outside: outside
    ) { csv += $0 }
    #expect(provenances.map(\.path) == files)
    #expect(try TraceReader.read(bytes: csv, file: "again").samples.count == rows(csv).count - 1)
    return rows(csv)
  }

  private static let first = "time_s,committed_kb,anon_kb,pswpin\n3,100,10,5\n13,200,20,6\n"
  private static let second =
    "time_s,committed_kb,pswpin\n0,1000,1\n5,2000,2\n10,3000,3\n30,4000,4\n"

  @Test("A sum has a sample wherever one of the traces has one; what has ended adds nothing")
  func merge() throws {
    #expect(
      try merged([Self.first, Self.second]) == [
        "time_s,committed_kb,pswpin", "0,1100,6", "5,2100,7", "10,3200,9", "20,3000,9",
        "30,4000,10",
      ])
    #expect(
      try merged([Self.first, Self.second], .start, .held).dropFirst() == [
        "0,1100,6", "5,2100,7", "10,3200,9", "30,4200,10",
      ])
  }

  @Test("By the clock a trace adds nothing before it begins")
  func mergeByClock() throws {
    let texts = [("1795395433", "1"), ("1795395443", "10")].map { epoch, level in
      "time_s,epoch_s,committed_kb\n0,\(epoch),\(level)\n10,0,\(level)0\n20,0,\(level)00\n"
    }
    #expect(
      try merged(texts, .clock).dropFirst() == [
        "0,1", "10,20", "20,200", "30,1000",
      ])
    #expect(
      try merged(texts, .clock, .held).dropFirst() == [
        "0,11", "10,20", "20,200", "30,1100",
      ])
    let refused = fault { try merged([texts[0], Self.first], .clock) }
    #expect(
      refused == "the trace does not tell the time of day: align traces by their start")
  }
}
