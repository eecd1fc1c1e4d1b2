import Policies
import SimulationEngine
import Testing
import Units

/// The behaviours of Docs/kernel.md 8 that are the balloon part's.
@Suite("Balloon part")
struct BalloonBehaviourTests {
  @Test("Behaviour 1: the first tick goes down by an eighth of the gap")
  func firstTickDown() throws {
    var g1 = G1()

    let decision = g1.driver.beginRun(g1.guest)

    let part = try #require(decision.balloon)
    #expect(part.current == 255_976)
    #expect(part.committed == 20_000)
    #expect(part.totalReserve == 2_504)
    #expect(part.reserved == 25_344)
    #expect(part.frontswap == 0)
    #expect(part.goal == 47_848)
    #expect(part.gap == 208_128)
    #expect(part.divisor == 8)
    #expect(part.outcome?.unflooredTarget == 229_960)
    #expect(part.outcome?.floor.pages == 35_169)
    #expect(part.outcome?.floor.rule == .large)
    #expect(part.outcome?.target == 229_960)
    #expect(part.outcome?.balloonTarget == 236_128)
    #expect(decision.shrink == nil)
    #expect(decision.fault == nil)
    #expect(g1.driver.endRun() == 1_250)
  }

  @Test("Behaviour 2: with the balloon keeping up, the guest settles 7 pages above its goal")
  func sequenceDown() {
    var g1 = G1()

    var sizes: [UInt64] = []
    for _ in 1...200 {
      _ = g1.tick()
      sizes.append(g1.guest.totalRAM)
    }

    #expect(sizes.prefix(6) == [229_960, 207_196, 187_278, 169_850, 154_600, 141_256])
    #expect(sizes[20] >= 60_000)
    #expect(sizes[21] < 60_000)
    #expect(sizes[79] > 47_855)
    #expect(sizes[80...].allSatisfy { $0 == 47_855 })
  }

  @Test("Behaviour 4: up goes in one tick, or by a share with uphysteresis")
  func jumpUp() {
    var g1 = G1()
    g1.set(totalRAM: 47_855)
    g1.guest.committed = 120_000
    var slow = g1
    slow.write("selfballoon_uphysteresis", "4")

    let decision = g1.tick()
    let slowDecision = slow.tick()

    #expect(decision.balloon?.goal == 147_848)
    #expect(decision.balloon?.gap == 99_993)
    #expect(decision.balloon?.outcome?.target == 147_848)
    #expect(slowDecision.balloon?.outcome?.target == 72_853)
  }

  @Test("Behaviour 5: without a reserve the floor binds at 35169")
  func floorBinds() {
    var g1 = G1()
    g1.guest.committed = 2_000
    g1.write("selfballoon_reserved_mb", "4294967296")

    var sizes: [UInt64] = [g1.guest.totalRAM]
    while sizes.count < 2 || sizes[sizes.count - 1] != sizes[sizes.count - 2] {
      #expect(g1.tick().balloon?.goal == 4_504)
      sizes.append(g1.guest.totalRAM)
    }

    #expect(sizes.last == 35_169)
    #expect(sizes.count - 1 == 17)
  }

  @Test("Behaviour 6: min_usable_mb replaces the floor, wraps in 32 bits, and 2^32 takes it back")
  func minUsable() {
    var g1 = G1()

    let floors = ["64", "16777216", "4294967296"].map { text in
      #expect(g1.write("selfballoon_min_usable_mb", text).status == .ok)
      return g1.driver.beginRun(g1.guest).balloon?.outcome?.floor
    }

    #expect(floors.map(\.?.pages) == [18_888, 2_504, 35_169])
    #expect(floors.map(\.?.rule) == [.minUsable, .minUsable, .large])
    #expect(g1.driver.read("selfballoon_min_usable_mb") == "0\n")
  }

