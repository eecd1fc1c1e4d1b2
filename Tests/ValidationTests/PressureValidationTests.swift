import Foundation
import MemoryModel
import TestSupport
import Testing
import Units

@testable import Validation

@Suite("The memory pressure of recorded guests is that of simulated ones")
struct PressureValidationTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "GroundTruth/psi").path

  /// One of each kind; `make test` holds the release build against all.
  static let files = [
    "a_file_a1.1", "b_zram_burst", "c_swap1", "d_file_anon", "e_none", "f_refault", "f_refault2",
    "senpai_file", "senpaicg_anon", "senpaicg_file",
  ]

  @Test("A recorded guest is predicted within tolerance", arguments: files)
  func guestIsPredicted(file: String) throws {
    let run = try PressureValidation(path: "\(Self.folder)/\(file).json")

    #expect(run.restoresHold)
    #expect(run.someHolds)
    #expect(run.full.relativeError < 0.5 || run.full.real == run.full.predicted)
    #expect(run.ok)
  }

  @Test("What is compared is what the recordings' own summary says")
  func whatIsCompared() throws {
    let phases = try PressureValidation(path: "\(Self.folder)/f_refault2.json")
    let mixed = try PressureValidation(path: "\(Self.folder)/d_file_anon.json")
    let unknown = try PressureValidation(path: "\(Self.folder)/c_swap1.json")
    let loop = try PressureValidation(path: "\(Self.folder)/senpai_file.json")

    // summary.csv of the recordings.
    #expect(phases.restores.real == 2_500)
    #expect(phases.some.real == 6.820039 && phases.full.real == 6.651151)
    #expect(mixed.restores.real == 4_394)
    #expect(mixed.isContended && !phases.isContended)
    #expect(phases.isTimed && !unknown.isTimed)
    #expect(loop.limitError != nil && phases.limitError == nil)
    #expect(loop.restores.real == 0)
  }

  @Test("With Senpai in the loop the echo goes on for a hundred seconds with memory free")
  func echo() throws {
    let run = try PressureValidation(path: "\(Self.folder)/senpai_hotfile_rep1.json")

    let some = try #require(run.series.first { $0.name == "some_us" }).simulated
    let free = try #require(run.series.first { $0.name == "free_pages" }).simulated
    let late = try #require(some.last) - some[25]

    // More than 10 ms a second for a hundred seconds, and some 26,000 pages free, as was recorded.
    #expect(late > 1_000_000)
    #expect(free[25...].allSatisfy { $0 > 25_000 })
    #expect(try #require(run.limitError) < PressureValidation.limitTolerance)
  }

  /// The recording e_none with a text of one of its files replaced.
  private func planted(
    in part: String = ".json", _ old: String, _ new: String
  ) throws -> PressureValidation {
    let folder = try TemporaryFolder()
    for suffix in [".json", ".series.csv"] {
      var text = try String(contentsOfFile: "\(Self.folder)/e_none\(suffix)", encoding: .utf8)
      if suffix == part {
        #expect(text.contains(old))
        text = text.replacing(old, with: new, maxReplacements: 1)
      }
      _ = try folder.write(text, to: "r\(suffix)")
    }
    return try PressureValidation(path: "\(folder.path)/r.json")
  }

  @Test("A guest that is made much smaller has pressure where the recorded one had none")
  func wrongSchedule() throws {
    let run = try planted("30000\n  ]", "14000\n  ]")

    #expect(run.some.real == 0)
    #expect(run.some.predicted > 0)
    #expect(!run.ok)
  }

  @Test(
    "What cannot be compared is refused with its place",
    arguments: [
      (".json", "\"data_latency_ms\": 1", "\"data_latency_ms\": -1", "disk.data_latency_ms"),
      (".json", "\"disk\"", "\"disc\"", "disk"),
      (".series.csv", "psi_t", "psi_u", "e_none.series.csv"),
      (".json", "\"zram_mb\": 256", "\"swapdisk\": 1", "disk.swap_mb"),
      (".json", "\"zram_mb\": 256", "\"page_cluster\": 11", "cfg.page_cluster"),
    ])
  func refusals(part: String, old: String, new: String, place: String) throws {
    let error = #expect(throws: RecordedFileError.self) { try planted(in: part, old, new) }

    #expect("\(try #require(error))".contains(place))
  }

  @Test("Two tasks that want the processor have it in turn, a woken one at once if it had less")
  func oneProcessor() throws {
    var processor = OneProcessor()
    var log: [String] = []
    // The first computes for 20 ms; the second sleeps 5 ms, computes 1 ms, and sleeps 5 ms again.
    let long = processor.add(at: .zero)
    let short = processor.add(at: .zero)
    var rounds = 0
    processor.run(until: .zero + .milliseconds(40)) { task, _ in
      if task == long {
        rounds += 1
        return rounds == 1 ? [.reclaim(.milliseconds(20))] : [.exit]
      }
      return [.sleep(.milliseconds(5), .waitsForDisk), .work(.milliseconds(1))]
    } tell: { old, new, now in
      let time = (now.nanoseconds + 500_000) / 1_000_000
      log.append("\(time) \(old.map { "\($0)" } ?? "-") \(new.map { "\($0)" } ?? "-")")
    }

    // The tick of 4 ms lets the second begin; it sleeps at once, and wakes at 9 ms as if it had 3 ms less than the other:
    // it takes the processor for its millisecond.
    #expect(log.contains("4 reclaims stalls"))
    #expect(log.contains("9 waitsForDisk works"))
    #expect(log.contains("9 reclaims stalls"))
    #expect(log.contains("10 stalls reclaims"))
    // 20 ms of work and the interruptions at 9, 15, 21: over at 23.
    #expect(log.contains("23 reclaims -"))
    #expect(processor.isAsleep(long))
    _ = short
  }
}
