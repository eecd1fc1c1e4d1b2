/// What the worker sees of its guest when it runs: the kernel's own counters and nothing else.
///
/// All are pages as unsigned 64-bit numbers; the driver's arithmetic on them wraps.
public struct GuestObservation: Hashable, Sendable {
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
  /// The guest's size as the balloon driver counts it.
  public var balloonCurrent: UInt64

  /// What the worker sees.
  public init(
    totalRAM: UInt64, totalReserve: UInt64, maxPFN: UInt64, committed: UInt64, frontswap: UInt64,
    balloonCurrent: UInt64
  ) {
    self.totalRAM = totalRAM
    self.totalReserve = totalReserve
    self.maxPFN = maxPFN
    self.committed = committed
    self.frontswap = frontswap
    self.balloonCurrent = balloonCurrent
  }
}