  @Test("Behaviour 7: the floor table, on both sides of each break")
  func floorTable() {
    let table: [(maxPFN: UInt64, floor: UInt64, rule: BalloonFloor.Rule)] = [
      (4_096, 4_096, .below16MiB), (5_120, 5_108, .below64MiB), (16_384, 10_740, .below64MiB),
      (20_480, 12_395, .below512MiB), (131_072, 26_219, .below512MiB), (133_120, 29_680, .large),
      (262_144, 33_712, .large),
      // The shape of Docs/kernel.md 1.3, useful sizes 4096, 16383, 16384, 131071, 131072.
      (5_096, 5_096, .below64MiB), (17_383, 11_239, .below64MiB), (17_384, 12_008, .below512MiB),
      (132_071, 26_343, .below512MiB), (132_072, 29_648, .large),
      // Useful 4095: everything is kept.
      (5_095, 5_095, .below16MiB),
    ]

    for row in table {
      let floor = BalloonFloor(maxPFN: row.maxPFN, totalReserve: 1_000, minUsableMB: 0)
      #expect(floor.pages == row.floor, "max_pfn \(row.maxPFN)")
      #expect(floor.rule == row.rule, "max_pfn \(row.maxPFN)")
    }
  }

  @Test("Behaviour 8: frontswap counts toward the goal only with selfshrinking on")
  func frontswapInGoal() {
    let decisions = [true, false].map { isOn in
      var g1 = G1(selfshrinking: isOn)
      g1.set(totalRAM: 47_855)
      g1.guest.frontswap = 9_000
      return g1.driver.beginRun(g1.guest).balloon
    }

    #expect(decisions.map(\.?.frontswap) == [9_000, 0])
    #expect(decisions.map(\.?.goal) == [56_848, 47_848])
    #expect(decisions.map(\.?.outcome?.target) == [56_848, 47_855])
  }

  @Test("A generation without a reserve has a lower goal")
  func noReserveIn3_6() {
    var g1 = G1(generation: .linux3_6)

    let part = g1.driver.beginRun(g1.guest).balloon

    #expect(part?.reserved == 0)
    #expect(part?.goal == 22_504)
    #expect(g1.driver.tunables.reservedMB == 0)
  }

  @Test("The target lies between where it was and the goal, unless the floor lifts it")
  func targetStaysBetween() throws {
    for seed in UInt64(0)..<500 {
      var random = RandomStream(seed: seed, purpose: "target")
      var g1 = G1()
      g1.driver.tunables.downHysteresis = UInt32(1 + random.below(100))
      g1.driver.tunables.upHysteresis = UInt32(1 + random.below(100))
      g1.driver.tunables.reservedMB = UInt32(random.below(1_000))
      g1.guest.committed = random.below(1_000_000)
      g1.guest.totalRAM = random.below(1_000_000)

      let part = try #require(g1.driver.beginRun(g1.guest).balloon)

      let unfloored = try #require(part.outcome?.unflooredTarget)
      let floor = try #require(part.outcome?.floor.pages)
      let range = min(part.current, part.goal)...max(part.current, part.goal)
      #expect(range.contains(unfloored), "seed \(seed)")
      #expect(part.outcome?.target == max(unfloored, floor), "seed \(seed)")
    }
  }

  @Test("A hysteresis of 0 is a fault only where it is divided by, and nothing runs after it")
  func zeroDivisor() {
    var down = G1()
    down.write("selfballoon_downhysteresis", "4294967296")
    var up = down

    let fault = down.driver.beginRun(down.guest)
    up.guest.committed = 300_000
    let noFault = up.driver.beginRun(up.guest)

    #expect(fault.fault == .divideByZero)
    #expect(fault.balloon?.goal == 47_848)
    #expect(fault.balloon?.outcome == nil)
    #expect(down.driver.endRun() == nil)
    #expect(!down.driver.isWorkerPending)
    #expect(noFault.fault == nil)
    #expect(noFault.balloon?.outcome?.target == 327_848)
  }
}
