import Policies
import Testing
import Units

@testable import MemoryModel
@testable import Simulation
@testable import Traces

/// Docs/kernel.md 1.5a in a run.
@Suite("Timers of a run")
struct TimerWheelTests {
  private func workerTimes(
    _ change: (inout GuestSpec) -> Void, seconds: Int64 = 32
  ) throws -> [Int64] {
    var guest = Fixture.guest()
    change(&guest)
    let log = try Fixture.run(Fixture.scenario(guest, seconds: seconds)).log
    return log.decisions.map { $0.time.nanoseconds }
  }

  @Test("The worker of 4.19 runs every 5.12 s: 1250 jiffies, then the next multiple of 64")
  func wheel() throws {
    #expect(try workerTimes { _ in } == (1...6).map { $0 * 5_120_000_000 })
  }

  @Test(
    "In kernels before 4.8 it runs every 5 s",
    arguments: [.linux3_6, .linux4_4] as [DriverGeneration])
  func exact(driver: DriverGeneration) throws {
    #expect(try workerTimes { $0.driver = driver } == (1...6).map { $0 * 5_000_000_000 })
  }

  @Test("So does that of the first driver of July 2011, whatever the guest's `driver`")
  func first() throws {
    let times = try workerTimes { $0.controller = ControllerKind(rawValue: "selfballoon2011")! }

    #expect(times == (1...6).map { $0 * 5_000_000_000 })
  }

  @Test(
    "With another HZ it has another period",
    arguments: [
      // 500 / 8 = 62.5: 504 jiffies. 5000 / 512 = 9.8: 5120. 1500 / 64 = 23.4: 1536 of 3,333,333 ns.
      (100, 5_040_000_000), (250, 5_120_000_000), (1000, 5_120_000_000), (300, 5_119_999_488),
    ] as [(UInt32, Int64)])
  func frequencies(hz: UInt32, period: Int64) throws {
    #expect(
      try workerTimes { $0.kernel.timers.hz = hz } == (1...6).map { $0 * period })
  }

  @Test("An interval of 2^32 / 250 s and a bit is short, and its product goes through the wheel")
  func wrapped() throws {
    // 17179870 s are 204 jiffies: 204 / 8 = 25.5, so 208, 0.832 s. The timer of init stands: the first run is at 5.12 s.
    let times = try workerTimes(
      { $0.tunables = [("selfballoon_interval", "17179870")] }, seconds: 8)

    #expect(times == [5_120, 5_952, 6_784, 7_616].map { $0 * 1_000_000 })
  }

  @Test("xenballoond sleeps outside the kernel's wheel: a second and 10 us a round")
  func daemon() throws {
    let times = try workerTimes(
      { $0.controller = ControllerKind(rawValue: "xenballoond")! }, seconds: 3)

    #expect(times == [0, 1_000_010_000, 2_000_020_000])
  }

  @Test("The balloon's back-offs of a kernel before 4.8 are exact: 0, 2, 6 and 14 s")
  func backOff() throws {
    var guest = Fixture.guest()
    guest.driver = .linux4_4
    guest.committed.source = Fixture.points((0, 20_000, nil), (427, 120_000, nil))

    let log = try Fixture.run(Fixture.scenario(guest, seconds: 446)) {
      $0.host.setMaxPages(.pages(54_023), of: 0)
    }.log

    // An attempt takes one hypercall of 500 ns; the worker's next is at 445 s.
    let retries = log.seconds(of: .balloonBackoff).map { $0 - 0.000_000_5 }
    #expect(zip(retries, [430, 432, 436, 445]).allSatisfy { abs($0 - $1) < 1e-7 })
    #expect(retries.count == 4)
    #expect(log.seconds(of: .balloonCancelled).map { Int($0) } == [444])
  }

  @Test("The law goes by the period: a half-life of 26.58 s, of 25.95 s before 4.8")
  func law() throws {
    // Half of a distance of which an eighth goes each time is gone after ln 2 / ln(8/7) = 5.190 periods.
    for (driver, halfLife) in [(.linux4_19, 26.577), (.linux4_4, 25.955)]
      as [(DriverGeneration, Double)]
    {
      var guest = Fixture.guest()
      guest.driver = driver
      let metrics = try Fixture.run(Fixture.scenario(guest, seconds: 300)).summary.metrics
      let law = try #require(metrics.first { $0.name == "half_life_down_law" }?.value)
      let measured = try #require(metrics.first { $0.name == "half_life_down" }?.value)
      #expect(abs(law - halfLife) < 0.001)
      #expect(abs(measured / law - 1) < 0.02)
    }
  }

  @Test("The flusher sleeps 5.12 s, a nap of 100 ms ends with its 26th jiffy")
  func kernelTimeouts() throws {
    func pauses(_ timers: KernelTimers, at time: SimTime) throws -> [SimDuration] {
      var guest = Fixture.guest()
      guest.kernel.timers = timers
      let scenario = Fixture.scenario(guest, seconds: 1)
      let simulation = try Simulation(
        scenario, demands: [CommittedDemand(Fixture.demand(guest))])
      simulation.guests[0].kernel.begin(at: time)
      let kernel = simulation.guests[0].kernel.flusherPause
      return [
        kernel, simulation.guests[0].kernel.timeout(milliseconds: Kswapd.nap),
        simulation.guests[0].kernel.sleep(milliseconds: BalloonDriver.virtioPause),
      ]
    }
    let late = SimTime.zero + .milliseconds(3)

    // 1250: 1280. 25 in level 0: 26. msleep(200) asks for 51: 52.
    #expect(
      try pauses(KernelTimers(), at: .zero)
        == [.milliseconds(5_120), .milliseconds(104), .milliseconds(208)])
    // From the last whole jiffy on, 3 ms ago.
    #expect(
      try pauses(KernelTimers(), at: late)
        == [.milliseconds(5_117), .milliseconds(101), .milliseconds(205)])
    #expect(
      try pauses(KernelTimers(hasWheel: false), at: .zero)
        == [.milliseconds(5_000), .milliseconds(100), .milliseconds(204)])
    // HZ 1000: 5000 in level 3: 5120; 100 in level 1: 104; 201 in level 1: 208.
    #expect(
      try pauses(KernelTimers(hz: 1000), at: .zero)
        == [.milliseconds(5_120), .milliseconds(104), .milliseconds(208)])
  }
}
