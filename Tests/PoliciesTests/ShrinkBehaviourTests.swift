import Policies
import SimulationEngine
import Testing
import Units

/// The behaviours of Docs/kernel.md 8 that are the frontswap part's.
@Suite("Frontswap part")
struct ShrinkBehaviourTests {
  /// The shrink targets of `runs` runs in which every shrink is carried out in full; runs count from 1.
  private func shrinks(of g1: inout G1, runs: Int) -> [Int: UInt64] {
    var targets: [Int: UInt64] = [:]
    for run in 1...runs {
      if let target = g1.tick().shrink?.shrinkTarget { targets[run] = target }
    }
    return targets
  }

  @Test("Behaviour 9: a shrink every third quiet run, 88 of them from 1000 to nothing")
  func cadence() {
    var g1 = G1(selfshrinking: true)
    g1.guest.frontswap = 1_000

    var isLastFrom20 = false
    var targets: [UInt64] = []
    var runs: [Int] = []
    for run in 1...400 {
      let part = g1.tick().shrink
      if let target = part?.shrinkTarget {
        targets.append(target)
        runs.append(run)
        isLastFrom20 = part?.frontswap == 20
      }
    }

    #expect(targets.prefix(7) == [950, 903, 858, 816, 776, 738, 702])
    #expect(runs.prefix(3) == [4, 7, 10])
    #expect(targets.count == 88)
    #expect(targets.last == 0)
    #expect(isLastFrom20)
  }

  @Test("Behaviour 10: growth re-arms the countdown; growth into what a shrink freed does not")
  func growthResets() {
    var growing = G1(selfshrinking: true)
    growing.guest.frontswap = 1_000
    var refilled = growing

    _ = shrinks(of: &growing, runs: 3)
    growing.guest.frontswap = 1_001
    let afterGrowth = shrinks(of: &growing, runs: 4)
    _ = shrinks(of: &refilled, runs: 4)
    refilled.guest.frontswap += 40
    let afterRefill = shrinks(of: &refilled, runs: 3)

    // Runs 4 to 7: the growth is seen at run 4, the next shrink comes at run 7.
    #expect(afterGrowth == [4: 951])
    // Runs 5 to 7: 990 is not above 1000, so the shrink comes at run 7 as if nothing had happened.
    #expect(afterRefill == [3: 941])
  }

  @Test("Behaviour 11: 3.6 shrinks at every quiet run after the first, and never to zero")
  func everyRunIn3_6() {
    var old = G1(selfshrinking: true, generation: .linux3_6)
    old.guest.frontswap = 1_000
    var new = G1(selfshrinking: true)
    new.guest.frontswap = 1_000

    let oldRuns = shrinks(of: &old, runs: 7)
    let newRuns = shrinks(of: &new, runs: 7)

    #expect(oldRuns == [4: 950, 5: 903, 6: 858, 7: 816])
    #expect(newRuns == [4: 950, 7: 903])
    #expect(old.driver.countdown == 0)
    #expect(DriverGeneration.allCases.map(\.canShrinkToZero) == [false, true, true])
  }

  @Test("Behaviour 12: the balloon target is set with frontswap as it was before the shrink")
  func balloonBeforeShrink() {
    var g1 = G1(selfshrinking: true)
    g1.guest.frontswap = 1_000
    _ = shrinks(of: &g1, runs: 3)

    let decision = g1.driver.beginRun(g1.guest)

    #expect(decision.balloon?.frontswap == 1_000)
    #expect(decision.balloon?.goal == 48_848)
    #expect(decision.shrink?.shrinkTarget == 950)
  }

  @Test("A fault of the shrink comes after the balloon target was set")
  func faultAfterBalloon() {
    var g1 = G1(selfshrinking: true)
    g1.guest.frontswap = 1_000
    g1.write("frontswap_hysteresis", "4294967296")

    _ = shrinks(of: &g1, runs: 3)
    let decision = g1.driver.beginRun(g1.guest)

    #expect(decision.fault == .divideByZero)
    #expect(decision.balloon?.outcome?.balloonTarget != nil)
    #expect(decision.shrink?.shrinkTarget == nil)
    #expect(g1.driver.endRun() == nil)
  }

  @Test("An inertia written while a shrink is at work is the one that the countdown starts from")
  func inertiaDuringShrink() {
    var g1 = G1(selfshrinking: true)
    g1.guest.frontswap = 1_000
    _ = shrinks(of: &g1, runs: 3)

    let decision = g1.driver.beginRun(g1.guest)
    g1.write("frontswap_inertia", "4294967303")
    _ = g1.driver.endRun()

    #expect(decision.shrink?.counterAfter == 3)
    #expect(g1.driver.countdown == 7)
  }

  @Test("3.6 leaves frontswap alone while no backend is registered")
  func noBackendIn3_6() {
    var driver = SelfBalloonDriver(generation: .linux3_6)
    var flags = SelfBalloonDriver.InitFlags.guest(useSelfballooning: false)
    flags.isFrontswapRegistered = false
    #expect(driver.initialise(flags, totalRAM: 255_976).status == .ok)

    let decision = driver.beginRun(G1().guest)

    #expect(decision.shrink == nil)
    #expect(driver.endRun() == nil)
  }

  @Test("A shrink asks for less than there is and never happens in a run that saw growth")
  func shrinkTargetsAreSmaller() throws {
    for seed in UInt64(0)..<500 {
      var random = RandomStream(seed: seed, purpose: "shrink")
      var g1 = G1(selfshrinking: true)
      g1.driver.tunables.frontswapHysteresis = UInt32(1 + random.below(50))
      g1.driver.tunables.frontswapInertia = UInt32(1 + random.below(4))
      for _ in 0..<40 {
        g1.guest.frontswap = random.below(200)

        let part = try #require(g1.driver.beginRun(g1.guest).shrink)
        _ = g1.driver.endRun()

        guard let target = part.shrinkTarget else { continue }
        #expect(target < part.frontswap, "seed \(seed)")
        #expect(part.frontswap <= part.previousFrontswap, "seed \(seed)")
      }
    }
  }
}
