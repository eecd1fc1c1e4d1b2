public import Units

/// Where a guest's page frames lie once its kernel has booted, and how many the page allocator manages.
public struct BootLayout: Hashable, Sendable {
  /// DMA, DMA32 and Normal, in this order, those without memory included.
  public internal(set) var zones: [Zone]
  /// The highest page frame number and one.
  public internal(set) var maxPFN: PageCount

  /// A layout read from somewhere: `zones` are DMA, DMA32 and Normal, in this order.
  public init(zones: [Zone], maxPFN: PageCount) {
    precondition(zones.map(\.kind) == Zone.Kind.allCases, "zones out of order: \(zones)")
    self.zones = zones
    self.maxPFN = maxPFN
  }

  /// Pages that the page allocator manages, in all zones.
  public var managed: PageCount { zones.reduce(.zero) { $0 + $1.managed } }

  /// Moves managed pages in (positive) or out, and gives back what no zone could take or spare.
  ///
  /// Out, the highest zone goes first, for it is the one that allocations prefer; in, the lowest zone that
  /// is below its limit comes first, for the balloon gives back in the reverse order (Docs/kernel.md 2.1). A zone stays
  /// within zero and its limit.
  mutating func move(_ pages: Int, limits: [PageCount]) -> Int {
    var rest = pages
    for index in rest < 0 ? [2, 1, 0] : [0, 1, 2] {
      let before = zones[index].managed.pages
      let after = max(0, min(before + rest, max(before, limits[index].pages)))
      zones[index].managed = PageCount(after)
      rest -= after - before
    }
    return rest
  }
}

extension BootLayout {
  /// A Xen guest that runs Linux 4.19: no hole below 4 GiB, every frame is memory.
  ///
  /// What the kernel keeps of a zone is a share of the zone in 1/32768: 512 for the memory map (64 bytes a page),
  /// the rest is fitted to the two guests of Docs/kernel.md 5.4, 1 GiB (3976, 252000) and 8 GiB (3976, 1020000, 1020000),
  /// which it gives exactly. It holds the kernel image, page tables and hash tables.
  static func xen(memory: PageCount) -> BootLayout {
    let fitted: [(kind: Zone.Kind, share: Int)] = [(.dma, 448), (.dma32, 256), (.normal, 381)]
    var start = 0
    let zones = fitted.map { kind, share in
      let spanned = max(0, min(memory.pages, kind.end) - start)
      start = kind.end
      return Zone(
        kind, spanned: PageCount(spanned), present: PageCount(spanned),
        managed: PageCount(spanned - spanned * (512 + share) / 32_768))
    }
    return BootLayout(zones: zones, maxPFN: memory)
  }
}
