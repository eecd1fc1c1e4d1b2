import MemoryModel
import Policies
import Units

/// One guest of a run: its kernel, its policy, its work, and what was measured of it.
struct SimulatedGuest: ~Copyable {
  let spec: GuestSpec
  var kernel: GuestKernel
  /// Its policy at work; nil for a static guest.
  var policy: PolicyRun?
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

  /// The goal and the target of the last decision.
  var goal: Int64
  var target: Int64
  /// What it reported to the host last, and when; nil: nothing yet.
  var report: GuestReport?
  var reportTime = SimTime.zero
  /// Which pages were touched since then; nil: nobody asks.
  var touchedPages: TouchedPages?
  /// Whether the kernel has panicked: nothing happens in it any more.
  var isDead = false

  /// Turns of its policy so far.
  var invocations: Int64 {
    switch policy {
    case let run?: run.turns
    case nil: 0
    }
  }

  /// What the law of its policy says with the settings of now.
  var law: ControlLaw? {
    switch policy {
    case let run?: run.law(kernel.timers).map(ControlLaw.init)
    case nil: nil
    }
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
