public import Units

/// A guest's zones with their marks, and what the kernel derives from them.
///
/// Everything but `managed`, `totalRAM` and `unusable` is computed at boot and on a sysctl write, and does not
/// follow ballooning (Docs/kernel.md 2.7).
public struct GuestZones: Hashable, Sendable {
  /// DMA, DMA32 and Normal, in this order, those without memory included.
  public var zones: [Zone] {
    var guest = self
    guest.updateHighestZone()
    return guest.layout.zones
  }
  /// The high mark of the highest zone, from which allocations are served first, and what it manages.
  var preferredHighMark: PageCount { layout.zones[preferred].high }
  var preferredManaged: PageCount {
    areLowerZonesFull ? totalRAM - managedBelow : layout.zones[preferred].managed
  }
  /// The high marks of the zones that manage pages, each taken for at least `least`. O(zones), and copies none.
  func highMarks(atLeast least: PageCount) -> PageCount {
    var sum = PageCount.zero
    for index in layout.zones.indices {
      let isFilledUp = areLowerZonesFull && index == preferred
      let managed = isFilledUp ? totalRAM - managedBelow : layout.zones[index].managed
      if managed > .zero { sum = sum + max(layout.zones[index].high, least) }
    }
    return sum
  }
  /// min_free_kbytes, in KiB.
  public private(set) var minFreeKilobytes: Int
  /// totalreserve_pages (R).
  public private(set) var totalReserve = PageCount.zero
  /// totalram_pages (T), which follows ballooning.
  public private(set) var totalRAM: PageCount
  /// The highest page frame number and one.
  public var maxPFN: PageCount { layout.maxPFN }
  /// Pages on the balloon's list at boot.
  public let ballooned: PageCount
  /// The balloon driver's count of the domain's pages at boot (B).
  public let balloonCurrent: PageCount
  /// vm.watermark_scale_factor.
  private var watermarkScaleFactor = KernelSettings().watermarkScaleFactor
  /// The batch of vm_committed_as, of T at boot.
  public let commitBatch: Int
  /// The min marks of all zones together.
  public private(set) var minMark = PageCount.zero
  /// The low marks of all zones together.
  public private(set) var lowMark = PageCount.zero
  /// The high marks of all zones together.
  public private(set) var highMark = PageCount.zero
  /// Pages of lower zones that allocations preferring the highest zone may not take.
  ///
  /// With it and the summed marks a single pool stands for all zones (Docs/kernel.md 5.4): an allocation
  /// succeeds if free > mark + unusable. A zone cannot keep more than it manages.
  public private(set) var unusable = PageCount.zero

  /// The zones; while those below the highest are full it stands here as at boot, and manages what they leave of T.
  private var layout: BootLayout
  private var managedAtBoot: [PageCount]
  /// The highest zone that has memory, from which allocations are served first.
  private let preferred: Int
  /// What the zones below it manage when they are full.
  private let managedBelow: PageCount
  /// Whether the zones below it manage what they managed at boot.
  private var areLowerZonesFull = true

  /// The zones of a guest that has booted. The kernel's steps are in the order in which it takes them.
  ///
  /// Source: Docs/kernel.md 5.3 and 5.4.
  public init(_ boot: BootParameters) {
    layout = boot.layout
    totalRAM = boot.layout.managed
    managedAtBoot = boot.layout.zones.map(\.managed)
    preferred = boot.layout.zones.lastIndex(where: \.isPopulated) ?? 0
    managedBelow = managedAtBoot[..<preferred].reduce(.zero, +)
    ballooned = min(boot.ballooned, boot.layout.managed)
    balloonCurrent = boot.memory - ballooned
    let unseen = boot.setsMarksOfWhole ? .zero : ballooned
    commitBatch = Self.commitBatch(totalRAM: totalRAM - unseen, vcpus: boot.kernel.vcpus)

    _ = layout.move(-(boot.lateFreed + unseen).pages, limits: managedAtBoot)
    minFreeKilobytes = layout.zones.automaticMinFree(ceiling: boot.kernel.policy.minFreeCeiling)
    setLimits()
    if layout.managed >= Self.leastForHugePages {
      if boot.kernel.transparentHugePages {
        minFreeKilobytes = max(minFreeKilobytes, layout.zones.hugePagesMinFree)
      } else if boot.kernel.policy.recomputesWithoutHugePages {
        minFreeKilobytes = layout.zones.automaticMinFree(ceiling: boot.kernel.policy.minFreeCeiling)
      }
      setLimits()
    }
    for index in layout.zones.indices { layout.zones[index].managed = managedAtBoot[index] }
    updateUnusable()
    if boot.setsMarksOfWhole { write(scaleFactor: boot.kernel.watermarkScaleFactor) }
    adjustManaged(by: -ballooned.pages)
    if !boot.setsMarksOfWhole { write(scaleFactor: boot.kernel.watermarkScaleFactor) }
  }

  /// watermark_scale_factor_sysctl_handler(): marks and R follow from what the zones manage now, and nothing else changes.
  ///
  /// The value that the kernel boots with is not written.
  private mutating func write(scaleFactor: Int) {
    if scaleFactor == watermarkScaleFactor { return }
    watermarkScaleFactor = scaleFactor
    updateHighestZone()
    setMarks()
    resetHighestZone()
  }

