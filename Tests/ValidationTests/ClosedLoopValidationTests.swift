import Foundation
import TestSupport
import Testing

@testable import Simulation
@testable import Traces
@testable import Validation

@Suite("Whole guests do what recorded ones did")
struct ClosedLoopValidationTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "GroundTruth").path

  /// One of each kind; `make test` holds the release build against all.
  static let files = [
    "closedloop/bursts_m512_d8u1i5", "closedloop/filecache_m512_d8u1i5",
    "closedloop/mixed_m512_d5u1i3", "closedloop/stalehold_m512_d2u3i5s",
    "closedloop/steps_m384_d3u2i3", "balloonlatency/lat_idle",
  ]

  @Test("A recorded guest is predicted within tolerance", arguments: files)
  func guestIsPredicted(file: String) throws {
    let run = try ClosedLoopValidation(path: "\(Self.folder)/\(file).json")

    #expect(run.deviations.filter { !$0.ok } == [])
    #expect(run.equalDecisions == run.decisions)
    #expect(run.balloonSteps.filter { !$0.ok } == [])
    #expect(run.ok)
  }

  @Test("Every decision of the recorded controllers is the driver's")
  func decisions() throws {
    let run = try ClosedLoopValidation(
      path: "\(Self.folder)/closedloop/stalehold_m512_d2u3i5s.json")

    // 32 rows in the control file, with selfshrinking.
    #expect(run.decisions == 32)
    #expect(run.equalDecisions == 32)
  }

  @Test("Pages read and swapped in whole guests are predicted within tolerance")
  func counts() throws {
    let cache = try PageCacheValidation(
      path: "\(Self.folder)/guestcache/gc_a1.0_fixed.json")
    let swap = try SwapValidation(path: "\(Self.folder)/guestanon/ga_a0.8.json")

    #expect(cache.ok)
    #expect(swap.ok)
  }

  @Test("A touch as fast as it goes is paced as it was recorded, one with a rate keeps it")
  func touchesAreAtTheRecordedPace() throws {
    let recording = try GuestRecording(path: "\(Self.folder)/guestanon/ga_burst.json")

    let rates = recording.workload.script.processes.flatMap { steps in
      steps.compactMap { step -> Int64? in
        guard case .touch(_, _, let count, let rate) = step.operation, count >= 5000 else {
          return nil
        }
        return rate
      }
    }

    // Line 1: 5,000 pages at 4,000 a second. Line 4: 9,000 pages from 25.021 to 26.992 s, 4,566.2 a second.
    #expect(rates == [4_000, 4_567])
  }

  /// A copy of a recording with something replaced in one of its files.
  private func planted(
    _ name: String, in part: String, _ old: String, _ new: String
  ) throws -> ClosedLoopValidation {
    let folder = try TemporaryFolder()
    for suffix in [".json", ".series.csv", ".control.csv"] {
      var text = try String(contentsOfFile: "\(Self.folder)/\(name)\(suffix)", encoding: .utf8)
      if suffix == part {
        #expect(text.contains(old))
        text = text.replacing(old, with: new, maxReplacements: 1)
      }
      _ = try folder.write(text, to: "r\(suffix)")
    }
    return try ClosedLoopValidation(path: "\(folder.path)/r.json")
  }

  @Test("A guest that commits, ballooned or decided otherwise does not pass")
  func plantedFaultsAreFound() throws {
    let name = "closedloop/bursts_m512_d8u1i5"

    let commits = try planted(name, in: ".json", "alloc x1 30000", "alloc x1 30200")
    let balloons = try planted(name, in: ".json", "\"downhys\": 8", "\"downhys\": 3")
    let decides = try planted(name, in: ".control.csv", "26624", "26625")

    #expect(commits.deviations.filter { !$0.ok }.map(\.name).contains("committed"))
    #expect(balloons.deviations.filter { !$0.ok }.map(\.name).contains("total RAM"))
    #expect(balloons.equalDecisions < balloons.decisions)
    #expect(decides.equalDecisions == decides.decisions - 1)
    #expect(decides.deviations.filter { !$0.ok } == [])
  }

  @Test("A recording that is not whole is refused with the place of the fault")
  func wrongFiles() throws {
    let name = "closedloop/bursts_m512_d8u1i5"

    #expect(throws: RecordedFileError.self) {
      _ = try planted(name, in: ".json", "touch base 0 15000", "touch base 1 15000")
    }
    #expect(throws: RecordedFileError.self) {
      _ = try planted(name, in: ".json", "\"guest_mb\": 512", "\"guest_mb\": 5")
    }
    #expect(throws: RecordedFileError.self) {
      _ = try planted(name, in: ".series.csv", "MemTotal", "Total")
    }
    #expect(throws: RecordedFileError.self) {
      _ = try planted(name, in: ".control.csv", "26624", "x")
    }
    #expect(throws: RecordedFileError.self) {
      _ = try planted(name, in: ".control.csv", "tgt_unfloored", "target")
    }
  }

  @Test("A controlled guest without its control file is refused, and not passed without decisions")
  func noControlFile() throws {
    let folder = try TemporaryFolder()
    for suffix in [".json", ".series.csv"] {
      let text = try String(
        contentsOfFile: "\(Self.folder)/closedloop/bursts_m512_d8u1i5\(suffix)", encoding: .utf8)
      _ = try folder.write(text, to: "r\(suffix)")
    }

    #expect(throws: UnreadableFile.self) {
      _ = try ClosedLoopValidation(path: "\(folder.path)/r.json")
    }
  }
}
