import Foundation
import MemoryModel
import Testing

/// The model of fragmentation, and free page reporting with it, beside recorded guests: `GroundTruth/pagereporting`.
@Suite("Free blocks of recorded guests")
struct FreeBlocksRecordingTests {
  /// Pages of the recorded guests, those free in the first sample, and bytes of a page and of a block.
  private static let (all, atBoot, page, block) = (4_194_174, 4_028_098, 4_096.0, 2_097_152.0)
  /// Pages that the build frees in a second between two rows, from the file's description.
  private static let turnover = 45_000
  /// What QEMU itself has besides the guest's memory: the recorded difference while nothing happens.
  private static let emulator = 0.105e9

  /// A row of a recording.
  private struct Row {
    var time: Double
    var resident: Double
    var free: Int
    var blocks: Int

    /// What the guest holds if all that is free as a whole is discarded, by the recorded blocks or by others.
    func held(_ blocks: Int? = nil) -> Double {
      Double(all) * page - Double(blocks ?? self.blocks) * block
    }
  }

  private static func rows(_ name: String) throws -> [Row] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "GroundTruth/pagereporting/\(name).csv")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst().map {
      let fields = $0.split(separator: ",")
      return try Row(
        time: Double(fields[0]) ?? 0, resident: #require(Double(fields[1])),
        free: #require(Int(fields[2])), blocks: #require(Int(fields[3])))
    }
  }

  private static func freshGuest() -> FreeBlocks {
    FreeBlocks(managed: all, kernel: all - atBoot)
  }

  /// The build second by second: time, free pages, and the row that was recorded then.
  private static func build(_ body: (_ time: Double, _ free: Int, Row?) -> Void) throws {
    let rows = try rows("clang")
    var time = 0.0
    for (row, next) in zip(rows, rows.dropFirst().map(Optional.some) + [nil]) {
      body(row.time, row.free, row)
      guard let next else { break }
      time = row.time + 1
      while time < next.time {
        let share = (time - row.time) / (next.time - row.time)
        body(time, row.free + Int(share * Double(next.free - row.free)), nil)
        time += 1
      }
    }
  }

  /// Lets free memory go up and down about a level as it did in a second of the build.
  private static func churn(_ blocks: inout FreeBlocks, about free: Int, at time: Double) {
    if time < 2_466 {
      blocks.note(free: free - turnover / 2)
      blocks.note(free: free + turnover / 2)
    }
    blocks.note(free: free)
  }

  @Test("Memory that is free as a whole follows a build of clang within 6%, at worst 25%")
  func clang() throws {
    var blocks = Self.freshGuest()
    var (sum, span, worst, last) = (0.0, 0.0, 0.0, 0.0)

    try Self.build { time, free, row in
      Self.churn(&blocks, about: free, at: time)
      guard let row else { return }
      let error = row.held(blocks.whole(free: free)) / row.held() - 1
      sum += error * error * (time - last)
      span += time - last
      worst = max(worst, abs(error))
      last = time
    }

    // Of all that is free, half lies in blocks that cannot be reported; without the model the error is 41% at the end.
    #expect((sum / span).squareRoot() < 0.06)
    #expect(worst < 0.25)
  }

  @Test("Resident memory after the build, after cleaning and after dropping caches is within 10%")
  func stations() throws {
    var blocks = Self.freshGuest()
    var reporting = PageReporting()
    _ = reporting.request()
    var (discarded, due) = (0, 2.0)
    var resident: [Double: (model: Double, recorded: Double)] = [:]

    try Self.build { time, free, row in
      Self.churn(&blocks, about: free, at: time)
      let whole = blocks.whole(free: free)
      discarded = min(discarded, whole)
      if time >= due {
        if whole > discarded { _ = reporting.noteFree(order: 9) }
        var zones = [
          PageReporting.Zone(
            lists: [
              PageReporting.FreeList(order: 9, unreported: whole - discarded, reported: discarded)
            ], free: free, lowMark: 16_000)
        ]
        _ = reporting.run(&zones) { _ in true }
        discarded = zones[0].lists[0].reported
        due = time + 2
      }
      guard let row else { return }
      resident[time] = (row.held(discarded) + Self.emulator, row.resident)
    }

    // The build's end, 200 s later, 200 s after cleaning, 12 s and 200 s after caches were dropped.
    for time in [2_466.03, 2_665.42, 2_864.64, 2_880.21, 3_067.66] {
      let (model, recorded) = try #require(resident[time])
      #expect(abs(model / recorded - 1) < 0.1, "at \(time): \(model), recorded \(recorded)")
    }
    // The integral to the build's end, by which the published savings are counted.
    let times = resident.keys.sorted().filter { $0 < 2_467 }
    var sums = (model: 0.0, recorded: 0.0)
    for (time, next) in zip(times, times.dropFirst()) {
      let (one, other) = try (#require(resident[time]), #require(resident[next]))
      sums.model += (one.model + other.model) / 2 * (next - time)
      sums.recorded += (one.recorded + other.recorded) / 2 * (next - time)
    }
    #expect(abs(sums.model / sums.recorded - 1) < 0.03)
    // What an allocator without fragmentation would have left at the end, to show that the figure is not one of free pages.
    let free = try #require(try Self.rows("clang").last).free
    #expect(Double(Self.all - free) * Self.page + Self.emulator < 0.1 * 8.546e9)
  }

  @Test("Three renderings leave ever fewer blocks whole, as recorded")
  func blender() throws {
    var blocks = Self.freshGuest()
    // The first rendering, as the others: all memory in use at its end is free again.
    blocks.note(free: 2_013_080)
    var errors: [String: Double] = [:]
    let file = try Self.rows("blender")

    for (index, row) in file.enumerated() {
      blocks.note(free: row.free)
      errors["\(index)"] = row.held(blocks.whole(free: row.free)) / row.held() - 1
    }

    // Idle after the first, the second and the third rendering, and after dropping caches.
    let idle = [1, 10, 18, 22].compactMap { errors["\($0)"] }
    #expect(idle.count == 4 && idle.allSatisfy { $0 > -0.05 && $0 < 0.3 }, "\(idle)")
    // At the end of each rendering memory is dense.
    #expect([8, 15].allSatisfy { abs(errors["\($0)"] ?? 1) < 0.02 }, "\(errors)")
  }
}
