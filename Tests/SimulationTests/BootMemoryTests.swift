import TestSupport
import Testing
import Units

@testable import MemoryModel
@testable import Scenarios
@testable import Simulation

@Suite("Guests that boot ballooned, on hosts smaller than their sum")
struct BootMemoryTests {
  /// The rise comes with run 12 of the workers, 12 * 5.12 s, which see it before it is touched.
  private func yaml(host: String, boot: String, committed: String = "900MiB") -> String {
    """
    name: overcommitted
    duration: 200s
    host: { memory: \(host) }
    guests:
      - name: a
        memory: 1GiB
        boot_memory: \(boot)
        committed: { points: [ { at: 0s, committed: 100MiB }, { at: 61440ms, committed: \(committed) } ] }
        anon: { touched: 0.5 }
      - name: b
        memory: 1GiB
        boot_memory: \(boot)
        committed: { points: [ { at: 0s, committed: 100MiB }, { at: 61440ms, committed: \(committed) } ] }
        anon: { touched: 0.5 }
    """
  }

  private func run(_ text: String) throws -> (log: RunLog, metrics: [Metric]) {
    let resolved = try ScenarioReader.read(text: text, file: "s.yaml")
    #expect(
      try ScenarioReader.read(text: resolved.yaml, file: "s.yaml").yaml == resolved.yaml)
    let log = RunLog()
    var simulation = try Simulation(resolved.scenario, demands: resolved.demands, observer: log)
    return (log, try simulation.run().metrics)
  }

  private func value(_ name: String, of guest: String? = nil, _ metrics: [Metric]) -> Double? {
    metrics.first { $0.name == name && $0.guest == guest }?.value
  }

  @Test(
    "A guest of Xen's that boots ballooned has the marks of what it was given; one of virtio's those of all"
  )
  func marks() {
    let whole = GuestZones(BootParameters(memory: .gibibytes(2)))
    let half = GuestZones(BootParameters(memory: .gibibytes(2), ballooned: .gibibytes(1)))
    let virtio = GuestZones(
      BootParameters(
        memory: .gibibytes(2), kernel: KernelSettings(balloon: .virtio), ballooned: .gibibytes(1)))
    var later = whole
    later.adjustManaged(by: -262_144)

    #expect(half.totalRAM == whole.totalRAM - .gibibytes(1))
    #expect(half.balloonCurrent == .gibibytes(1))
    #expect(half.maxPFN == whole.maxPFN)
    // min_free_kbytes is the root of 16 times the KiB (Docs/kernel.md 5.3): of half the memory some 0.7 of it.
    let ratio = Double(half.minFreeKilobytes) / Double(whole.minFreeKilobytes)
    #expect((0.69...0.72).contains(ratio))
    #expect(virtio.minFreeKilobytes == whole.minFreeKilobytes)
    #expect(virtio.minMark == later.minMark)
    #expect(virtio.totalReserve == whole.totalReserve)
    #expect(virtio.totalRAM == later.totalRAM)
    #expect(virtio.unusable == later.unusable)
  }

  @Test("What the host cannot grant is a result: how much, and for how long")
  func ungranted() throws {
    let (log, metrics) = try run(yaml(host: "1280MiB", boot: "512MiB"))

    // 1280 MiB less 2 of 512 are left; from 61.44 s on each asks for more than half of that.
    let least = try #require(value("host_free_least_pages", metrics))
    #expect((0...5_120).contains(least))
    for guest in ["a", "b"] {
      #expect(value("memory_held_peak_pages", of: guest, metrics) ?? 0 <= 262_144)
    }
    let missing = ["a", "b"].compactMap { value("balloon_ungranted_peak_pages", of: $0, metrics) }
    #expect(missing.reduce(0, +) > 100 * 256)
    #expect((value("balloon_ungranted", of: "a", metrics) ?? 0) > 60)
    #expect(log.events.contains { $0.kind == .balloonBackoff })
    let peak = try #require(value("host_held_peak_pages", metrics))
    #expect(peak > 1_250 * 256 && peak <= 1_280 * 256)
    let middle = try #require(value("host_held_p50_pages", metrics))
    let high = try #require(value("host_held_p95_pages", metrics))
    #expect(middle <= high && high <= peak * 1.001)
  }

  @Test("Where the host has room, the same guests get what they ask for, and nothing is missing")
  func granted() throws {
    let (_, metrics) = try run(yaml(host: "3GiB", boot: "512MiB"))

    #expect(value("balloon_ungranted_peak_pages", of: "a", metrics) == nil)
    #expect((value("memory_held_peak_pages", of: "a", metrics) ?? 0) > 900 * 256)
  }

  @Test("A guest grows from what it was given to its memory and no further")
  func limits() throws {
    let (_, metrics) = try run(yaml(host: "3GiB", boot: "256MiB", committed: "3GiB"))

    #expect(value("memory_held_peak_pages", of: "a", metrics) == 262_144)
    #expect((value("memory_saved_percent", of: "a", metrics) ?? 0) > 0)
  }

  @Test("Guests that do not fit as they boot are refused, with what they boot with")
  func refused() throws {
    let problems = try #require(throws: ScenarioProblems.self) {
      _ = try ScenarioReader.read(text: yaml(host: "1GiB", boot: "600MiB"), file: "s.yaml")
    }

    #expect(problems.problems.map(\.path) == ["host.memory"])
    #expect(problems.problems[0].message.contains("boot with together"))
  }
}
