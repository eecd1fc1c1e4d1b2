import Foundation
import Testing

@testable import Validation

@Suite("Anonymous memory and swap do what a real kernel did with the same accesses")
struct SwapValidationTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "GroundTruth/anonswap/runs")

  /// One of each kind of workload that is quick; `make test` holds the release build against all 23.
  static let files = [
    "ascan_r0.9.json", "az_a1.2_r0.85.json", "stale_hot_a1.0.json", "stale_r0.4.json",
    "stale_rand_r0.4.json",
  ]

  @Test("A recorded run is predicted within tolerance", arguments: files)
  func runIsPredicted(file: String) throws {
    let run = try SwapValidation(path: Self.folder.appending(path: file).path)

    #expect(run.isTraceEqual == true)
    #expect(run.ok)
  }

  @Test(
    "A stale run is predicted page for page: swapped when the limit falls, kept, and brought back")
  func staleIsExact() throws {
    let run = try SwapValidation(path: Self.folder.appending(path: "stale_r0.4.json").path)

    // 9,884 pages, by the recording's per_segment and after_warmup.
    #expect(run.idles.map(\.predicted) == [9_884, 9_884])
    #expect(run.idleChange == 0)
    #expect(run.brings.map(\.predicted) == [0])
    #expect(run.swapIns.predicted == 9_884)
    #expect(run.swapOuts.predicted == 9_884)
  }

  @Test("A run with other swap-ins, other accesses or swap left after bring does not pass")
  func plantedFaultsAreFound() throws {
    let text = try String(
      contentsOf: Self.folder.appending(path: "stale_r0.4.json"), encoding: .utf8)
    func ok(_ text: String) throws -> Bool {
      let recording = try JSONDecoder().decode(SwapRecording.self, from: Data(text.utf8))
      return SwapValidation(recording).ok
    }

    // 9,884 swap-ins become 9,484, 4% fewer; the hash loses its first digit; one page stays in swap.
    let fewer = text.replacing("\"swapin_faults\": 9884", with: "\"swapin_faults\": 9484")
    let hash = try #require(text.firstMatch(of: /"trace_fnv1a64": "(.)/))
    var otherHash = text
    otherHash.replaceSubrange(
      hash.1.startIndex..<hash.1.endIndex, with: hash.1 == "0" ? "1" : "0")
    let onePage = text.replacing("\"end_swap_pages\": 0", with: "\"end_swap_pages\": 1")

    #expect(Set([text, fewer, otherHash, onePage]).count == 4)
    #expect(try ok(text))
    #expect(try !ok(fewer))
    #expect(try !ok(otherHash))
    #expect(try !ok(onePage))
  }

  @Test("A recording with a number out of range is refused with its place")
  func faults() throws {
    let text = try String(
      contentsOf: Self.folder.appending(path: "stale_r0.4.json"), encoding: .utf8)
    func fault(_ old: String, _ new: String) throws -> String? {
      let changed = text.replacing(old, with: new)
      #expect(changed != text)
      return try JSONDecoder().decode(SwapRecording.self, from: Data(changed.utf8)).fault
    }

    #expect(try fault("\"anon_pages\": 16384", "\"anon_pages\": 0") == "anon_pages")
    #expect(try fault("\"secs\": 15", "\"secs\": -1") == "segments[2].secs")
    #expect(try fault("\"limit\": 6554", "\"limit\": 0") == "segments[1].limit")
    #expect(try fault("\"write_fraction\": 0.0", "\"write_fraction\": 2") == "write_fraction")
    #expect(
      try fault("\"warmup_accesses\": 16384", "\"warmup_accesses\": 32769") == "warmup_accesses")
  }
}
