import Foundation
import TestSupport
import Testing
import Units

@testable import Simulation
@testable import Validation

@Suite("Guests of Xen's do what recorded ones did")
struct XenBalloonValidationTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "GroundTruth/xenballoon").path

  /// One of each kind; `make test` holds the release build against all.
  static let files = [
    "above_max_autoonline", "anon_noswap", "anon_noswap_noboost", "clamp_wsf1000", "fast_scrub",
    "grant_equal", "grant_partial", "grant_unlimited8", "loop_contended_d2u1i1",
    "loop_filecache_d2u1i1", "small_cache_down", "step_idle", "step_midway", "target_zero",
  ]

  @Test("A recorded guest is predicted within tolerance", arguments: files)
  func guestIsPredicted(file: String) throws {
    let run = try XenBalloonValidation(path: "\(Self.folder)/\(file).json")

    #expect(run.oddChanges == 0)
    #expect(run.simulated.map(\.retries) == run.recorded.map(\.retries))
    #expect(run.simulated.map(\.delay) == run.recorded.map(\.delay))
    #expect(run.grants == run.equalGrants && run.ends == run.equalEnds)
    #expect(run.counts.filter { !$0.ok } == [])
    #expect(run.ok)
  }

  @Test("What is compared is there: as many failures, grants and targets as the recording has")
  func whatIsCompared() throws {
    let partial = try XenBalloonValidation(path: "\(Self.folder)/grant_partial.json")
    let loop = try XenBalloonValidation(path: "\(Self.folder)/loop_contended_d2u1i1.json")
    let stopped = try XenBalloonValidation(path: "\(Self.folder)/anon_noswap.json")

    // summary.csv of the recordings: eight failures of a guest that grows, then one success; five targets.
    #expect(partial.recorded.count == 9)
    #expect(partial.grants == 8)
    #expect(partial.ends == 5)
    #expect(partial.recorded.map(\.current).max() == 152_072)
    #expect(loop.recorded.map(\.retries) == [2, 3, 4, 1])
    #expect(loop.counts.map(\.figure.real) == [7_485, 14_980, 29_784])
    // It stopped twice; both are held against the simulation.
    #expect(try #require(stopped.stop) > 0)
  }

  /// The recording grant_equal with a text of one of its files replaced.
  private func planted(
    in part: String = ".json", _ old: String, _ new: String
  ) throws -> XenBalloonValidation {
    let folder = try TemporaryFolder()
    for suffix in [".json", ".series.csv"] {
      var text = try String(contentsOfFile: "\(Self.folder)/grant_equal\(suffix)", encoding: .utf8)
      if suffix == part {
        #expect(text.contains(old))
        text = text.replacing(old, with: new, maxReplacements: 1)
      }
      _ = try folder.write(text, to: "r\(suffix)")
    }
    return try XenBalloonValidation(path: "\(folder.path)/r.json")
  }

  @Test("A recording in which the driver never gives up is not that of one that does")
  func wrongSetting() throws {
    let run = try planted("\"max_retry_count\": 4", "\"max_retry_count\": 0")

    // The fourth failure does not cancel then.
    #expect(run.equalTransitions == 3)
    #expect(!run.ok)
  }

  @Test(
    "A description that is none of a guest of Xen's is refused with its field",
    arguments: [
      ("\"hello\"", "\"hallo\"", "steps[0]"),
      ("\"boot_pages\": 131072", "\"boot_pages\": 131071", "hello.boot_pages"),
      ("\"xen_free\": 127587", "\"xen_free\": -1", "hello.xen_free"),
      ("\"max_schedule_delay\": 32", "\"max_schedule_delay\": 0", "hello.max_schedule_delay"),
      ("\"zones_start\"", "\"zones_begin\"", "zones_start"),
      ("\"boost\": 0", "\"boost\": 700", "zones_start[0]"),
    ])
  func refused(old: String, new: String, field: String) throws {
    let error = try #require(throws: RecordedFileError.self) {
      _ = try planted(old, new)
    }

    #expect("\(error)".contains(field))
  }

  @Test(
    "What a guest of Xen's cannot have had is refused by every comparison of whole guests",
    arguments: [
      ("\"lowmem_reserve\": [", "\"lowmem_reserve\": [], \"more\": [", "zones_start[0]"),
      ("\"max_schedule_delay\": 32", "\"max_schedule_delay\": -5", "hello.max_schedule_delay"),
      ("\"xen_free\": 127587", "\"xen_free\": 9223372036854775807", "hello.xen_free"),
    ])
  func refusedElsewhere(old: String, new: String, field: String) throws {
    let folder = try TemporaryFolder()
    let text = try String(contentsOfFile: "\(Self.folder)/grant_equal.json", encoding: .utf8)
    #expect(text.contains(old))
    _ = try folder.write(text.replacing(old, with: new, maxReplacements: 1), to: "r.json")
    _ = try folder.write(
      String(contentsOfFile: "\(Self.folder)/grant_equal.series.csv", encoding: .utf8),
      to: "r.series.csv")

    let error = try #require(throws: RecordedFileError.self) {
      _ = try ClosedLoopValidation(path: "\(folder.path)/r.json")
    }

    #expect("\(error)".contains(field))
  }

  @Test("A series without the driver's counters is refused")
  func withoutCounters() throws {
    let error = try #require(throws: RecordedFileError.self) {
      _ = try planted(in: ".series.csv", "retry_count", "tries")
    }

    #expect("\(error)".contains("retry_count"))
  }

  @Test("A touch is made at the pace that the samples show")
  func pace() throws {
    let recording = try GuestRecording(path: "\(Self.folder)/loop_filecache_d2u1i1.json")

    // `1 25 touch a 0 30000 15000`: 9,043 pages at 25.7004 s, and 9,882 at 25.8004 s, when kswapd ran besides.
    var touched = 0
    let step = recording.script.processes[1][1]
    let pieces = recording.touchPieces(
      of: step, process: 1, from: 25.0128, lasting: .milliseconds(2_274), after: &touched)

    #expect(touched == 30_000)
    let piece = try #require(pieces.first { abs($0.at.seconds - 25.7004) < 0.0001 })
    #expect(piece.operation == .touch(region: 0, first: 9_043, count: 839, rate: 8_390))
  }
}
