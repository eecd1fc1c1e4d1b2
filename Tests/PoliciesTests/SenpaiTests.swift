import Testing

@testable import Policies

@Suite("Senpai")
struct SenpaiTests {
  /// What an adjustment makes of a limit, when so much was stalled since the last.
  private func adjusted(_ limit: Int64, stall: Int64) -> Senpai.Outcome {
    let state = Senpai.State(limit: limit, lastTotal: 0, integral: 0, graceTicks: 0)
    var senpai = Senpai(.init(), state)
    return senpai.tick(.init(total: stall, current: 0, high: limit))
  }

  @Test("Beyond the target it loosens by the square of the ratio, cut to a page")
  func loosens() {
    let little = adjusted(1_882_263_552, stall: 10_001)
    #expect(little.adjustment == 0.002500500025)
    #expect(little.high == 1_886_969_856)

    let much = adjusted(1_694_416_896, stall: 199_999)
    #expect(much.adjustment == 0.9999900000249999)
    #expect(much.high == 3_388_813_312)
  }

  @Test("At the target it still tightens, and a tenth of it counts as none")
  func tightens() {
    #expect(adjusted(1 << 30, stall: 10_000).adjustment == -0.00010000000000000002)
    #expect(adjusted(1_361_715_200, stall: 9_999).adjustment == -0.00010002000300040004)
    #expect(adjusted(1_361_715_200, stall: 9_999).high == 1_361_575_936)
    #expect(adjusted(1 << 30, stall: 1_000).adjustment == -0.01)
    #expect(adjusted(1 << 30, stall: 0).adjustment == -0.01)
  }

  @Test("A start takes what is used, within the bounds, whatever the limit was")
  func starts() {
    let (senpai, outcome) = Senpai.start(
      .init(), .init(total: 5, current: 71_523_985, high: 1 << 30))

    #expect(outcome.high == 104_857_600)
    #expect(outcome.isReset)
    #expect(
      senpai.state == .init(limit: 104_857_600, lastTotal: 5, integral: 0, graceTicks: 6))
  }

  @Test("Without stall it tightens in the seventh tick, and then in every sixth")
  func rhythm() {
    var (senpai, outcome) = Senpai.start(.init(), .init(total: 0, current: 1 << 30, high: nil))
    var ticks: [Int] = []

    for tick in 1...20 {
      let next = senpai.tick(.init(total: 0, current: 1 << 30, high: outcome.high))
      if next.high == nil { continue }
      ticks.append(tick)
      outcome = next
    }

    #expect(ticks == [7, 13, 19])
  }

  @Test("Another hand is noticed at the next adjustment, which takes what is used")
  func otherHand() {
    let state = Senpai.State(limit: 1 << 30, lastTotal: 0, integral: 0, graceTicks: 1)
    var senpai = Senpai(.init(), state)

    #expect(senpai.tick(.init(total: 0, current: 5 << 28, high: nil)) == Senpai.Outcome())
    let outcome = senpai.tick(.init(total: 0, current: 5 << 28, high: 1 << 20))

    #expect(outcome == .init(adjustment: -0.01, high: 5 << 28, isReset: true))
  }

  @Test("With an interval of 0 nothing tightens after an adjustment")
  func noInterval() {
    var settings = Senpai.Settings()
    settings.interval = 0
    var (senpai, _) = Senpai.start(settings, .init(total: 0, current: 1 << 30, high: nil))

    #expect(senpai.tick(.init(total: 0, current: 0, high: 1 << 30)).adjustment == -0.01)
    let limit = senpai.state.limit
    for _ in 0..<20 {
      #expect(senpai.tick(.init(total: 0, current: 0, high: limit)).adjustment == nil)
    }
  }

  @Test("A square is that of the C library, also where it is not the nearest double")
  func squares() {
    // Recorded with Python 3.11 and the GNU C library 2.36.
    let odd = [
      (0.13257324671881215, 0.017575665745567036), (1.98106, 3.9245987236000004),
      (0.12245897624295861, 0.014996200862473502), (0.368925, 0.136105655625),
      (0.35667, 0.1272134889), (1.9873249999999998, 3.9494606556249994),
      (0.14070634585619812, 0.019798275764204044), (1.266935, 1.605124294225),
      (0.13689253935660506, 0.018739567331499663), (1.595335, 2.545093762225),
    ]
    for (x, square) in odd {
      #expect(x * x != square)
      #expect(LibraryPower.square(x) == square)
      #expect(LibraryPower.square(-x) == square)
    }
    for exponent in -600...600 {
      let x = 0x1p0 * Double(sign: .plus, exponent: exponent, significand: 1)
      #expect(LibraryPower.square(x) == x * x)
    }
    #expect(LibraryPower.square(0) == 0)
    #expect(LibraryPower.square(.infinity) == .infinity)
    #expect(LibraryPower.square(.nan).isNaN)
  }

  @Test("No numbers end the program")
  func oddNumbers() {
    let odd: [Int64] = [.min, -1, 0, 1, 4_096, 1 << 53, .max]
    for total in odd {
      for limit in odd {
        for integral in odd {
          for high in odd.map(Optional.some) + [nil] {
            var settings = Senpai.Settings()
            settings.pressure = max(1, total)
            settings.maxBackoff = 1_000
            settings.backoffCoefficient = 1e-9
            settings.maxSize = max(0, integral)
            #expect(settings.wrongArgument == nil)
            let state = Senpai.State(
              limit: limit, lastTotal: total, integral: integral, graceTicks: limit)
            var senpai = Senpai(settings, state)
            _ = senpai.tick(.init(total: limit, current: total, high: high))
            _ = senpai.tick(.init(total: integral, current: total, high: senpai.state.limit))
          }
        }
      }
    }
  }
}
