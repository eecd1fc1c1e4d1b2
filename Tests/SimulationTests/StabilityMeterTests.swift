import MemoryModel
import Policies
import SimulationEngine
import Testing
import Units

@testable import Simulation

/// What is said of the way in which memory follows its goal, held against courses made by hand and against the law.
@Suite("Stability")
struct StabilityMeterTests {
  /// A meter that saw T and committed memory every 5 s; the goal is 10,000 pages.
  private func meter(_ course: [(current: Int64, committed: Int64)]) -> StabilityMeter {
    var meter = StabilityMeter()
    for (place, sight) in course.enumerated() {
      meter.record(
        goal: 10_000, current: sight.current, committed: sight.committed,
        isFloored: false, at: SimTime(nanoseconds: Int64(place) * 5_000_000_000))
    }
    return meter
  }

  /// From 9,500 up to 10,500 in 20 s and down again in 20 s, by 250 every 5 s.
  private static let triangle: [Int64] = (0..<10).flatMap { _ in
    [
      9_500, 9_750, 10_000, 10_250, 10_500, 10_250, 10_000, 9_750,
    ]
  }

  @Test(
    "T that goes up and down while committed memory stands still hunts, with the period and amplitude of its course"
  )
  func triangle() throws {
    let hunting = meter(Self.triangle.map { ($0, 8_000) })

    // Turning points at 10,500 and 9,500 by turns, 20 s apart; the first, at 20 s, begins the first whole swing, and the last
    // turn that is seen is the peak at 380 s, 18 swings later.
    #expect(hunting.huntingSwings == 18)
    #expect(hunting.huntingPeriod == 40)
    #expect(hunting.huntingAmplitude == 500)
  }

  @Test(
    "T that goes up and down with committed memory does not hunt, even some runs later",
    arguments: [0, 1])
  func followed(lag: Int) {
    let course = Self.triangle.indices.map { place in
      (Self.triangle[place], Self.triangle[min(place + lag, Self.triangle.count - 1)] - 2_000)
    }

    #expect(meter(course).huntingSwings == 0)
    #expect(meter(course).huntingPeriod == nil)
  }

  @Test("Time below the goal goes from each decision that finds memory there to the next")
  func shortfall() {
    let course: [Int64] = [9_000, 9_990, 10_000, 9_999, 10_200, 9_000]

    let meter = meter(course.map { ($0, 8_000) })

    // From 0 s to 10 s and from 15 s to 20 s; after the last decision nothing is known.
    #expect(meter.shortfallTime == 15_000_000_000)
    #expect(meter.deepestShortfall == 1_000)
  }

  @Test("Three swings are not hunting, four are")
  func rows() {
    // From the first turn, at the peak, to the fourth and to the fifth; each turn is seen two runs later.
    let three = meter(Self.triangle.prefix(4 + 4 * 3 + 3).map { ($0, 8_000) })
    let four = meter(Self.triangle.prefix(4 + 4 * 4 + 3).map { ($0, 8_000) })

    #expect(three.huntingSwings == 0)
    #expect(four.huntingSwings == 4)
  }

  @Test("Steps smaller than a 256th of the goal are no turns")
  func small() {
    let course = (0..<100).map { (Int64(10_000 + ($0 % 2) * 38), Int64(8_000)) }

    #expect(meter(course).huntingSwings == 0)
  }

  @Test("What the decision before a turn saw belongs to the swing that begins there")
  func turnsOfOneDecision() {
    // T follows committed memory at the next decision, up and down in one step each; each swing is 1,000 pages wide, and
    // committed memory moved as far between the decision before its beginning and its end.
    let course: [(Int64, Int64)] = [
      (10_000, 9_000), (11_000, 9_000), (10_000, 8_000), (11_000, 8_000), (10_000, 8_000),
      (11_000, 8_000),
      (10_000, 8_000), (11_000, 9_000),
    ]
    #expect(meter(course).huntingSwings == 0)
  }

  /// The swings of hunting by the definition's own words: first all turning points, then the swings between them, then rows.
  private func defined(_ course: [(current: Int64, committed: Int64)]) -> (
    count: Int64, width: Int64
  ) {
    var turns: [Int] = []
    var (furthest, direction) = (0, Int64(0))
    for place in course.indices.dropFirst() {
      let move = course[place].current - course[furthest].current
      if direction == 0 ? move != 0 : move * direction > 0 {
        direction = move.signum()
        furthest = place
      } else if direction != 0, abs(move) >= 10_000 / 256 {
        turns.append(furthest)
        direction = -direction
        furthest = place
      }
    }
    var rows: [[Int64]] = [[]]
    for (from, to) in zip(turns, turns.dropFirst()) {
      let width = abs(course[to].current - course[from].current)
      let committed = course[max(0, from - 1)...to].map(\.committed)
      let isAskedFor = 2 * ((committed.max() ?? 0) - (committed.min() ?? 0)) >= width
      if isAskedFor { rows.append([]) } else { rows[rows.count - 1].append(width) }
    }
    let hunting = rows.filter { $0.count >= 4 }.joined()
    return (Int64(hunting.count), hunting.reduce(0, +))
  }

