/// The driver's sysfs attributes, in the order of their directory; the raw value is the file's name.
///
/// Source: Docs/kernel.md 1.1.
public enum SelfBalloonAttribute: String, CaseIterable, Sendable {
  /// Switch of the balloon part.
  case selfballooning
  /// Seconds between two runs.
  case interval = "selfballoon_interval"
  /// Divisor on the way down.
  case downHysteresis = "selfballoon_downhysteresis"
  /// Divisor on the way up.
  case upHysteresis = "selfballoon_uphysteresis"
  /// MiB that replace the built-in floor.
  case minUsableMB = "selfballoon_min_usable_mb"
  /// MiB added to the goal; not in 3.6.
  case reservedMB = "selfballoon_reserved_mb"
  /// Switch of the frontswap part.
  case selfshrinking = "frontswap_selfshrinking"
  /// Divisor of a shrink.
  case frontswapHysteresis = "frontswap_hysteresis"
  /// Quiet runs until a shrink.
  case frontswapInertia = "frontswap_inertia"

  /// The name of the attributes' directory below `/sys/devices/system/xen_memory/xen_memory0`.
  public static let directory = "selfballoon"
  /// The mode of every attribute file: 0644.
  public static let mode: UInt16 = 0o644

  /// Whether the attribute belongs to the frontswap part, which a build without frontswap lacks.
  var needsFrontswap: Bool {
    switch self {
    case .selfshrinking, .frontswapHysteresis, .frontswapInertia: true
    case .selfballooning, .interval, .downHysteresis, .upHysteresis, .minUsableMB, .reservedMB:
      false
    }
  }
}
