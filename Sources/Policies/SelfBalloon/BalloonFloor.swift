/// The size below which the driver never asks a guest to go, and the rule it comes from.
public struct BalloonFloor: Hashable, Sendable {
  /// Which line of the floor function holds; the raw value stands in recorded rows.
  public enum Rule: String, CaseIterable, Sendable {
    /// `selfballoon_min_usable_mb` is set.
    case minUsable = "min_usable"
    /// Less than 16 MiB is useful: the guest keeps everything.
    case below16MiB = "below_16mib"
    /// Less than 64 MiB is useful: half of what is above 16 MiB stays.
    case below64MiB = "below_64mib"
    /// Less than 512 MiB is useful: an eighth of what is above 40 MiB stays.
    case below512MiB = "below_512mib"
    /// A thirty-second of what is above 99 MiB stays.
    case large

    /// The name as a row has it.
    @inline(__always) var name: ShortName {
      switch self {
      case .minUsable: Self.minUsableName
      case .below16MiB: Self.below16MiBName
      case .below64MiB: Self.below64MiBName
      case .below512MiB: Self.below512MiBName
      case .large: Self.largeName
      }
    }

    private static let minUsableName: ShortName = "min_usable"
    private static let below16MiBName: ShortName = "below_16mib"
    private static let below64MiBName: ShortName = "below_64mib"
    private static let below512MiBName: ShortName = "below_512mib"
    private static let largeName: ShortName = "large"
  }

  /// The floor in pages of `totalram_pages`.
  public let pages: UInt64
  /// The rule that holds.
  public let rule: Rule

  /// The floor of a guest with `maxPFN` page frames at boot that keeps back `totalReserve` pages.
  ///
  /// All sums wrap at 2^64, as the kernel's do. The floor jumps up at 64 MiB (by 769 pages) and at 512 MiB
  /// (by 3,305). Source: Docs/kernel.md 1.3, step 5.
  public init(maxPFN: UInt64, totalReserve: UInt64, minUsableMB: UInt32) {
    let useful = maxPFN &- totalReserve
    switch useful {
    case _ where minUsableMB != 0:
      pages = totalReserve &+ SelfBalloonTunables.pages(fromMB: minUsableMB)
      rule = .minUsable
    case ..<4_096:
      pages = maxPFN
      rule = .below16MiB
    case ..<16_384:
      pages = totalReserve &+ 4_096 &+ (useful - 4_096) >> 1
      rule = .below64MiB
    case ..<131_072:
      pages = totalReserve &+ 10_240 &+ (useful - 10_240) >> 3
      rule = .below512MiB
    default:
      pages = totalReserve &+ 25_344 &+ (useful - 25_344) >> 5
      rule = .large
    }
  }
}
