import MemoryModel
import Testing
import Units

@testable import Scenarios
@testable import Simulation

@Suite("A run with free page reporting")
struct ReportingRunTests {
  /// A guest of 1 GiB that uses little, much, and little again.
  private static func text(_ balloon: String, kernel: String = "6.1") -> String {
    """
    name: reporting
    duration: 8min
    tick: 1s
    host: { memory: 2GiB }
    guests:
      - name: one
        memory: 1GiB
        kernel: "\(kernel)"
        balloon: \(balloon)
        committed:
          points:
            - { at: 0s, committed: 20000p }
            - { at: 2min, committed: 200000p }
            - { at: 4min, committed: 20000p }
        anon: { touched: 1 }
    """
  }

  /// Free memory of the host and RAM of the guest at a second; the figures.
  private struct Course {
    var hostFree: [Int]
    var ram: Set<Int>
    var figures: [String: Double]
  }

  private func run(_ balloon: String) throws -> Course {
    let resolved = try ScenarioReader.read(text: Self.text(balloon), file: "s.yaml")
    var simulation = try Simulation(resolved.scenario, demands: resolved.demands)
    var (hostFree, ram): ([Int], Set<Int>) = ([], [])
    for second in 0...480 {
      try simulation.run(until: .zero + .seconds(Int64(second)))
      hostFree.append(simulation.host.free.pages)
      ram.insert(simulation.guests[0].kernel.ram.pages)
    }
    let summary = try simulation.run()
    return Course(
      hostFree: hostFree, ram: ram,
      figures: Dictionary(
        summary.metrics.map { ($0.name, $0.value) }, uniquingKeysWith: { one, _ in one }))
  }

  @Test("The host has the guest's free blocks until they are used, and most of them again later")
  func course() throws {
    let off = try run("{ model: virtio }")
    let on = try run("{ model: virtio, free_page_reporting: true }")

    #expect(Set(off.hostFree) == [262_144])
    #expect(off.figures["pages_reported"] == nil)
    // RAM of the guest is the same, and it does not move.
    #expect(on.ram == off.ram && on.ram.count == 1)
    // First run after 2.04 s: 64 blocks, and so on every two seconds, until what lies in whole blocks is gone.
    #expect(on.hostFree[0...2] == [262_144, 262_144, 262_144])
    #expect(on.hostFree[3] == 262_144 + 64 * 512)
    let (quiet, busy, later) = (on.hostFree[110], on.hostFree[230], on.hostFree[470])
    let used = off.hostFree[110] + 262_144 - 20_000
    #expect(quiet < used && quiet > used - 25_000)
    // 180,000 pages more are in 352 blocks, less what was loose.
    #expect(((180_000 - 5_000)...(180_000 + 512)).contains(quiet - busy))
    // 237,500 pages' worth of blocks are broken; z is 0.76, and a quarter to a half of the mixed half of them is whole.
    #expect(later < quiet - 20_000 && later > busy + 100_000)
    #expect(
      on.figures["stall_host"].map { $0 * 1e9 } == on.figures["pages_restored"].map { $0 * 666 })
    #expect(on.figures["memory_held_peak_pages"] == 262_144)
    #expect((on.figures["memory_held_mean_pages"] ?? 0) < 0.7 * 262_144)
  }

  @Test("Where there is no such feature, one sentence says so, with its place")
  func refused() {
    let cases = [
      ("{ model: virtio, free_page_reporting: true }", "4.19", "Linux 5.7"),
      ("{ model: \"6.1\", free_page_reporting: true }", "6.1", "`model: virtio`"),
      ("{ free_page_reporting: true, model: \"4.19\" }", "6.18", "`model: virtio`"),
    ]
    for (balloon, kernel, words) in cases {
      let error = #expect(throws: ScenarioProblems.self) {
        try ScenarioReader.read(text: Self.text(balloon, kernel: kernel), file: "s.yaml")
      }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains(words), "\(message)")
      #expect(message.contains("s.yaml:9:"), "\(message)")
    }
    #expect(throws: Never.self) {
      try ScenarioReader.read(
        text: Self.text("{ model: \"4.19\", free_page_reporting: false }", kernel: "4.19"),
        file: "s.yaml")
    }
  }
}
