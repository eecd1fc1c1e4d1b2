import Policies
import Testing

/// When the worker is queued, and when it dies.
@Suite("Worker queue and init")
struct WorkerQueueTests {
  @Test("Behaviour 13: with both parts off the worker dies, and a switch starts it again")
  func deathAndRestart() {
    var g1 = G1(selfshrinking: true)
    g1.write("selfballooning", "0")
    g1.write("frontswap_selfshrinking", "0")

    let decision = g1.driver.beginRun(g1.guest)
    let delay = g1.driver.endRun()
    let restart = g1.write("selfballooning", "1")

    #expect(decision.balloon == nil && decision.shrink == nil)
    #expect(delay == nil)
    #expect(restart.queuedDelay == 1_250)
    #expect(g1.driver.isWorkerPending)
  }

  @Test("Behaviour 13: enabling before a pending run would fire does not move it")
  func enablingDoesNotMoveAPendingRun() {
    var g1 = G1()
    g1.write("selfballooning", "0")

    let outcome = g1.write("selfballooning", "1")

    #expect(outcome.status == .ok)
    #expect(outcome.queuedDelay == nil)
    #expect(g1.driver.isWorkerPending)
  }

  @Test("Switching selfshrinking on queues the worker only with selfballooning off")
  func selfshrinkingQueues() {
    var ballooning = SelfBalloonDriver(generation: .linux4_19)
    ballooning.tunables.isSelfballooning = true
    var idle = SelfBalloonDriver(generation: .linux4_19)

    let beside = ballooning.write("frontswap_selfshrinking", text: "1".utf8)
    let alone = idle.write("frontswap_selfshrinking", text: "1".utf8)

    #expect(beside.queuedDelay == nil)
    #expect(alone.queuedDelay == 1_250)
  }

  @Test("The interval in force at the end of a run counts, in a 32-bit product")
  func intervalAtTheEnd() {
    var g1 = G1()

    _ = g1.driver.beginRun(g1.guest)
    g1.write("selfballoon_interval", "17179870")

    #expect(g1.driver.endRun() == 204)
  }

  @Test("A worker that a write has queued during its run is not queued twice")
  func queuedDuringTheRun() {
    var g1 = G1()

    _ = g1.driver.beginRun(g1.guest)
    g1.write("selfballooning", "0")
    let outcome = g1.write("selfballooning", "1")

    #expect(outcome.queuedDelay == 1_250)
    #expect(g1.driver.endRun() == nil)
    #expect(g1.driver.isWorkerPending)
  }

  @Test("Behaviour 30: the init table")
  func initTable() throws {
    // tmem, frontswap, selfballooning, selfshrinking -> balloon part, shrink part (Docs/kernel.md 1.7).
    let table: [(options: String, balloon: Bool, shrink: Bool)] = [
      ("", false, false),
      ("tmem.frontswap=1 tmem.selfballooning=1 tmem.selfshrinking=1", false, false),
      ("tmem tmem.frontswap=0", false, false),
      ("tmem tmem.frontswap=0 tmem.selfballooning=1 tmem.selfshrinking=1", false, false),
      ("tmem", true, true),
      ("tmem tmem.selfballooning=0", false, true),
      ("tmem tmem.selfshrinking=0", true, false),
      ("tmem tmem.selfballooning=0 tmem.selfshrinking=0", false, false),
      ("tmem tmem.cleancache=0", true, true),
    ]

    for row in table {
      let options = try BootOptions(commandLine: row.options, generation: .linux4_19)
      var driver = SelfBalloonDriver(generation: .linux4_19)
      let outcome = driver.initialise(
        options.initFlags(isInitialDomain: false), totalRAM: 255_976)

      let isOn = row.balloon || row.shrink
      #expect(outcome.status == (isOn ? .ok : .noDevice), "\(row.options)")
      #expect(outcome.queuedDelay == (isOn ? 1_250 : nil), "\(row.options)")
      #expect(driver.tunables.isSelfballooning == row.balloon, "\(row.options)")
      #expect(driver.tunables.isSelfshrinking == row.shrink, "\(row.options)")
      #expect(driver.tunables.reservedMB == (isOn ? 99 : 0), "\(row.options)")
    }
  }

  @Test("Behaviour 30: in dom0 and without tmem init refuses, but sysfs starts the worker")
  func sysfsAfterRefusal() {
    var initial = SelfBalloonDriver.InitFlags.guest()
    initial.isInitialDomain = true
    var noTmem = SelfBalloonDriver.InitFlags.guest()
    noTmem.isTmemEnabled = false

    for (flags, notices) in [(initial, [.disabledInInitialDomain]), (noTmem, [])]
      as [(SelfBalloonDriver.InitFlags, [SelfBalloonDriver.Notice])]
    {
      var driver = SelfBalloonDriver(generation: .linux4_19)
      let outcome = driver.initialise(flags, totalRAM: 255_976)
      let write = driver.write("selfballooning", text: "1".utf8)

      #expect(outcome.status == .noDevice)
      #expect(outcome.notices == notices)
      #expect(driver.tunables.reservedMB == 0)
      #expect(write.queuedDelay == 1_250)
    }
  }

  @Test("Behaviour 30: guests below 2560 pages get no reserve")
  func smallReserve() {
    #expect(SelfBalloonTunables.defaultReservedMB(totalRAM: 2_559) == 0)
    #expect(SelfBalloonTunables.defaultReservedMB(totalRAM: 2_560) == 1)
    #expect(SelfBalloonTunables.defaultReservedMB(totalRAM: 255_976) == 99)
  }
}
