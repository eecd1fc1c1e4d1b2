public import Units

/// What a guest's policy sees of its guest when it decides: the kernel's own counters and nothing else.
///
/// This is the one place that says what can be seen from within a guest. All are pages as unsigned 64-bit numbers;
/// a law's arithmetic on them may wrap.
public struct GuestView: Hashable, Sendable {
  /// totalram_pages: what the page allocator manages now.
  public var totalRAM: UInt64
  /// totalreserve_pages: what the kernel keeps back.
  public var totalReserve: UInt64
  /// max_pfn: the size at boot.
  public var maxPFN: UInt64
  /// vm_memory_committed(): what all workloads together have been promised.
  public var committed: UInt64
  /// Pages in frontswap; not looked at in a build without it.
  public var frontswap: UInt64
  /// Whether swap has frontswap before it, so that its size can be read and set.
  public var hasFrontswap: Bool
  /// The guest's size as the balloon driver counts it.
  public var balloonCurrent: UInt64
  /// Free pages.
  public var free: UInt64

  /// What a policy sees.
  public init(
    totalRAM: UInt64, totalReserve: UInt64, maxPFN: UInt64, committed: UInt64, frontswap: UInt64,
    hasFrontswap: Bool = true, balloonCurrent: UInt64, free: UInt64 = 0
  ) {
    self.totalRAM = totalRAM
    self.totalReserve = totalReserve
    self.maxPFN = maxPFN
    self.committed = committed
    self.frontswap = frontswap
    self.hasFrontswap = hasFrontswap
    self.balloonCurrent = balloonCurrent
    self.free = free
  }

  /// A per-CPU counter as the kernel reads it for others: what is below zero for a moment counts as zero.
  public static func committed(ofCounter counter: Int64) -> UInt64 {
    UInt64(max(0, counter))
  }
}

/// What a guest's policy is told once, when its guest has booted.
public struct GuestBoot: Hashable, Sendable {
  /// The kernel command line.
  public var commandLine: String
  /// Whether the guest is the first, privileged domain.
  public var isInitialDomain: Bool
  /// The kernel's clock: by its `HZ` a driver turns seconds into jiffies.
  public var timers: KernelTimers
  /// Where the randomness of what is drawn in the guest's kernel begins.
  public var seed: UInt64 = 0

  /// What was said at boot.
  public init(
    commandLine: String = "", isInitialDomain: Bool = false, timers: KernelTimers = KernelTimers()
  ) {
    self.commandLine = commandLine
    self.isInitialDomain = isInitialDomain
    self.timers = timers
  }
}