  /// Managed memory with which khugepaged starts: 512 MiB.
  ///
  /// Source: Docs/kernel.md 5.3 (b).
  static let leastForHugePages = PageCount.mebibytes(512)

  /// adjust_managed_page_count(): pages ballooned in (positive) or out.
  ///
  /// Zones manage more or fewer, and no other number changes (Docs/kernel.md 2.7).
  ///
  /// The highest zone gives first and gets back last; no zone manages more than at boot.
  /// Going below zero or above what was managed at boot is the caller's mistake.
  /// Returns whether `unusable` may have changed. O(1) while the highest zone has pages to give.
  @discardableResult
  @inline(__always)
  public mutating func adjustManaged(by pages: Int) -> Bool {
    if adjustPlainly(by: pages) { return false }
    adjustAll(by: pages)
    return true
  }

  /// Pages ballooned in or out, however the zones are filled.
  @inline(never)
  private mutating func adjustAll(by pages: Int) {
    updateHighestZone()
    totalRAM = PageCount(totalRAM.pages + pages)
    let rest = layout.move(pages, limits: managedAtBoot)
    precondition(rest == 0, "ballooned \(pages) pages with \(totalRAM.pages) managed")
    areLowerZonesFull = (0..<preferred).allSatisfy {
      layout.zones[$0].managed == managedAtBoot[$0]
    }
    updateUnusable()
    resetHighestZone()
  }

  /// Pages ballooned in or out, if the highest zone alone can give or take them; else leaves all as it is and returns false.
  ///
  /// That zone keeps no page from itself, so that T alone changes. O(1).
  @inline(__always)
  mutating func adjustPlainly(by pages: Int) -> Bool {
    let wanted = totalRAM.pages + pages - managedBelow.pages
    guard areLowerZonesFull && wanted >= 0 && wanted <= managedAtBoot[preferred].pages else {
      return false
    }
    totalRAM = PageCount(totalRAM.pages + pages)
    return true
  }

  /// Lets the highest zone manage what the full zones below it leave of T.
  private mutating func updateHighestZone() {
    if areLowerZonesFull { layout.zones[preferred].managed = totalRAM - managedBelow }
  }

  /// Lets the highest zone stand as at boot again, so that guests whose zones manage the same pages are equal.
  private mutating func resetHighestZone() {
    if areLowerZonesFull { layout.zones[preferred].managed = managedAtBoot[preferred] }
  }

  /// online_pages(): a hot-added section comes online, with all of its pages ballooned out. Marks and R are computed anew, from
  /// what is managed now.
  ///
  /// It lies behind all others. Source: Docs/kernel.md 2.9; Linux 6.1, mm/memory_hotplug.c.
  mutating func addSections(of pages: Int, ceiling: Int) {
    updateHighestZone()
    managedAtBoot[preferred] = managedAtBoot[preferred] + PageCount(pages)
    layout.maxPFN = layout.maxPFN + PageCount(pages)
    minFreeKilobytes = layout.zones.automaticMinFree(ceiling: ceiling)
    setLimits()
    resetHighestZone()
  }

  /// Puts marks and protections in the place of those computed, and R with them: of a recorded guest whose administrator or whose
  /// balloon had changed them before.
  ///
  /// `zones` are DMA, DMA32 and Normal, in this order; `maxPFN` is nil if it is not known.
  public mutating func adopt(marksOf zones: [Zone], maxPFN: PageCount?) {
    if let maxPFN { layout.maxPFN = maxPFN }
    for (index, zone) in zones.enumerated() {
      layout.zones[index].min = zone.min
      layout.zones[index].low = zone.low
      layout.zones[index].high = zone.high
      layout.zones[index].protection = zone.protection
    }
    updateHighestZone()
    sumMarks()
    updateUnusable()
    resetHighestZone()
  }

  /// min_free_kbytes_sysctl_handler(): marks, protections and R follow from the present managed counts.
  ///
  /// Nil stands for the present value. The kernel takes 0 to 2^31 - 1 and so does this.
  ///
  /// Source: Docs/kernel.md 2.7.
  public mutating func recompute(minFreeKilobytes written: Int? = nil) {
    if let written { minFreeKilobytes = min(max(0, written), Int(Int32.max)) }
    updateHighestZone()
    setLimits()
    resetHighestZone()
  }

  /// Marks, protections and R from `minFreeKilobytes` and what the zones manage.
  private mutating func setLimits() {
    layout.zones.setProtections()
    setMarks()
    updateUnusable()
  }

  /// The marks and R.
  private mutating func setMarks() {
    layout.zones.setMarks(minFreeKilobytes: minFreeKilobytes, scaleFactor: watermarkScaleFactor)
    sumMarks()
  }

  /// What follows from the marks and protections of all zones together.
  private mutating func sumMarks() {
    totalReserve = layout.zones.sum(\.reserve)
    minMark = layout.zones.sum(\.min)
    lowMark = layout.zones.sum(\.low)
    highMark = layout.zones.sum(\.high)
  }

  private mutating func updateUnusable() {
    unusable = layout.zones.reduce(.zero) { $0 + min($1.protection[preferred], $1.managed) }
  }
}
