internal import Units

/// The state of a guest's selfballoon driver, and the rules by which its worker is queued.
///
/// An exact model of `drivers/xen/xen-selfballoon.c` as a value: it has no clock and no guest. The caller
/// lets the worker run when its delay is over (`beginRun`), carries out what it decides, and reports the
/// end (`endRun`). Sysfs is in `SelfBalloonDriver+Sysfs.swift`, the law in `SelfBalloonDriver+Worker.swift`.
///
/// Source: Docs/kernel.md 1.
public struct SelfBalloonDriver: Hashable, Sendable {
  /// The driver's generation.
  public let generation: DriverGeneration
  /// Whether the kernel was built with frontswap; if not, the driver has no frontswap part.
  public let isFrontswapCompiledIn: Bool

  /// The kernel's `HZ`, with which it was built.
  public var hz = KernelTimers().hz

  /// The tunables as stored; to change one as a user does, `write` the attribute.
  public var tunables = SelfBalloonTunables()
  /// The frontswap pages that the shrink part saw when it ran last, 0 at boot.
  public var previousFrontswap: UInt64 = 0
  /// Quiet runs until the next shrink, all 64 bits of it, 0 at boot.
  public var countdown: UInt64 = 0

  /// Whether the worker is queued: from queueing until it begins to run.
  public private(set) var isWorkerPending = false

  /// What `beginRun` left for `endRun` to do.
  struct Unfinished: Hashable, Sendable {
    /// A part ran, so the worker is queued again.
    var isRearmDue = false
    /// A shrink is at work, after which the countdown starts again.
    var isCountdownReloadDue = false
  }
  var unfinished = Unfinished()
  var isFrontswapRegistered = true

  /// The driver at boot, before its init: both parts off, the worker not queued.
  public init(generation: DriverGeneration, frontswapCompiledIn: Bool = true) {
    self.generation = generation
    isFrontswapCompiledIn = frontswapCompiledIn
  }

  /// Asks for the worker to run after the interval in force, and returns that delay in jiffies.
  ///
  /// Nil, and nothing changes, if it is queued already: the earlier time stands (Docs/kernel.md 1.5).
  mutating func queueWorker() -> UInt64? {
    if isWorkerPending { return nil }
    isWorkerPending = true
    return KernelTimers(hz: hz).jiffies(seconds: tunables.interval)
  }

  /// Takes the worker from the queue, because it begins to run.
  mutating func dequeueWorker() { isWorkerPending = false }
}
