public import Units

/// A guest's kernel: its page allocator, its four LRU lists, its swap, and its balloon.
///
/// Everything happens at an instant that the run names with `begin(at:)`; what an operation costs is added
/// to `elapsed`, and the run lets the actor who did it go on that much later. Pages are counted in one pool
/// with the marks of all zones summed, and the pages that lower zones keep from the preferred one out of
/// reach (Docs/kernel.md 5.4, one-zone simplification).
public struct GuestKernel: ~Copyable {
  // MARK: How it is set

  /// Its clock.
  public var timers: KernelTimers { settings.timers }
  /// The number under which the host knows this guest.
  public let domain: Int
  /// How it was built and is set.
  let settings: KernelSettings
  /// Its rules of reclaim.
  let rules: ReclaimRules
  /// What only an administrator may commit, and what a process leaves to others in mode 2 (Docs/kernel.md 5.2).
  let adminReserve: Int
  let userReserve: Int
  let cleancacheEnabled: Bool
  /// Whether pages that are swapped out are offered to frontswap.
  public let frontswapEnabled: Bool

  // MARK: Allocation

  /// Zones and marks; only ballooning and sysctl writes change them.
  public internal(set) var zones: GuestZones
  /// totalram_pages, T.
  var totalRAM: Int
  /// Pages in the allocator's free lists.
  var free: Int
  /// Kernel memory that nothing reclaims, and reclaimable slab.
  let kernelUnreclaimable: Int
  /// What of the former the kernel counts as reclaimable slab.
  let slabInUse: Int
  var slabReclaimable: Int
  /// What must stay free after an allocation at the low, min and high mark.
  var lowLimit: Int
  var minLimit: Int
  var highLimit: Int
  /// With more free pages than this an allocation has nothing to look at: the low mark, or where discarded blocks begin.
  var plainLimit: Int
  /// Rounds of direct reclaim in a row that freed nothing.
  var fruitlessRounds = 0
  /// What of the free pages lies in whole blocks, and by how much marks are raised.
  var fragments = Fragments()

  // MARK: Pages, their lists, reclaim

  var pages: PageTable
  var sizes = PerList()
  /// Pages that were added since the last batch was put on its lists: counted in `sizes`, not yet seen by reclaim.
  var unlisted = PerList()
  /// File pages that an access activated since the last batch of those was moved: active in `sizes`, not yet for reclaim.
  var unmoved = 0
  var reclaim = ReclaimState()
  /// How reclaim knows the lists' sizes.
  var listStatistics = ListStatistics.immediate
  var kswapd = Kswapd()
  /// The clock of evictions and activations, A of Docs/kernel.md 6.7.
  var workingsetClock: UInt64 = 0

  // MARK: File pages and writeback

  let fileSets: [FileSet]
  /// File pages that need not be looked at when they are read again.
  let inert: InertPages
  var writeback = WritebackQueue()
  var dirty = DirtyQueue()
  /// File pages made dirty since the limits were last looked at.
  var dirtiedSinceLook = 0

  // MARK: Anonymous memory and swap

  var regions: AnonRegions
  var commit: CommitCounter
  var swap: SwapSpace
  var swapReadAhead: SwapReadAhead
  /// Pages of regions that are locked in memory: on none of the four lists (Docs/kernel.md 6.1).
  var unevictable = 0
  /// What swapped pages keep in memory where swap is memory, in millionths of a page.
  var storedMillionths: Int64 = 0

  // MARK: The balloon

  /// By how much marks rise at most, as a share of the high mark in ten-thousandths; 0: never. Kept, for settings are large.
  let boostFactor: Int
  /// The guest's part of a page that goes out: clearing it is part of the cost, and left out without scrubbing.
  let guestsPartOut: SimDuration
  var balloon: BalloonDriver
  /// Free pages reported to the host; nil without free page reporting.
  var reporting: ReportedMemory?
  /// B - T: pages of the domain that never reached the allocator.
  let bootReserved: Int

  // MARK: The group of all programs, and pressure

  /// What is set of its memory, and what came of it.
  var high = MemoryHigh()

  /// Whether the kernel has /proc/pressure.
  let keepsPressure: Bool
  /// How long tasks stood still.
  public internal(set) var pressure: Pressure
  /// Whether stalls are kept for the caller instead of being booked, and those kept.
  var sharesProcessor = false
  var stalls: [Stall] = []
  /// The last sleep or wait that was booked, until the turn's end.
  var lastSleep = (start: SimTime.zero, end: SimTime.zero)

  // MARK: The operation under way, and what is told of it

  /// The instant of the operation under way.
  var now = SimTime.zero
  /// What the operations since `begin(at:)` have cost.
  public internal(set) var elapsed = SimDuration.zero
  /// Whether an allocation of the call under way found memory below the low mark: streams then stop after each access,
  /// so that kswapd gets its turn between two.
  var isTight = false
  /// What the kernel has counted since boot.
  public internal(set) var counters = VMCounters()
  /// The kernel found no process to kill.
  public internal(set) var hasPanicked = false {
    didSet { noteNews() }
  }
  /// Kills that the run has not yet been told of.
  var kills: [OOMKill] = [] {
    didSet { noteNews() }
  }
  /// Waits for reclaim that the run has not yet been told of.
  var allocationStalls: [SimDuration] = [] {
    didSet { noteNews() }
  }

  /// Keeps the value in one place; see `InPlace`.
  private let inPlace = InPlace()

  /// A set of file pages on one disk.
  struct FileSet: Sendable {
    /// Its first page, and the one behind its last.
    let pages: Range<Int>
    /// The host's disk.
    let disk: Int
  }

