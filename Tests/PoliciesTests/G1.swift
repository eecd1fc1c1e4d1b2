import Policies

/// The guest of Docs/kernel.md 5.4 and 8: 1 GiB, 255,976 pages managed at boot, driver with its defaults.
struct G1 {
  var driver: SelfBalloonDriver
  var guest = GuestView(
    totalRAM: 255_976, totalReserve: 2_504, maxPFN: 262_144, committed: 20_000, frontswap: 0,
    balloonCurrent: 262_144)

  /// Booted with the parts that are named, init done, the worker queued.
  init(
    selfballooning: Bool = true, selfshrinking: Bool = false,
    generation: DriverGeneration = .linux4_19
  ) {
    driver = SelfBalloonDriver(generation: generation)
    _ = driver.initialise(
      .guest(useSelfballooning: selfballooning, useSelfshrinking: selfshrinking),
      totalRAM: guest.totalRAM)
  }

  /// One run; the balloon keeps up: totalram_pages moves by as much as the balloon is asked to.
  mutating func tick() -> WorkerDecision {
    let decision = driver.beginRun(guest)
    if let target = decision.balloon?.outcome?.balloonTarget {
      guest.totalRAM = guest.totalRAM &+ target &- guest.balloonCurrent
      guest.balloonCurrent = target
    }
    if let target = decision.shrink?.shrinkTarget { guest.frontswap = target }
    _ = driver.endRun()
    return decision
  }

  /// Puts the guest at a size, with the balloon at the fixed distance of 6,168 pages.
  mutating func set(totalRAM: UInt64) {
    guest.totalRAM = totalRAM
    guest.balloonCurrent = totalRAM + 6_168
  }

  /// A write as the administrator makes it.
  @discardableResult
  mutating func write(_ attribute: String, _ text: String) -> SelfBalloonDriver.WriteOutcome {
    driver.write(attribute, text: text.utf8)
  }
}

extension SelfBalloonDriver.InitFlags {
  /// A Xen guest with tmem.
  static func guest(useSelfballooning: Bool = true, useSelfshrinking: Bool = true) -> Self {
    Self(
      useSelfballooning: useSelfballooning, useSelfshrinking: useSelfshrinking, isXenDomain: true,
      isInitialDomain: false, isTmemEnabled: true)
  }
}
