import Foundation
import SimulationEngine
import TestSupport
import Testing
import Units

@testable import Scenarios
@testable import Traces

@Suite("Damaged files")
struct MutationTests {
  /// `bytes` with a few bytes replaced, removed, repeated or swapped for telling ones.
  private func damaged(_ bytes: [UInt8], _ random: inout RandomStream) -> [UInt8] {
    var bytes = bytes
    let telling =
      Array("0123456789-+.:,#&*!|>'\"%@`{}[] \n\r\t\\~?\u{0}e_GMTKpsxn".utf8) + [0xFF, 0xC0, 0xEF]
    for _ in 0...random.below(8) where !bytes.isEmpty {
      let place = Int(random.below(UInt64(bytes.count)))
      let end = min(bytes.count, place + 1 + Int(random.below(20)))
      switch random.below(5) {
      case 0: bytes[place] = UInt8(random.below(256))
      case 1: bytes[place] = telling[Int(random.below(UInt64(telling.count)))]
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: bytes.removeSubrange((random.below(20) == 0 ? place : end - 1)...)
      }
    }
    return bytes
  }

  @Test(
    "A damaged scenario is read or refused, never more",
    arguments: Bundled.scenarios + ["template"])
  func damagedScenarios(name: String) throws {
    let original =
      name == "template"
      ? Array(ScenarioTemplate.text.utf8) : try Bundled.bytes("\(name).yaml")
    for seed in UInt64(0)..<1_000 {
      var random = RandomStream(seed: seed, purpose: name)
      let bytes = damaged(original, &random)

      do {
        let resolved = try ScenarioReader.read(bytes: bytes, file: Bundled.path("s.yaml"))
        let again = try ScenarioReader.read(text: resolved.yaml, file: "s.yaml")
        #expect(again.yaml == resolved.yaml, "seed \(seed)")
      } catch {
        #expect(!error.problems.isEmpty, "seed \(seed)")
      }
    }
  }

  @Test("A damaged trace is read or refused, never more", arguments: Bundled.traces + ["meminfo"])
  func damagedTraces(name: String) throws {
    let meminfo = (0..<20).map {
      "zzz 2026-11-23T00:57:\($0 + 10)Z\nMemTotal: 9 kB\nAnonPages: \($0) kB\nCommitted_AS: \($0 * 7) kB\n"
    }
    let original = name == "meminfo" ? Array(meminfo.joined().utf8) : try Bundled.bytes(name)
    // The first lines are enough to hit every kind of field.
    let beginning = Array(original.prefix(6_000))
    for seed in UInt64(0)..<1_000 {
      var random = RandomStream(seed: seed, purpose: name)
      let bytes = damaged(beginning, &random)

      do {
        let trace = try TraceReader.read(bytes: bytes, file: "t")
        let times = trace.samples.map(\.at)
        #expect(times.first == .zero && zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(TraceSummary(trace).rows == trace.samples.count, "seed \(seed)")
      } catch {
        #expect(error.line >= 1 && error.column >= 1, "seed \(seed)")
      }
    }
  }

  @Test("A damaged recording is read or refused in every format", arguments: TraceFormat.all)
  func damagedRecordings(format: TraceFormat) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fuzzing/Corpus/\(format.name)").path
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    try #require(!names.isEmpty)
    for name in names {
      let original = try contents(ofFile: "\(folder)/\(name)", limit: 1 << 20).dropLast()
      for seed in UInt64(0)..<20 {
        var random = RandomStream(seed: seed, purpose: name)
        let bytes = seed == 0 ? Array(original) : damaged(Array(original), &random)
        var options = ImportOptions()
        options.format = format.name
        options.committedFrom = CommittedSource.allCases.randomElement(using: &random)
        if Bool.random(using: &random) { (options.memory, options.step) = (1 << 20, .seconds(1)) }

        do {
          let trace = try TraceReader.read(bytes: bytes, file: "t", options: options)
          let times = trace.samples.map(\.at)
          #expect(times.first == .zero && zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        } catch {
          #expect(error.line >= 1 && error.column >= 1, "\(name), seed \(seed)")
        }
      }
    }
  }
}
