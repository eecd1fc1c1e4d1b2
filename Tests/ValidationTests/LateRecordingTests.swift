import Foundation
import TestSupport
import Testing

@testable import Simulation
@testable import Traces
@testable import Validation

/// Recordings whose first sample comes when the script has begun.
@Suite("A recording may begin late")
struct LateRecordingTests {
  /// A recording, and how many of its samples are taken away from the beginning.
  struct Beginning: CustomTestStringConvertible {
    let file: String
    let dropped: Int
    var testDescription: String { "\(file), \(dropped)" }
  }

  /// Anonymous memory touched, file pages read, both, a balloon that has moved, and the tables of a Zipf operation.
  static let beginnings = [
    Beginning(file: "closedloop/steps_m512_d8u1i5", dropped: 10),
    Beginning(file: "closedloop/filehot_m512_d4u1i2", dropped: 12),
    Beginning(file: "closedloop/mixed_m512_d5u1i3", dropped: 20),
    Beginning(file: "balloonlatency/lat_idle", dropped: 35),
    Beginning(file: "guestcache/gc_a0.8_steps", dropped: 3),
  ]

  @Test("What the script did before the first sample is not there twice", arguments: beginnings)
  func droppedSamples(beginning: Beginning) throws {
    let whole = try recording(beginning.file) { _ in }
    let late = try recording(beginning.file) { rows in
      rows.removeSubrange(1...beginning.dropped)
    }

    let condition = try GuestReplay.condition(of: late)
    let expected = try GuestReplay.condition(of: whole)

    #expect(late.firstTick == beginning.dropped)
    // A process's own memory, for one may begin or end at a sample; 15 pages on no list yet; page tables.
    #expect(abs(condition.restCommitted - expected.restCommitted) <= 97)
    #expect(abs(condition.restTouched - expected.restTouched) <= 40)
    #expect(abs(condition.kernel - expected.kernel) <= 500)
  }

  @Test("A recording that begins late is predicted as well", arguments: beginnings.prefix(2))
  func predicted(beginning: Beginning) throws {
    let folder = try folder(beginning.file) { rows in
      rows.removeSubrange(1...beginning.dropped)
    }

    let run = try ClosedLoopValidation(path: "\(folder.path)/r.json")

    #expect(run.deviations.filter { !$0.ok } == [])
  }

  @Test("A first sample some milliseconds after an allocation has it, and commits it once")
  func sampleAfterAllocation() throws {
    // Recorded: a sample at 0.067 s, 25,000 pages allocated at 0.104 s, touched from 0.109 s on at 10,000 a second.
    let folder = try folder("closedloop/stale_m512_d2u3i5") { rows in
      let columns = rows[0]
      func change(_ column: String, by pages: Int) throws {
        let place = try #require(columns.firstIndex(of: column))
        rows[1][place] = "\(try #require(Int(rows[1][place])) + pages)"
      }
      rows[1][try #require(columns.firstIndex(of: "t"))] = "0.117"
      try change("Committed_AS", by: 25_000)
      try change("MemFree", by: -80)
      try change("Inactive(anon)", by: 80)
    }

    let run = try ClosedLoopValidation(path: "\(folder.path)/r.json")

    #expect(run.deviations.filter { !$0.ok } == [])
    #expect(run.series.first { $0.name == "committed" }?.simulated.first == 26_215)
  }

  /// A recording with the rows of its series changed; the first is their names.
  private func recording(
    _ file: String, _ change: (inout [[String]]) throws -> Void
  ) throws -> GuestRecording {
    let folder = try folder(file, change)
    return try GuestRecording(path: "\(folder.path)/r.json")
  }

  private func folder(
    _ file: String, _ change: (inout [[String]]) throws -> Void
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for suffix in [".json", ".series.csv", ".control.csv"] {
      let path = "\(ClosedLoopValidationTests.folder)/\(file)\(suffix)"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      var text = try String(contentsOfFile: path, encoding: .utf8)
      if suffix == ".series.csv" {
        var rows = text.split(whereSeparator: \.isNewline).map { line in
          line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        try change(&rows)
        text = rows.map { $0.joined(separator: ",") + "\n" }.joined()
      }
      _ = try folder.write(text, to: "r\(suffix)")
    }
    return folder
  }
}
