import Foundation
import MemoryModel
import Testing
import Validation

@testable import Traces

@Suite("Zones beside recorded guests")
struct ZoneValidationTests {
  let path = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "GroundTruth/zones/zones.json").path

  @Test("Every recorded guest is within the stated tolerances")
  func recordedGuests() throws {
    let validation = try ZoneValidation(path: path)

    #expect(validation.ok)
    #expect(validation.entries.count == 12)
    for entry in validation.entries {
      #expect(entry.policy == .linux6_1)
      // 1 min_free_kbytes, 3 zones of 3 marks and 5 protections, R, and 2 predictions.
      #expect(entry.quantities.count == 1 + 3 * (3 + 5) + 1 + 2)
      for quantity in entry.quantities {
        #expect(quantity.ok, "\(entry.guestMebibytes) MiB \(quantity)")
      }
    }
  }

  @Test("Below 4 GiB nothing but the predictions may differ at all; min_free_kbytes nowhere")
  func tolerances() throws {
    for entry in try ZoneValidation(path: path).entries {
      for quantity in entry.quantities where !quantity.name.hasPrefix("predicted.") {
        if entry.guestMebibytes < 4096 || quantity.name == "min_free_kbytes" {
          #expect(quantity.tolerance == 0, "\(entry.guestMebibytes) MiB \(quantity)")
        }
      }
    }
  }

  @Test(
    "A number that is off by more than its tolerance is found, and only that one",
    arguments: [
      ("\"min_free_kbytes\": 5666", "\"min_free_kbytes\": 5667", ["min_free_kbytes"]),
      ("\"low\": 1905", "\"low\": 1904", ["DMA32.low"]),
      (
        "\"totalreserve_pages_from_zones\": 4375", "\"totalreserve_pages_from_zones\": 4376",
        ["totalreserve_pages"]
      ),
      (
        "\"totalreserve_pages_from_zones\": 4375", "\"totalreserve_pages_from_zones\": 4470",
        ["totalreserve_pages", "predicted.totalreserve_pages"]
      ),
      ("\"totalram_pages\": 506567", "\"totalram_pages\": 503000", ["predicted.totalram_pages"]),
    ])
  func planted(recorded: String, wrong: String, found: [String]) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let range = try #require(text.range(of: recorded, options: .backwards))
    let bytes = [UInt8](text.replacingCharacters(in: range, with: wrong).utf8)

    let validation = try ZoneValidation(bytes, file: "planted.json")

    #expect(!validation.ok)
    let wrongOnes = validation.entries.flatMap(\.quantities).filter { !$0.ok }
    #expect(wrongOnes.map(\.name) == found)
  }

  @Test("A file may hold a single guest, and its kernel chooses the rules")
  func singleGuest() throws {
    let bytes = [UInt8](g1(kernel: "Linux version 4.19.71 (somebody)", minFree: 4047).utf8)

    let entry = try #require(try ZoneValidation(bytes, file: "g1.json").entries.first)

    #expect(entry.policy == .linux4_19)
    #expect(entry.ok, "\(entry.quantities.filter { !$0.ok })")
  }

  @Test(
    "A file that is no recording is refused with its name, the place and the fault",
    arguments: [
      ("[]", ""),
      ("[{}]", "[0]"),
      ("{\"guest_mb\": \"many\"}", "guest_mb"),
    ])
  func malformed(text: String, place: String) {
    #expect {
      try ZoneValidation([UInt8](text.utf8), file: "bad.json")
    } throws: { error in
      guard case .malformed("bad.json", place, let what) = error as? RecordedFileError else {
        return false
      }
      return !what.isEmpty
    }
  }

  @Test(
    "A file that is no JSON is refused with the place where it stops to be",
    arguments: [("", 1, 1), ("{", 1, 2), ("[1,2\n,x]", 2, 2)])
  func notJSON(text: String, line: Int, column: Int) {
    #expect(throws: RecordedFileError.notJSON(file: "bad.json", line: line, column: column)) {
      try ZoneValidation([UInt8](text.utf8), file: "bad.json")
    }
  }

  @Test(
    "A recording that cannot be true is refused",
    arguments: [
      ("\"guest_mb\": 1024", "\"guest_mb\": 0", "guest_mb"),
      ("\"guest_mb\": 1024", "\"guest_mb\": 67108864", "guest_mb"),
      ("\"thp\": \"never\"", "\"thp\": \"maybe\"", "thp"),
      ("\"min_free_kbytes\": 4047", "\"min_free_kbytes\": -1", "min_free_kbytes"),
      ("\"max_pfn\": 262144", "\"max_pfn\": 9223372036854775807", "max_pfn"),
      ("\"zone\": \"DMA32\"", "\"zone\": \"DMA\"", "zones"),
      ("\"zone\": \"Normal\"", "\"zone\": \"Movable\"", "zones"),
      ("\"managed\": 252000", "\"managed\": 258049", "zones[1]"),
      ("\"lowmem_reserve\": [0, 984, 984]", "\"lowmem_reserve\": []", "zones[0].lowmem_reserve"),
    ])
  func impossible(good: String, bad: String, place: String) {
    let text = g1(kernel: "Linux version 4.19.71", minFree: 4047).replacing(good, with: bad)

    #expect {
      try ZoneValidation([UInt8](text.utf8), file: "bad.json")
    } throws: { error in
      guard case .malformed("bad.json", place, _) = error as? RecordedFileError else {
        return false
      }
      return true
    }
  }

  @Test("A file that is not there is unreadable, with the system's reason")
  func missingFile() {
    let missing = UnreadableFile(path: "/nowhere/zones.json", reason: "No such file or directory")

    #expect(throws: missing) { try ZoneValidation(path: "/nowhere/zones.json") }
  }

  /// G1 of Docs/kernel.md 5.4 as a recording.
  private func g1(kernel: String, minFree: Int) -> String {
    """
    { "guest_mb": 1024, "thp": "never", "kernel": "\(kernel)", "min_free_kbytes": \(minFree),
      "max_pfn": 262144, "totalram_pages": 255976, "totalreserve_pages_from_zones": 2504,
      "zones": [
        { "zone": "DMA", "min": 15, "low": 18, "high": 21, "spanned": 4096, "present": 4096,
          "managed": 3976, "lowmem_reserve": [0, 984, 984] },
        { "zone": "DMA32", "min": 995, "low": 1247, "high": 1499, "spanned": 258048,
          "present": 258048, "managed": 252000, "lowmem_reserve": [0, 0, 0] },
        { "zone": "Normal", "min": 0, "low": 0, "high": 0, "spanned": 0, "present": 0,
          "managed": 0, "lowmem_reserve": [0, 0, 0] }
      ] }
    """
  }
}
