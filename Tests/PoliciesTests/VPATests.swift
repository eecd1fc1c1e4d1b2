import Foundation
import Testing

@testable import Policies

@Suite("VPA")
struct VPATests {
  /// The time of the first sample in the recordings.
  private let start: Int64 = 1_770_136_020

  /// A recommender of one container without a least size.
  private func recommender(_ change: (inout VPA.Settings) -> Void = { _ in }) -> VPA {
    var settings = VPA.Settings()
    change(&settings)
    return VPA(settings, names: [0])
  }

  @Test("The first sample decides the target; without confidence there is no upper bound")
  func firstSample() {
    var vpa = recommender()
    _ = vpa.addCPU(3_029, at: start, to: 0)
    _ = vpa.addMemory(9_512_281_747, at: start, to: 0)

    let got = vpa.recommend(name: 0)

    #expect(vpa.containers[0].windowEnd == start + 86_400)
    #expect(vpa.aggregates[0][0].histogram.reference == 1_770_249_600)
    #expect(vpa.aggregates[0][0].histogram.weights[79] == 0.8040831855417079)
    #expect(got.percentiles.target == 9_712_288_213.36849)
    #expect(got.target == 11_169_131_444)
    #expect(got.lower == 262_144_000)
    #expect(got.upper == VPA.largestAmount)
  }

  @Test("A higher sample of the same day takes the place of the one before")
  func higherPeak() {
    var vpa = recommender()
    for (time, bytes) in [(start, 9_512_281_747), (start + 60, 9_878_567_238)] as [(Int64, Int64)] {
      _ = vpa.addCPU(0, at: time, to: 0)
      _ = vpa.addMemory(bytes, at: time, to: 0)
    }

    let got = vpa.recommend(name: 0)

    #expect(vpa.aggregates[0][0].histogram.weights[79] == 0)
    #expect(got.target == 11_739_088_017)
    #expect(got.upper == 16_916_025_832_497)
    #expect(got.lower == 1_971_762_969)
  }

  @Test("After an OOM kill a container needs a fifth or 100 MiB more than it had")
  func kills() {
    var vpa = recommender()
    _ = vpa.addMemory(600 << 20, at: start, to: 0)
    _ = vpa.recordOOM(requested: 100 << 20, at: start + 60, in: 0)

    #expect(vpa.containers[0].oomPeak == 754_974_720)
    #expect(vpa.recommend(name: 0).target == 920_733_364)
    // The estimate does not grow with a second kill, and the peak stays.
    _ = vpa.recordOOM(requested: 100 << 20, at: start + 120, in: 0)
    #expect(vpa.containers[0].oomPeak == 754_974_720)
    #expect(vpa.containers[0].memoryPeak == 600 << 20)
  }

  @Test("An OOM kill may be an interval older than the last sample, and takes its time back")
  func oldKills() {
    var vpa = recommender()
    _ = vpa.addMemory(1 << 30, at: start, to: 0)

    let old = vpa.recordOOM(requested: 1 << 31, at: start - 86_401, in: 0)
    let young = vpa.recordOOM(requested: 1 << 31, at: start - 86_400, in: 0)

    #expect(!old)
    #expect(young)
    #expect(vpa.containers[0].lastMemorySample == start - 86_400)
  }

  @Test("A first sample of 0 hides all others of its day")
  func zeroFirst() {
    var vpa = recommender { $0.leastOfPod = 0 }
    _ = vpa.addMemory(0, at: start, to: 0)
    _ = vpa.addMemory(1 << 40, at: start + 86_399, to: 0)
    #expect(vpa.recommend(name: 0).target == 11_500_000)
    _ = vpa.addMemory(1 << 34, at: start + 86_400, to: 0)
    #expect(vpa.recommend(name: 0).target > 1 << 34)
  }

