import MemoryModel
import Policies
import Units

/// One guest of a run: its kernel, its controller, its work, and what was measured of it.
struct SimulatedGuest: ~Copyable {
  let spec: GuestSpec
  var kernel: GuestKernel
  /// The selfballoon driver; nil for a static guest.
  var driver: SelfBalloonDriver?
  var demand: DemandPlayer
  var files: [FileStream]
  var anon: AnonStream?
  /// The processes of its script.
  var processes: [ScriptedProcess]
  var meter: GuestMeter

  /// The CPU on which programs last mapped or unmapped memory.
  var commitCPU = 0
  /// Whether the toucher has an event pending.
  var isTouching = false
  /// Regions that were refused or that the OOM killer ended take their share of what is to be touched with them.
  var hasLostRegions = false
  /// How many pages are due to be touched, and are, since the toucher began.
  var touchPace = Pace(rate: nil)
  /// The number of the flusher's latest event, and when it is due.
  var flushToken: UInt32 = 0
  var flushDue = SimTime.zero

  /// Runs of the selfballoon worker so far.
  var invocations: Int64 = 0
  /// The run of the worker that is at work on a shrink.
  var workerRun: WorkerRun?
  /// Whether the worker's time came while it ran.
  var isWorkerOverdue = false
  /// How much later than it is due the worker begins, while it is late.
  var workerDelay: SimDuration?
  /// Whether the run of the worker that is due was held up already.
  var isWorkerHeldUp = false
  /// The goal and the target of the last decision.
  var goal: Int64
  var target: Int64
  /// Whether the kernel has panicked: nothing happens in it any more.
  var isDead = false

  /// A run of the worker whose shrink is not over.
  struct WorkerRun {
    let start: SimTime
    let decision: WorkerDecision
    var shrink: FrontswapShrink
    /// Whether the shrink has brought home what it could; the time of its last step may not be over.
    var isShrinkOver = false
  }

  /// What a controller may see of the guest.
  var observation: GuestView {
    GuestView(
      totalRAM: UInt64(kernel.ram.pages), totalReserve: UInt64(kernel.zones.totalReserve.pages),
      maxPFN: UInt64(kernel.zones.maxPFN.pages), committed: UInt64(kernel.committed.pages),
      frontswap: UInt64(kernel.frontswapPages.pages),
      balloonCurrent: UInt64(kernel.balloonCurrent.pages))
  }

  /// Accesses of all streams that began later than they were due.
  var deferredAccesses: Int64 {
    files.reduce(anon?.pace.deferred ?? 0) { $0 + $1.pace.deferred }
      + processes.reduce(0) { $0 + $1.deferred }
  }

  /// How many pages are to be touched now.
  var wantedTouched: Int {
    @inline(__always) get {
      hasLostRegions ? wantedOfTheRest : min(demand.wantedTouched, kernel.mapped.pages)
    }
  }

  private var wantedOfTheRest: Int {
    if demand.committed == 0 { return 0 }
    return Int(
      Int128(demand.wantedTouched) * Int128(kernel.mapped.pages) / Int128(demand.committed))
  }
}
