import Policies
import Testing

/// The rules are those of a paper of which the abstract was read: they are held against examples worked by hand.
@Suite("Targets of tmem as SmarTmem has them")
struct SmarTmemTests {
  private func uses(_ uses: (UInt64, Int64)...) -> [TmemTargets.Use?] {
    uses.map { TmemTargets.Use(pages: $0.0, refused: $0.1) }
  }

  @Test(
    "Refused puts raise a target by P, unused pages lower it; what is too much is cut in proportion"
  )
  func smart() {
    var tmem = TmemTargets(.smart, guests: 3, targets: [100_000, 150_000, 20_000])
    #expect(tmem.step(of: 262_144) == 5_242)
    // 105,242, 147,000 and 25,242 come to 277,484.
    tmem.update(uses((100_000, 7), (50_000, 0), (20_000, 1)), of: 262_144)
    #expect(tmem.targets == [99_423, 138_873, 23_846])
    // With room for all nothing is cut; who uses its target but for a step keeps it.
    var wide = TmemTargets(.smart, guests: 3, targets: [100_000, 150_000, 20_000])
    wide.update(uses((100_000, 7), (150_000 - 10_485, 0), (20_000, 0)), of: 524_288)
    #expect(wide.targets == [110_485, 150_000, 20_000])
    wide.update(uses((100_000, 0), (150_000 - 10_486, 0), (20_000, 0)), of: 524_288)
    #expect(wide.targets == [110_485, 147_000, 20_000])
  }

  @Test("Static shares are even; those set anew go to who ever had a put refused")
  func even() {
    var fixed = TmemTargets(.fixed, guests: 3)
    fixed.update(uses((0, 0), (0, 0), (0, 0)), of: 100_000)
    #expect(fixed.targets == [33_333, 33_333, 33_333])
    var anew = TmemTargets(.reconfigured, guests: 3)
    anew.update(uses((0, 0), (0, 0), (0, 0)), of: 100_000)
    #expect(anew.targets == [0, 0, 0])
    anew.update(uses((0, 3), (0, 0), (0, 0)), of: 100_000)
    #expect(anew.targets == [100_000, 0, 0])
    anew.update(uses((60_000, 0), (0, 0), (0, 1)), of: 100_000)
    #expect(anew.targets == [50_000, 0, 50_000])
    anew.update([nil, nil, TmemTargets.Use(pages: 0, refused: 0)], of: 100_000)
    #expect(anew.targets == [0, 0, 100_000])
  }

  @Test(
    "The first refused put raises a target from nothing; counts are those since the turn before")
  func turns() throws {
    let made = SmarTmemPolicy(version: "smart-alloc")
    var policy = try #require(made)
    var host = HostView(
      memory: 1 << 20, free: 100_000,
      guests: (0..<2).map { _ in HostView.Guest(built: 1 << 18) })
    host.tmem = 100_000
    for place in 0..<2 { host.guests[place].tmem = TmemUse(puts: 50, refused: 50, pages: 0) }
    #expect(policy.start(host).wake == .seconds(0))
    func turn() -> (rows: [DecisionRow], asks: [[Ask]]) {
      var rows = [DecisionRow(), DecisionRow()]
      var asks = [Asks(), Asks()]
      policy.decide(host, into: &rows, &asks)
      #expect(policy.finish() == .seconds(1))
      return (rows, asks.map(\.list))
    }
    #expect(turn().asks == [[.tmemCapacity(0)], [.tmemCapacity(0)]])
    host.guests[0].tmem = TmemUse(puts: 80, refused: 80, pages: 0)
    let second = turn()
    #expect(second.asks == [[.tmemCapacity(2_000)], []])
    #expect(second.rows[0].rule == "more")
    #expect(second.rows[0][SmarTmemPolicy.Term.refused] == 30)
    #expect(second.rows[1].current == nil)
    let third = turn()
    #expect(third.asks == [[], []])
    #expect(policy.doubts(host, names: ["a", "b"]).isEmpty)
    host.guests[1].tmem = nil
    #expect(policy.doubts(host, names: ["a", "b"]).count == 1)
  }
}