  /// A freshly booted guest, its RAM free except for the kernel's own.
  public init(_ configuration: GuestConfiguration, domain: Int) {
    self.domain = domain
    settings = configuration.kernel
    rules = configuration.kernel.policy.reclaimRules
    boostFactor = configuration.kernel.boostFactor
    guestsPartOut = configuration.kernel.guestsPartOut
    keepsPressure = configuration.kernel.policy.hasPressure
    pressure = Pressure(configuration.kernel.timers)
    cleancacheEnabled = configuration.cleancache
    frontswapEnabled = configuration.frontswap
    zones = configuration.zones
    // A local, for an autoclosure over a half-made noncopyable `self` is miscompiled (Swift 6.3.1, -O).
    let managed = configuration.zones.totalRAM
    let leftFree = managed - configuration.kernelUnreclaimable - configuration.slabReclaimable
    precondition(leftFree >= .zero, "the kernel alone needs more than the guest's memory")
    adminReserve = GuestZones.adminReserve(freeAtBoot: leftFree).pages
    userReserve = GuestZones.userReserve(freeAtBoot: leftFree).pages
    totalRAM = managed.pages
    bootReserved = (configuration.zones.balloonCurrent - managed).pages
    kernelUnreclaimable = configuration.kernelUnreclaimable.pages
    slabReclaimable = configuration.slabReclaimable.pages
    slabInUse = configuration.slabInUse.pages
    free = leftFree.pages
    lowLimit = 0
    minLimit = 0
    highLimit = 0
    plainLimit = 0
    var sets: [FileSet] = []
    var end = PageTable.firstPage
    for set in configuration.fileSets {
      sets.append(FileSet(pages: end..<end + set.pages.pages, disk: set.disk))
      end += set.pages.pages
    }
    fileSets = sets
    // Programs rarely commit more than twice the memory; if they do, the table moves.
    pages = PageTable(pages: end - PageTable.firstPage, room: 2 * totalRAM)
    inert = InertPages(count: end)
    swap = SwapSpace(configuration.swap.map { ($0.size.pages, $0.disk) })
    swapReadAhead = SwapReadAhead(pageCluster: configuration.kernel.pageCluster)
    regions = AnonRegions(firstPage: end)
    commit = CommitCounter(
      batch: configuration.zones.commitBatch, vcpus: configuration.kernel.vcpus)
    balloon = BalloonDriver(
      generation: configuration.kernel.balloon, options: configuration.kernel.balloonOptions,
      current: configuration.zones.balloonCurrent.pages)
    balloon.ballooned = configuration.zones.ballooned.pages
    fragments.whole = free
    if configuration.kernel.reportsFreePages {
      // What is ballooned out at boot is as good as used by programs.
      reporting = ReportedMemory(
        managed: managed.pages + balloon.ballooned, kernel: managed.pages - free)
    }
    updateLimits()
  }

  /// Starts an operation at `time`: what disks have finished by then is done with, and `elapsed` is zero.
  @inline(__always)
  public mutating func begin(at time: SimTime) {
    now = time
    elapsed = .zero
    if !writeback.isEmpty { finishWriteback() }
    if balloon.arrival.count != 0 { takeArrived() }
  }

  /// The first page of file set `index`; its pages follow one another.
  public func firstPage(ofFileSet index: Int) -> UInt32 { UInt32(fileSets[index].pages.lowerBound) }

  /// Takes the marks over from the zones.
  mutating func updateLimits() {
    let unusable = zones.unusable.pages + fragments.boost
    minLimit = zones.minMark.pages + unusable
    lowLimit = zones.lowMark.pages + unusable
    highLimit = zones.highMark.pages + unusable
    plainLimit = high.limit == nil ? max(lowLimit, reporting?.gate ?? 0) : .max
  }

  /// Writes /proc/sys/vm/min_free_kbytes: marks and reserves follow from what is managed now.
  public mutating func writeMinFreeKilobytes(_ value: Int) {
    zones.recompute(minFreeKilobytes: value)
    updateLimits()
  }

  /// totalram_pages, T.
  public var ram: PageCount { PageCount(totalRAM) }

  /// MemTotal: T, and the pages of a balloon that gives them back before a process is killed, for it leaves MemTotal alone.
  public var memTotal: PageCount { PageCount(totalRAM &+ balloon.countedInTotal) }

  /// Whether there are kills, stalls or a panic that the run has not been told of.
  public private(set) var hasNews = false

  /// Kept up to date where they change, which is rare; it is asked for after every event.
  private mutating func noteNews() {
    hasNews = !kills.isEmpty || !allocationStalls.isEmpty || hasPanicked
  }

  /// Whether kswapd was woken, or there is news. O(1).
  public var needsAttention: Bool { kswapd.activity == .woken || hasNews }

  /// How long each allocation that had to reclaim waited, since the last call.
  public mutating func takeAllocationStalls() -> [SimDuration] {
    if allocationStalls.isEmpty { return [] }
    defer { allocationStalls.removeAll(keepingCapacity: true) }
    return allocationStalls
  }

  /// The kills since the last call, oldest first.
  public mutating func takeKills() -> [OOMKill] {
    if kills.isEmpty { return [] }
    defer { kills.removeAll(keepingCapacity: true) }
    return kills
  }
}

/// A process that the OOM killer ended.
public struct OOMKill: Hashable, Sendable {
  /// What it had committed.
  public let committed: PageCount
  /// What it had touched, in memory or in swap.
  public let touched: PageCount
  /// Its region.
  public let region: Int
}
