import MemoryModel
import TestSupport
import Testing
import Units

@testable import Scenarios
@testable import Simulation

/// The thread of Xen's balloon driver in 6.1, held against what the driver did in a recorded guest: 131,072 pages at boot, up to
/// 196,608; another domain takes and gives back the hypervisor's memory.
@Suite("The balloon's thread of 6.1")
struct BalloonThreadTests {
  /// What happened, in order: a word, the second, and B then.
  private struct Step: Equatable, CustomStringConvertible {
    var what: String
    var at: Double
    var current: Int
    var description: String { "\(what) \(at) \(current)" }
  }

  /// Runs a guest with targets at seconds, while somebody else has so many pages of the host from some seconds on: of the
  /// 65,536 that the guest does not have at boot.
  private func steps(
    _ model: String, targets: [(at: Int, pages: Int)], claims: [(at: Int, pages: Int)],
    seconds: Int
  ) throws -> (steps: [Step], log: RunLog) {
    let ends = claims.dropFirst().map(\.at) + [seconds + 1]
    let claims = zip(claims, ends).filter { $0.0.pages > 0 }.map { claim, end in
      "{ at: \(claim.at)s, host: { demand_for: \((end - claim.at) * 1000 - 10)ms, size: \(claim.pages)p } }"
    }
    let orders = targets.map { "{ at: \($0.at)s, guest: one, balloon_target: \($0.pages)p }" }
    let text = """
      name: thread
      duration: \(seconds)s
      tick: 100ms
      host: { memory: 768MiB }
      guests:
        - name: one
          memory: 768MiB
          boot_memory: 512MiB
          controller: none
          balloon: { model: "\(model)" }
          committed: { constant: 20MiB }
      events:
        - \((claims + orders).joined(separator: "\n  - "))
      """
    let resolved = try ScenarioReader.read(text: text, file: "s.yaml")
    let log = RunLog()
    var simulation = try Simulation(resolved.scenario, demands: resolved.demands, observer: log)
    _ = try simulation.run()
    let words: [EventRecord.Kind: String] = [
      .balloonBackoff: "retry", .balloonCancelled: "cancelled", .balloonNoMorePages: "waiting",
    ]
    let found = log.events.compactMap { event -> Step? in
      guard let word = words[event.kind] else { return nil }
      let delay = event.detail.first.flatMap {
        if case .number(let s) = $0.value { " \(s)" } else { "" }
      }
      let tick = Int((event.time.seconds * 10).rounded(.up)) + 1
      return Step(
        what: word + (delay ?? ""), at: event.time.seconds,
        current: Int(log.value(.balloonCurrentPages, at: tick)))
    }
    return (found, log)
  }

  /// Expects steps with the recorded words and sizes, and times within 0.3 s.
  private func expect(
    _ found: [Step], _ recorded: [(String, Double, Int)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.map(\.what) == recorded.map(\.0), sourceLocation: sourceLocation)
    #expect(found.map(\.current) == recorded.map(\.2), sourceLocation: sourceLocation)
    for (step, recorded) in zip(found, recorded) {
      #expect(abs(step.at - recorded.1) <= 0.3, "\(step)", sourceLocation: sourceLocation)
    }
  }

  @Test(
    "A target set to what is there while a back-off runs: it wakes the thread, which goes on failing"
  )
  func equalTarget() throws {
    let (found, _) = try steps(
      "6.1", targets: [(1, 140_000), (2, 132_072), (20, 131_072)], claims: [(0, 64_536)],
      seconds: 22)

    // Recording grant_equal: retry_count and schedule_delay at each change, and B.
    expect(
      found,
      [
        ("retry 2", 1.1, 132_072), ("retry 4", 2.1, 132_072), ("retry 8", 6.2, 132_072),
        ("cancelled", 14.4, 132_072),
      ])
  }

  @Test("The worker of 4.19 waits for its back-off, finds nothing to do, and forgets what failed")
  func equalTargetOfWorker() throws {
    let (found, _) = try steps(
      "4.19", targets: [(1, 140_000), (2, 132_072), (20, 131_072)], claims: [(0, 64_536)],
      seconds: 22)

    expect(found, [("retry 2", 1.1, 132_072)])
  }

  @Test("Partial grants, a cancellation, the same target again, and one page more")
  func partialGrants() throws {
    let targets = [(2, 170_000), (36, 170_000), (38, 170_001), (40, 147_072), (45, 170_000)]

    let (found, log) = try steps(
      "6.1", targets: targets, claims: [(0, 55_536), (12, 49_536), (34, 44_536), (44, 0)],
      seconds: 48)

    // Recording grant_partial. At 36 s the target is the same as before, so nothing happens though 5,000 pages are free.
    expect(
      found,
      [
        ("retry 2", 2.1, 141_072), ("retry 4", 4.1, 141_072), ("retry 8", 8.3, 141_072),
        ("retry 2", 16.5, 147_072), ("retry 4", 18.5, 147_072), ("retry 8", 22.6, 147_072),
        ("cancelled", 30.8, 147_072), ("retry 2", 38.1, 152_072),
      ])
    #expect(log.value(.balloonCurrentPages, at: 379) == 147_072)
    #expect(log.value(.balloonCurrentPages, at: 450) == 147_072)
    #expect(log.value(.balloonCurrentPages, at: 480) == 170_000)
  }

  @Test("The worker of 4.19 tries again at the same target")
  func sameTargetOfWorker() throws {
    let (found, log) = try steps(
      "4.19", targets: [(2, 170_000), (36, 170_000)], claims: [(0, 55_536), (34, 50_536)],
      seconds: 37)

    // Failures at 2, 4, 8 and 16 s; then the target at 36 s gets the 5,000 pages.
    #expect(found.map(\.what) == ["retry 2", "retry 4", "retry 8", "cancelled", "retry 2"])
    #expect(log.value(.balloonCurrentPages, at: 355) == 141_072)
    #expect(log.value(.balloonCurrentPages, at: 370) == 146_072)
  }

  @Test("Above its maximum a guest waits for memory that is never added, and keeps its target")
  func aboveTheMaximum() throws {
    let (found, log) = try steps(
      "6.1", targets: [(1, 196_608), (5, 200_000), (10, 196_608), (12, 131_072), (16, 240_000)],
      claims: [], seconds: 20)

    // Recording above_max_offline: B stays at 196,608 from 5 s and from 16 s on; the counters stay as they are.
    #expect(found.map(\.what) == ["waiting", "waiting"])
    #expect(found.map { Int($0.at) } == [5, 16])
    #expect(log.value(.balloonCurrentPages, at: 119) == 196_608)
    #expect(log.value(.balloonCurrentPages, at: 155) == 131_072)
    #expect(log.value(.balloonCurrentPages, at: 200) == 196_608)
    #expect(log.value(.balloonTargetPages, at: 200) == 240_000)
  }

  @Test("An hour after it has given up the thread tries again by itself")
  func longSleep() throws {
    let (found, log) = try steps(
      "6.1", targets: [(2, 140_000)], claims: [(0, 64_536), (100, 0)], seconds: 3_700)

    // Failures at 2, 4, 8 and 16 s. An hour is 900,000 jiffies, which the wheel keeps in steps of 8^5 = 32,768: from some
    // 904,000 on the next is 28 * 32,768 = 917,504, which is 3,670.0 s.
    #expect(found.map(\.what) == ["retry 2", "retry 4", "retry 8", "cancelled"])
    #expect(log.value(.balloonCurrentPages, at: 36_690) == 132_072)
    #expect(log.value(.balloonCurrentPages, at: 36_720) == 140_000)
  }
}