  @Test("Swings are counted as the definition has them, on random courses")
  func definition() {
    var hunts = 0
    for seed in UInt64(0)..<2_000 {
      var random = RandomStream(seed: seed, purpose: "course")
      let course = (0..<60).map { _ in
        (
          current: Int64.random(in: 9_900...10_100, using: &random),
          committed: Int64.random(in: 8_000...(8_000 + Int64(seed % 80)), using: &random)
        )
      }

      let expected = defined(course)
      let found = meter(course)

      #expect(found.huntingSwings == expected.count, "seed \(seed)")
      let width = found.huntingAmplitude.map { 2 * $0 * Double(found.huntingSwings) } ?? 0
      #expect(abs(width - Double(expected.width)) < 1e-6, "seed \(seed)")
      hunts += expected.count > 0 ? 1 : 0
    }
    // Both kinds of courses were tried.
    #expect(hunts > 100 && hunts < 2_000)
  }

  @Test("Going once beyond the goal is overshoot, by as much as it was")
  func overshoot() {
    let course: [Int64] = [12_000, 11_000, 9_900, 10_050, 10_000]

    // From 11,000, above its goal, to 100 below it; from 9,900 to 50 above it.
    #expect(meter(course.map { ($0, 8_000) }).overshoot == 100)
  }

  @Test("The half-life is that of an exponential course")
  func halfLife() throws {
    // A distance of 65,536 pages that halves every run, from above.
    let course = (0...16).map { (Int64(10_000 + 65_536 >> $0), Int64(8_000)) }

    #expect(abs(try #require(meter(course).halfLifeDown) - 5) < 0.001)
    #expect(meter(course).halfLifeUp == nil)
  }

  @Test("The law's half-lives are those of powers", arguments: [2, 8, 20] as [UInt32])
  func law(divisor: UInt32) throws {
    var policy = try #require(SelfBalloon(version: "4.19"))
    for (name, text) in [
      ("selfballooning", "1"), ("frontswap_selfshrinking", "1"),
      ("selfballoon_downhysteresis", "\(divisor)"), ("frontswap_hysteresis", "\(divisor)"),
    ] {
      #expect(policy.write(name, text).status == .ok)
    }

    let law = ControlLaw(try #require(policy.law(KernelTimers())))

    // What is left after a half-life, by repeated multiplication in between two whole numbers of runs.
    func left(_ seconds: Double, every interval: Double) -> ClosedRange<Double> {
      var (least, most) = (1.0, 1.0)
      for _ in 0..<Int(seconds / interval) { most *= 1 - 1 / Double(divisor) }
      least = most * (1 - 1 / Double(divisor))
      return least...most
    }
    #expect(left(try #require(law.down), every: 5.12).contains(0.5))
    #expect(left(try #require(law.frontswap), every: 15.36).contains(0.5))
    #expect(law.up == 0)
  }

  @Test("In a run memory falls as the law says")
  func measured() throws {
    var guest = Fixture.guest(memory: .mebibytes(256))
    guest.committed.source = Fixture.points((0, 10_000, nil))

    let metrics = try Fixture.run(Fixture.scenario(guest, seconds: 900)).summary.metrics

    func figure(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
    let (measured, law) = (
      try #require(figure("half_life_down")), try #require(figure("half_life_down_law"))
    )
    // 5.12 s * ln 2 / ln(8/7) = 5.12 s * 5.1909; the worker takes 10 us a run, and steps are cut to whole pages.
    #expect(abs(law - 26.577) < 0.001)
    #expect(abs(measured / law - 1) < 0.02)
    #expect(figure("hunting_swings") == 0)
    #expect(figure("balloon_churn") == 1)
    #expect(figure("balloon_reversals_hourly") == 0)
  }

  @Test("Half of frontswap every other run makes a tight guest hunt")
  func coarse() throws {
    var guest = Fixture.guest(memory: .mebibytes(256))
    guest.kernelUnreclaimable = .mebibytes(40)
    guest.swap = [SwapSpec(size: .mebibytes(256), disk: "ssd")]
    guest.committed.source = .constant(.mebibytes(120))
    guest.anon.touched = .share(950_000)
    guest.tunables = [
      ("selfballoon_downhysteresis", "1"), ("frontswap_hysteresis", "2"),
      ("frontswap_inertia", "2"),
    ]
    let metrics = try Fixture.run(Fixture.scenario(guest, seconds: 300)).summary.metrics
    #expect(metrics.first { $0.name == "hunting_swings" }?.value ?? 0 >= 4)
  }
}
