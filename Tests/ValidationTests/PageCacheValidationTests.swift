import Foundation
import MemoryModel
import Testing

@testable import Validation

@Suite("The page cache does what a real kernel did with the same accesses")
struct PageCacheValidationTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "GroundTruth/pagecache/runs")

  /// One of each kind of workload; `make test` holds the release build against all 33.
  static let files = [
    "hotcold_h0.2_p0.8_r0.5.json", "mix_a0.8_r0.6_p0.2.json", "scale_w4096.json",
    "scan_r0.5.json", "scanpulse_a1.0_r0.4.json", "shrink_hotcold.json", "uniform_r0.5.json",
  ]

  @Test("A recorded run is predicted within tolerance", arguments: files)
  func runIsPredicted(file: String) throws {
    let run = try PageCacheValidation(path: Self.folder.appending(path: file).path)

    #expect(run.isTraceEqual == true)
    #expect(run.ok)
    #expect(run.agreement ?? 0 > 0.95)
  }

  @Test("The rules of 4.19, the default of a scenario, predict the same runs", arguments: files)
  func runIsPredictedByDefaultRules(file: String) throws {
    let text = try Data(contentsOf: Self.folder.appending(path: file))
    let recording = try JSONDecoder().decode(PageCacheRecording.self, from: text)

    let run = PageCacheValidation(recording, bits: nil, kernel: .linux4_19)

    #expect(run.ok)
  }

  @Test("A run whose misses are a tenth more, or whose accesses are others, does not pass")
  func plantedFaultsAreFound() throws {
    let text = try String(
      contentsOf: Self.folder.appending(path: "scale_w4096.json"), encoding: .utf8)
    func ok(_ text: String) throws -> Bool {
      let recording = try JSONDecoder().decode(PageCacheRecording.self, from: Data(text.utf8))
      return PageCacheValidation(recording, bits: nil).ok
    }

    // 13,431 misses after warm-up become 14,774; seed 77 becomes 78.
    let moreMisses = text.replacing("\"misses\": 13431", with: "\"misses\": 14774")
    let otherSeed = text.replacing("\"seed\": 77", with: "\"seed\": 78")

    #expect(moreMisses != text && otherSeed != text)
    #expect(try ok(text))
    #expect(try !ok(moreMisses))
    #expect(try !ok(otherSeed))
  }
}
