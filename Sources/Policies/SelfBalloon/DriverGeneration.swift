// swift-format-ignore: AlwaysUseLowerCamelCase
/// The generation of the selfballoon driver.
///
/// 4.4 and 4.19 decide alike; they are told apart because a scenario names the kernel it is about.
/// Source: Docs/kernel.md 1.8.
public enum DriverGeneration: String, CaseIterable, Sendable {
  /// Linux 3.6: no reserve, the countdown is not reloaded, a shrink to zero does nothing.
  case linux3_6 = "3.6"
  /// Linux 4.4: as 4.19.
  case linux4_4 = "4.4"
  /// Linux 4.19, the baseline.
  case linux4_19 = "4.19"

  /// Whether the goal has a reserve on top, and sysfs the attribute `selfballoon_reserved_mb`.
  ///
  /// Source: Docs/kernel.md 1.8.
  var hasReserve: Bool {
    switch self {
    case .linux3_6: false
    case .linux4_4, .linux4_19: true
    }
  }

  /// Whether the countdown starts again after a shrink; if not, every later quiet run shrinks.
  ///
  /// Source: Docs/kernel.md 1.8.
  var reloadsCountdownAfterShrink: Bool {
    switch self {
    case .linux3_6: false
    case .linux4_4, .linux4_19: true
    }
  }

  /// Whether `frontswap_shrink` brings the last pages home when all of a device's are wanted.
  ///
  /// The decision asks for 0 in every generation; it is the kernel's swap code that ignores it in 3.6.
  /// Source: Docs/kernel.md 3.6.
  public var canShrinkToZero: Bool {
    switch self {
    case .linux3_6: false
    case .linux4_4, .linux4_19: true
    }
  }

  /// Whether the shrink part asks if a frontswap backend is registered before it runs.
  ///
  /// Source: Docs/kernel.md 1.8 (a flag in 3.6, a macro that is always true in 4.4).
  var asksForFrontswapBackend: Bool {
    switch self {
    case .linux3_6: true
    case .linux4_4, .linux4_19: false
    }
  }

  /// Whether a number that does not fit 64 bits is `ERANGE` and not `EINVAL`.
  ///
  /// Source: Docs/kernel.md 1.1.
  var tellsOverflowApart: Bool {
    switch self {
    case .linux3_6: false
    case .linux4_4, .linux4_19: true
    }
  }

  /// Whether kernels of its time have the timer wheel of Linux 4.8, which makes delays longer.
  ///
  /// Source: Docs/kernel.md 1.5a.
  public var hasTimerWheel: Bool {
    switch self {
    case .linux3_6, .linux4_4: false
    case .linux4_19: true
    }
  }

  /// Whether the tmem driver starts selfballooning, and switches both parts off without frontswap.
  ///
  /// 3.6 has an init call of its own for selfballooning, which knows nothing of frontswap.
  /// Source: Docs/kernel.md 1.7, 1.8.
  var isStartedByTmemDriver: Bool {
    switch self {
    case .linux3_6: false
    case .linux4_4, .linux4_19: true
    }
  }
}
