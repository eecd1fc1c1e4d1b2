/// When DAMON_RECLAIM works: by the share of memory that is free, in thousandths.
///
/// Free memory above `high` or below `low` ends its work, so that neither sampling nor ages go on. It begins again only
/// below `mid`. Source: Linux 6.12, mm/damon/core.c, damos_wmark_wait_us().
public struct DamonWatermarks: Hashable, Sendable {
  /// Above it, it stops. Default 500.
  public var high: UInt64 = 500
  /// Below it, it begins. Default 400.
  public var mid: UInt64 = 400
  /// Below it, it stops: memory is so short that the kernel reclaims by itself. Default 200.
  public var low: UInt64 = 200
  /// Microseconds between two looks while it does not work. Default 5,000,000.
  public var interval: UInt64 = 5_000_000
  /// Whether it works; it starts so.
  public var isActive = true

  /// The defaults.
  public init() {}

  /// Looks at free and all memory in pages: how many microseconds to wait for the next look, 0 if it works.
  public mutating func look(free: UInt64, total: UInt64) -> UInt64 {
    let share = total == 0 ? 0 : free &* 1_000 / total
    if share > high || share < low {
      isActive = false
      return interval
    }
    if share >= mid && !isActive { return interval }
    isActive = true
    return 0
  }
}