  @Test(
    "Samples below zero or older than the last are refused; one of the same time only of the processor"
  )
  func order() {
    var vpa = recommender()
    let times = [start, start + 1, start, start - 1]
    let amounts: [Int64] = [5, -1, 5, 5]

    let memory = zip(times, amounts).map { vpa.addMemory($1, at: $0, to: 0) }
    let processor = zip(times, amounts).map { vpa.addCPU($1, at: $0, to: 0) }

    #expect(memory == [true, false, true, false])
    #expect(processor == [true, false, false, false])
  }

  @Test(
    "With nothing known and no least size, nothing is recommended: what is no number is the least")
  func nothing() {
    var vpa = recommender { $0.leastOfPod = 0 }

    let got = vpa.recommend(name: 0)

    #expect(got.target == 0 && got.lower == 0 && got.upper == 0)
    #expect(VPA.amount(.nan) == .min)
    #expect(VPA.amount(-1) == 0 && VPA.amount(.infinity) == VPA.largestAmount)
  }

  @Test("Three names of a pod have a third of its least size each")
  func leastOfPod() {
    var vpa = VPA(names: [0, 1, 2])

    #expect(vpa.recommend(name: 1).target == 87_381_333)
  }

  @Test("The edges of buckets are the recorder's, to the byte")
  func edges() {
    #expect(VPA.Histogram.bucket(of: 9_999_999) == 0)
    #expect(VPA.Histogram.bucket(of: 10_000_000) == 1)
    #expect(VPA.Histogram.start(of: 2) == 20_499_999.99999999)
    #expect(VPA.Histogram.bucket(of: 20_500_000) == 1)
    #expect(VPA.Histogram.bucket(of: 20_500_001) == 2)
    #expect(VPA.Histogram.start(of: 4) == 43_101_249.99999996)
    #expect(VPA.Histogram.bucket(of: 1e18) == 175)
  }

  @Test("Logarithms and powers are within 1 ulp of the C library's")
  func functions() {
    for step in 0..<20_000 {
      let x = 1 + Double(step) * 1.37 * Double(1 << (step % 40))
      #expect(abs(GoMath.log(x) - log(x)) <= log(x).ulp)
      let y = Double(step - 10_000) * 0.099_971
      #expect(abs(GoMath.exp2(y) - exp2(y)) <= exp2(y).ulp, "\(y)")
    }
    #expect(GoMath.exp2(0) == 1 && GoMath.exp2(-1_075) == 0 && GoMath.exp2(1_024) == .infinity)
    #expect(GoMath.power(.infinity, -2) == 0)
  }

  @Test("No line ends the program, and a bad number is named")
  func badFields() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../ValidationTests/Vectors/vpa.jsonl")
    let text = try String(contentsOf: file, encoding: .utf8)
    let first = try #require(text.split(separator: "\n").first)
    let line = try JSONDecoder().decode(VectorFields.self, from: Data(first.utf8))
    func path(_ name: String, _ value: VectorValue) -> String? {
      var changed = line
      changed[name] = value
      do throws(BadVectorField) {
        return try VPAReplay.replay(changed).first?.path
      } catch {
        return error.path
      }
    }
    func event(_ kind: String, _ place: Int, _ time: Int64, _ bytes: Int64) -> VectorValue {
      .list([
        .list([
          .text(kind), VectorValue(place), VectorValue(time), VectorValue(bytes), .bool(true),
        ])
      ])
    }

    #expect(path("note", .null) == nil)
    #expect(path("events", event("disk", 0, 0, 0)) == "events[0][0]")
    #expect(path("events", event("mem", 1, 0, 0)) == "events[0][1]")
    #expect(path("events", event("mem", 0, -1, 0)) == "events[0][2]")
    #expect(path("events", event("mem", 0, 1 << 33, .max)) != nil)
    #expect(path("events", event("oom", 0, 0, .max)) != nil)
    #expect(path("events", event("oom", 0, 0, .min)) != nil)
    #expect(path("containers", .list([])) == "before.containers")
    var config = try #require(line["config"]).fields(at: "config")
    config["half_life_s"] = .number(0)
    #expect(path("config", .object(config)) == "config.half_life_s")
  }
}
