/// The driver's nine tunables, in the widths in which the kernel stores them.
///
/// A 0 in a divisor or in the interval is possible: a write of 2^32 passes the test against zero and is
/// then cut to 32 bits. Defaults are those at boot, before the driver's init.
/// Source: Docs/kernel.md 1.1.
public struct SelfBalloonTunables: Hashable, Sendable {
  /// `selfballooning`: whether the worker computes a balloon target; off until init.
  public var isSelfballooning = false
  /// `frontswap_selfshrinking`: whether the worker shrinks frontswap; off until init.
  public var isSelfshrinking = false
  /// `selfballoon_interval`: seconds from the end of a worker run to the next, 5.
  public var interval: UInt32 = 5
  /// `selfballoon_downhysteresis`: divides the distance to the goal when memory is given up, 8.
  public var downHysteresis: UInt32 = 8
  /// `selfballoon_uphysteresis`: divides the distance to the goal when memory is asked for, 1.
  public var upHysteresis: UInt32 = 1
  /// `selfballoon_min_usable_mb`: MiB kept on top of totalreserve; 0, the default: the built-in floor.
  public var minUsableMB: UInt32 = 0
  /// `selfballoon_reserved_mb`: MiB added to the goal; 0 until init puts a tenth of the RAM there.
  public var reservedMB: UInt32 = 0
  /// `frontswap_hysteresis`: a shrink gives up one part in so many, 20.
  public var frontswapHysteresis: UInt32 = 20
  /// `frontswap_inertia`: quiet worker runs until a shrink, 3.
  public var frontswapInertia: UInt32 = 3

  /// The defaults at boot.
  public init() {}

  /// MiB as pages in the type of the tunable: an unsigned 32-bit product, so 16,777,216 MiB are 0 pages.
  ///
  /// Source: Docs/kernel.md 1.2.
  static func pages(fromMB megabytes: UInt32) -> UInt64 { UInt64(megabytes &* 256) }

  /// The reserve that init sets in MiB: a tenth of the RAM, truncated to pages, to MiB and to 32 bits.
  ///
  /// `totalRAM` is in pages; 255,976 give 99 MiB. Source: Docs/kernel.md 1.6, step 6.
  public static func defaultReservedMB(totalRAM: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: (totalRAM / 10) >> 8)
  }
}
