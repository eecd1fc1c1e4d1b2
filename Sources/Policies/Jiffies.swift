/// The kernel's unit of time as the driver counts it.
public enum Jiffies {
  /// Timer ticks a second, `HZ`: 250, the usual default (Docs/kernel.md 0.1).
  public static let perSecond: UInt32 = 250

  /// The length of a jiffy: 4 ms in nanoseconds, from `perSecond`.
  public static let nanoseconds: Int64 = 4_000_000

  /// `seconds * HZ` as the driver forms it: an unsigned 32-bit product, widened afterwards.
  ///
  /// 17,179,870 s give 204 jiffies. Source: Docs/kernel.md 1.5.
  public static func from(seconds: UInt32) -> UInt64 { UInt64(seconds &* perSecond) }
}
