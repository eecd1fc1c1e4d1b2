import MemoryModel
import Testing
import Units

@testable import Simulation

@Suite("Refused mappings in a run")
struct RefusedMappingTests {
  /// G1 without swap whose demand rises to 130000 pages at 2 s and falls back at 4 s.
  private func run(_ mode: OvercommitMode) throws -> (log: RunLog, summary: RunSummary) {
    var guest = Fixture.guest()
    guest.kernel.overcommit = mode
    guest.anon.touched = .share(500_000)
    guest.committed.source = Fixture.points(
      (0, 20_000, nil), (2, 130_000, nil), (3, 120_000, nil), (4, 20_000, nil), (5, 90_000, nil))
    return try Fixture.run(Fixture.scenario(guest, seconds: 7))
  }

  @Test("In mode 2 a program that is refused its memory touches none of it and gives none back")
  func never() throws {
    // CommitLimit is 127988 before the first tick; the rise of 110000 to 130000 is beyond it, that of 70000 to 90000
    // is not: 127988 - 2048 - 70000 / 32.
    let (log, summary) = try run(.never)

    let committed = [1, 2, 3, 4, 6].map { log.value(.committedPages, at: $0) }
    #expect(committed == [20_000, 20_000, 20_000, 20_000, 90_000])
    // Half is touched, of what is there.
    #expect(log.value(.activeAnonPages, at: 3) == 10_000)
    #expect(log.value(.activeAnonPages, at: 6) == 45_000)
    let refusal = try #require(log.events.first { $0.kind == .mappingRefused })
    #expect(refusal.time == .zero + .seconds(2))
    #expect(refusal.detail.map(\.value) == [.number(110_000)])
    func metric(_ name: String) -> Double? { summary.metrics.first { $0.name == name }?.value }
    #expect(metric("commit_refusals") == 1)
    #expect(metric("commit_refused_pages") == 110_000)
  }

  @Test("With every mapping granted the same demand is committed, and no refusal is counted")
  func granted() throws {
    let (log, summary) = try run(.granted)

    #expect(log.value(.committedPages, at: 2) == 130_000)
    #expect(log.value(.activeAnonPages, at: 3) == 60_000)
    #expect(log.seconds(of: .mappingRefused) == [])
    #expect(!summary.metrics.contains { $0.name == "commit_refusals" })
  }
}
