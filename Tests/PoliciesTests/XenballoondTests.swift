import Policies
import Testing

@Suite("xenballoond")
struct XenballoondTests {
  /// The bytes that a round writes to the balloon.
  private func target(
    _ daemon: inout Xenballoond, memory: Int64, committed: Int64
  ) -> Int64? {
    var row = DecisionRow()
    return daemon.round(.init(memoryTotal: memory, committed: committed, preswap: nil), into: &row)
      .target
  }

  @Test("A step down is a tenth of the way; the floor goes by the most memory ever seen")
  func stepsOf2008() {
    var daemon = Xenballoond(.year2008)

    #expect(target(&daemon, memory: 1_559_578, committed: 519_859) == 1_490_540_647)
    #expect(target(&daemon, memory: 877_263, committed: 714_806) == 881_681_716)
    #expect(daemon.greatestMemory == 1_559_578)
  }

  @Test("A step up is divided by the hysteresis upwards")
  func stepUp() {
    var daemon = Xenballoond(.year2008)
    daemon.configuration.upHysteresis = 5

    #expect(target(&daemon, memory: 5_986_860, committed: 11_973_720) == 7_356_653_568)
  }

  @Test("A hysteresis of 0 goes to the goal at once downwards, and ends the daemon upwards")
  func hysteresisOfZero() {
    var daemon = Xenballoond(.year2008)
    daemon.configuration.leastMemory = 1
    daemon.store.downHysteresis = 0
    daemon.store.upHysteresis = 0

    #expect(target(&daemon, memory: 4_096, committed: 2_048) == 2_097_152)
    #expect(!daemon.isDead)
    #expect(target(&daemon, memory: 2_048, committed: 4_096) == nil)
    #expect(daemon.isDead)
    #expect(daemon.finish() == .never)
  }

  @Test("0 in the xenstore does not switch off what the file switched on, and 1 switches on")
  func switchInStore() {
    var daemon = Xenballoond(.year2008)
    daemon.store.selfballoon = 0
    #expect(target(&daemon, memory: 1 << 20, committed: 1 << 19) != nil)

    daemon.configuration = .shipped
    #expect(target(&daemon, memory: 1 << 20, committed: 1 << 19) == nil)
    daemon.store.selfballoon = 1
    #expect(target(&daemon, memory: 1 << 20, committed: 1 << 19) != nil)
  }

  @Test("A size asked for has no floor, and 1 kB means self-ballooning")
  func directed() {
    var daemon = Xenballoond(.year2008)
    daemon.configuration = .shipped
    daemon.store.downHysteresis = 1
    daemon.store.target = 2

    #expect(target(&daemon, memory: 1 << 20, committed: 1 << 19) == 2_048)
    daemon.store.target = 1
    #expect(target(&daemon, memory: 1 << 20, committed: 1 << 19) == 1 << 29)
  }

  @Test("Preswap shrinks after still rounds; with a hysteresis of 0 the countdown passes zero")
  func preswap() {
    var daemon = Xenballoond(.year2009)
    daemon.configuration.shrinksPreswap = true
    daemon.configuration.preswapInertia = 2
    func shrunk(_ pages: Int64) -> Int64? {
      var row = DecisionRow()
      let sight = Xenballoond.Sight(memoryTotal: 1 << 20, committed: 1 << 20, preswap: pages)
      return daemon.round(sight, into: &row).preswapTarget
    }

    #expect([100, 100, 100, 95].map(shrunk) == [nil, nil, 95, nil])
    #expect(daemon.inertiaCounter == 2)
    // Below the hysteresis nothing comes home.
    #expect([19, 19, 19].map(shrunk) == [nil, nil, nil])
    daemon.store.preswapHysteresis = 0
    #expect([100, 100, 100, 100].map(shrunk) == [nil, nil, nil, nil])
    #expect(daemon.inertiaCounter == -1)
  }

  @Test("A line of the file counts until the start, a key of the xenstore always")
  func settings() {
    var daemon = Xenballoond(.year2009)
    #expect(daemon.write("XENBALLOON_MINMEM", "64").status == .ok)
    #expect(daemon.write("XENBALLOON_MINMEM", "much").status == .invalid)
    #expect(daemon.write("XENBALLOON_MINMEM", "9999999999999999999").status == .outOfRange)
    #expect(daemon.write("XENBALLOON_SELF", "maybe").status == .invalid)
    #expect(daemon.write("nothing", "1").status == .noAttribute)
    let guest = GuestView(
      totalRAM: 1 << 18, totalReserve: 0, maxPFN: 1 << 18, committed: 0, frontswap: 0,
      balloonCurrent: 1 << 18)
    #expect(daemon.start(guest, boot: GuestBoot()).wake == .seconds(0))
    #expect(daemon.write("XENBALLOON_MINMEM", "1").status == .unheard)
    #expect(daemon.write("memory/interval", "30").status == .ok)
    #expect(daemon.read("XENBALLOON_MINMEM") == "64")
    #expect(daemon.read("memory/interval") == "30")
    #expect(daemon.write("memory/interval", "").status == .ok)
    #expect(daemon.read("memory/interval") == nil)
    var old = Xenballoond(.year2008)
    #expect(old.write("XENBALLOON_PRESWAP_SHRINK", "true").status == .noAttribute)
  }

  @Test("No numbers end the program")
  func oddNumbers() {
    let odd: [Int64] = [.min, .min + 1, -1, 0, 1, 3, 1 << 40, .max / 1_024, .max]
    for memory in odd {
      for committed in odd {
        for divisor in odd {
          var daemon = Xenballoond(.year2009)
          daemon.configuration.downHysteresis = divisor
          daemon.configuration.upHysteresis = divisor
          daemon.configuration.leastMemory = divisor
          daemon.configuration.shrinksPreswap = true
          daemon.configuration.preswapInertia = 1
          daemon.configuration.preswapHysteresis = divisor
          daemon.greatestMemory = committed
          for _ in 0..<3 where !daemon.isDead {
            var row = DecisionRow()
            let sight = Xenballoond.Sight(
              memoryTotal: memory, committed: committed, preswap: memory)
            _ = daemon.round(sight, into: &row)
            _ = Xenballoond.story(of: row)
            if case .seconds = daemon.finish() { #expect(!daemon.isDead) }
          }
        }
      }
    }
  }
}
