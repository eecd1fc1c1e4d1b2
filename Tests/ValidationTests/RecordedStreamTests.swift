import Foundation
import SimulationEngine
import Testing
import Units

@testable import Simulation
@testable import Validation

/// The generators beside request streams that were recorded with a real kernel, and beside plain searches.
@Suite("Access patterns")
struct RecordedStreamTests {
  private func pattern(_ segment: RecordedSegment) throws -> PatternSpec {
    switch segment.kind {
    case "zipf": return .zipf(alpha: try #require(segment.alpha))
    case "uniform": return .uniform
    case "scan": return .scan
    case "hotcold":
      let hot = try #require(segment.hot)
      return .hotcold(
        // The share that comes to `hot` pages, rounded up.
        hotPPM: Int64((hot * 1_000_000 + segment.n - 1) / segment.n),
        accessPPM: Int64(((segment.phot ?? 0) * 1_000_000).rounded()))
    default:
      Issue.record("unknown kind \(segment.kind)")
      return .uniform
    }
  }

  @Test(
    "The recorded request streams are drawn again, access for access",
    arguments: [
      "scale_w4096", "hotcold_h0.2_p0.8_r0.5", "scanpulse_a1.0_r0.4", "uniform_r0.5",
    ])
  func recordedStream(name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "GroundTruth/pagecache/runs/\(name).json")
    let recording = try decodedRecording(PageCacheRecording.self, path: file.path)

    var random = RandomStream(state: recording.workload.seed)
    var scanned: UInt64 = 0
    var hash = TraceHash()
    for segment in recording.workload.segments {
      var shuffle = RandomStream(state: segment.perm ?? 0)
      let sampler = PageSampler(try pattern(segment), count: segment.n, shuffle: &shuffle)
      var left = segment.accesses
      while left > 0 {
        // Batches of an odd size: where one ends must not matter.
        var pages = [UInt32](repeating: 0, count: min(left, 777))
        pages.withUnsafeMutableBufferPointer { sampler.fill($0, scanned: &scanned, &random) }
        for page in pages { hash.add(page + UInt32(segment.lo)) }
        left -= pages.count
      }
    }

    #expect(hash.text == recording.traceHash)
  }

  @Test("A zipf rank is the one that a search from the start finds")
  func zipfRank() {
    for seed in UInt64(0)..<25 {
      var random = RandomStream(seed: seed, purpose: "zipf")
      let alpha = [0, 0.5, 0.8, 1, 1.2, 3, 12][Int(seed % 7)]
      let ranks = 1 + Int(random.below(3_000))
      let table = ZipfTable(ranks: ranks, alpha: alpha)
      var sums: [Double] = []
      for rank in 0..<ranks { sums.append((sums.last ?? 0) + pow(Double(rank + 1), -alpha)) }

      var wrong: [String] = []
      for draw in 0..<300 {
        let count = draw % 3 == 0 ? 1 + Int(random.below(UInt64(ranks))) : ranks
        let unit = draw < 2 ? [0, 1 - 0x1p-53][draw] : random.unit()
        let weight = unit * sums[count - 1]
        let expected = sums[..<count].firstIndex { $0 > weight } ?? count - 1
        let rank = table.rank(unit, of: count)
        if rank != expected { wrong.append("unit \(unit) of \(count): \(rank), not \(expected)") }
      }
      #expect(wrong.isEmpty, "seed \(seed)")
    }
  }

  @Test("A permutation is a shuffle from the end by a bare splitmix64 (README of the recordings)")
  func permutation() {
    var random = RandomStream(state: 7)

    let order = PageSampler.shuffled(10, &random)

    // Computed by a separate program.
    #expect(order == [8, 1, 5, 9, 0, 4, 3, 2, 6, 7])
  }
}
