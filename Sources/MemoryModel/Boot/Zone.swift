public import Units

/// A zone of a guest's page frames with its marks and what it keeps from allocations that prefer a higher zone.
public struct Zone: Hashable, Sendable {
  /// Which frames a zone holds on x86-64, lowest first (Docs/kernel.md 5.3).
  public enum Kind: Int, CaseIterable, Sendable {
    /// Frames below 16 MiB.
    case dma
    /// Frames from 16 MiB to 4 GiB.
    case dma32
    /// Frames above 4 GiB.
    case normal

    /// The zone's name in /proc/zoneinfo.
    public var name: String {
      switch self {
      case .dma: "DMA"
      case .dma32: "DMA32"
      case .normal: "Normal"
      }
    }

    /// The first frame above the zone; `Int.max` for the highest.
    public var end: Int {
      switch self {
      case .dma: 1 << 12
      case .dma32: 1 << 20
      case .normal: .max
      }
    }

    /// Divisor of the pages of higher zones that gives this zone's protection.
    ///
    /// Source: Docs/kernel.md 5.4, sysctl_lowmem_reserve_ratio.
    var lowmemReserveRatio: Int {
      switch self {
      case .dma, .dma32: 256
      case .normal: 32
      }
    }
  }

  /// Which zone it is.
  public let kind: Kind
  /// Frames from its first to its last, holes included.
  public let spanned: PageCount
  /// Frames that are memory.
  public let present: PageCount
  /// Pages handed to the page allocator; ballooning changes this and nothing else of a zone.
  public internal(set) var managed: PageCount
  /// Below this only urgent allocations succeed; others reclaim by themselves.
  public internal(set) var min = PageCount.zero
  /// Below this kswapd wakes.
  public internal(set) var low = PageCount.zero
  /// Above this kswapd sleeps.
  public internal(set) var high = PageCount.zero
  /// Pages kept from allocations that prefer zone j, indexed by `Kind.rawValue`; zero up to itself.
  ///
  /// /proc/zoneinfo calls it "protection", the kernel lowmem_reserve.
  public internal(set) var protection = [PageCount](repeating: .zero, count: Kind.allCases.count)

  /// A zone without marks; `managed` at most `present`, and that at most `spanned`.
  public init(_ kind: Kind, spanned: PageCount, present: PageCount, managed: PageCount) {
    self.kind = kind
    self.spanned = spanned
    self.present = present
    self.managed = managed
  }

  /// A zone's marks alone, as they were recorded.
  public init(
    _ kind: Kind, min: PageCount, low: PageCount, high: PageCount, protection: [PageCount]
  ) {
    self.init(kind, spanned: .zero, present: .zero, managed: .zero)
    self.min = min
    self.low = low
    self.high = high
    self.protection = protection
  }

  /// Whether it has any memory at all.
  public var isPopulated: Bool { present > .zero }

  /// calculate_totalreserve_pages(): the zone's term of the sum, never more than it manages.
  ///
  /// Source: Docs/kernel.md 5.4.
  public var reserve: PageCount {
    Swift.min((protection.max() ?? .zero) + high, managed)
  }

  /// Pages above the high mark, none if there are fewer than that.
  var aboveHigh: Int { Swift.max(0, managed.pages - high.pages) }
}
