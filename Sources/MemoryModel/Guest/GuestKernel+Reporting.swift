public import Units

/// What of a guest's free memory its host has discarded, because the guest reported it.
struct ReportedMemory {
  /// The kernel's part: when it reports, and how much at once.
  var worker = PageReporting()
  /// How free memory lies in blocks.
  var blocks: FreeBlocks
  /// Blocks that are discarded; no more than are free as a whole.
  private(set) var discarded = 0
  /// With so few free pages the next one that is taken lies in a discarded block.
  private(set) var gate = 0

  /// A guest that manages so many pages, of which the kernel has some for good.
  init(managed: Int, kernel: Int) {
    blocks = FreeBlocks(managed: managed, kernel: kernel)
    // Registering asks for a first run.
    _ = worker.request()
  }

  /// So many discarded blocks more, with `free` pages free.
  mutating func add(_ count: Int, free: Int) {
    discarded += count
    gate = discarded == 0 ? 0 : blocks.leastFree(forWhole: discarded, most: free)
  }

  /// How many discarded blocks are in use again when `free` pages are free. Counts them out.
  mutating func lose(free: Int) -> Int {
    let lost = discarded - min(discarded, blocks.whole(free: free))
    if lost > 0 || free <= gate { add(-lost, free: free) }
    return lost
  }
}

extension GuestKernel {
  /// Free pages that the host has discarded.
  public var reportedPages: PageCount {
    PageCount((reporting?.discarded ?? 0) * FreeBlocks.block)
  }
  /// Blocks of 2 MiB that are free as a whole; nil without free page reporting, for nobody asks then.
  public var wholeFreeBlocks: Int? { reporting?.blocks.whole(free: free) }
  /// `PAGE_REPORTING_DELAY`, after which free pages are looked at; nil without free page reporting.
  public var reportingDelay: SimDuration? {
    reporting == nil ? nil : .seconds(PageReporting.delay)
  }

  /// Before `count` free pages are taken: gives the host's memory back to those blocks that were discarded.
  ///
  /// Reported blocks are at the end of their list, so they are used last. A page of the balloon is not touched, and costs nothing.
  @inline(never)
  mutating func restoreBlocks(using count: Int, isTouched: Bool = true, _ host: inout Host) {
    let lost = reporting?.lose(free: free - count) ?? 0
    if lost > 0 { restore(blocks: lost, isTouched: isTouched, &host) }
    plainLimit = high.limit == nil ? max(lowLimit, reporting?.gate ?? 0) : .max
  }

  /// The host's page faults of blocks that it had discarded: the guest waits for them.
  private mutating func restore(blocks: Int, isTouched: Bool, _ host: inout Host) {
    let pages = blocks * FreeBlocks.block
    let missing = host.restore(pages, of: domain)
    counters[.pagesRestored] += Int64(pages)
    guard isTouched else { return }
    let swapOut = host.diskCount > 0 ? host.disks[0].parameters.write : .zero
    let time = settings.costs.hostFault * Int64(pages) + swapOut * Int64(missing)
    counters[.stallHost] += time.nanoseconds
    elapsed += time
  }

  /// page_reporting_process(), and the look at free memory that stands for the notices of page_reporting_notify_free().
  ///
  /// Looks every two seconds: free blocks that the host does not know of ask for a run, which comes with the next look. So a run
  /// comes two to four seconds after the first block, where Linux has two. Returns what the requests took.
  public mutating func reportFreePages(_ host: inout Host) -> SimDuration {
    guard reporting != nil else { return .zero }
    reporting!.blocks.note(free: free)
    restoreBlocks(using: 0, &host)
    let whole = reporting!.blocks.whole(free: free)
    let unreported = whole - reporting!.discarded
    if reporting!.worker.state == .idle {
      if unreported > 0 { _ = reporting!.worker.noteFree(order: reporting!.worker.order) }
      return .zero
    }
    let known = reporting!.discarded
    var zones = [
      PageReporting.Zone(
        lists: [
          PageReporting.FreeList(
            order: reporting!.worker.order, unreported: unreported, reported: known)
        ], free: free, lowMark: lowLimit)
    ]
    _ = reporting!.worker.run(&zones) { _ in true }
    let new = zones[0].lists[0].reported - known
    host.discard(new * FreeBlocks.block, of: domain)
    reporting!.add(new, free: free)
    counters[.pagesReported] += Int64(new * FreeBlocks.block)
    plainLimit = high.limit == nil ? max(lowLimit, reporting!.gate) : .max
    return settings.costs.reportBlock * Int64(new)
  }
}
