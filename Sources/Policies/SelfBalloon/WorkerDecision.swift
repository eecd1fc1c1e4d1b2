/// What one run of the worker decided, with every term of it; what did not take place is nil.
///
/// The caller carries it out in this order: the balloon target, then the shrink (Docs/kernel.md 1.4).
public struct WorkerDecision: Hashable, Sendable {
  /// The balloon part, where selfballooning is on.
  public var balloon: BalloonPart?
  /// The frontswap part, where selfshrinking is on and no fault came before it.
  public var shrink: ShrinkPart?
  /// The fault that ended the run, and with it the worker: it is never queued again by itself.
  public var fault: Fault?

  /// A decision that nothing is done.
  public init() {}

  /// What ends a worker (an oops in the kernel's work queue); the raw value stands in recorded rows.
  public enum Fault: String, Sendable {
    /// A hysteresis stored as 0 was divided by.
    case divideByZero = "divide_by_zero"
  }

  /// The terms of a balloon target, in pages.
  public struct BalloonPart: Hashable, Sendable {
    /// totalram_pages at the run.
    public var current: UInt64
    /// vm_memory_committed() at the run.
    public var committed: UInt64
    /// totalreserve_pages at the run.
    public var totalReserve: UInt64
    /// `selfballoon_reserved_mb` as pages; 0 in a generation without it.
    public var reserved: UInt64
    /// Frontswap pages counted into the goal; 0 with selfshrinking off.
    public var frontswap: UInt64
    /// The sum of the four: the size wanted.
    public var goal: UInt64
    /// The distance from `current` to `goal`, in whichever direction.
    public var gap: UInt64
    /// The hysteresis that the gap was divided by; nil: there was no gap.
    public var divisor: UInt64?
    /// What the step led to; nil after a fault.
    public var outcome: Outcome?

    /// Where a step leads, in pages.
    public struct Outcome: Hashable, Sendable {
      /// The target before the floor.
      public var unflooredTarget: UInt64
      /// The least target.
      public var floor: BalloonFloor
      /// The target in totalram_pages.
      public var target: UInt64
      /// The target as it is given to the balloon driver, even if nothing changes.
      public var balloonTarget: UInt64
    }
  }

  /// The terms of a shrink of frontswap.
  public struct ShrinkPart: Hashable, Sendable {
    /// Frontswap pages sampled now.
    public var frontswap: UInt64
    /// Frontswap pages sampled when this part ran last.
    public var previousFrontswap: UInt64
    /// The countdown before the run.
    public var counterBefore: UInt64
    /// The countdown after the run, if no inertia is written while the shrink is at work.
    public var counterAfter: UInt64
    /// The size asked for, if a shrink was asked for.
    public var shrinkTarget: UInt64?
  }
}
