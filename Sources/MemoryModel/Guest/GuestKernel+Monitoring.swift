internal import Units

// What DAMON needs of single pages: page idle tracking, and reclaim of chosen pages.
//
// A page is young unless its idle flag is set and it was not accessed since. Anonymous pages are accessed by their page
// table entry, and pages of files by read() and write(), which take the idle flag away. Taking the accessed bit from an
// entry leaves a flag for reclaim, so that reclaim sees as much as without DAMON.
//
// Source: Linux 6.12, mm/damon/ops-common.c and paddr.c, include/linux/page_idle.h, mm/vmscan.c, reclaim_pages().

extension GuestKernel {
  /// How many numbers of pages there are, those of pages that are not in memory included.
  public var pageSpan: Int { pages.count }

  /// Changes with every access.
  public var accessActivity: Int64 { counters[.accesses] &+ counters[.pgfault] }

  /// damon_folio_young(): whether a page is in memory and was accessed since it was made old, or never was made old.
  public func isYoung(_ page: UInt32) -> Bool {
    guard Int(page) < pages.count else { return false }
    let state = pages.records[Int(page)].state
    guard state.contains(.resident) else { return false }
    return !state.contains(.idle) || state.contains(.accessed)
  }

  /// damon_folio_mkold(): forgets that a page was accessed; an access after this makes it young again.
  public mutating func makeOld(_ page: UInt32) {
    guard Int(page) < pages.count else { return }
    var state = pages.records[Int(page)].state
    guard state.contains(.resident), state.isDisjoint(with: .idle) || state.contains(.accessed)
    else { return }
    state.insert(.idle)
    if state.contains(.file) {
      inert.remove(page)
    } else if state.contains(.accessed) {
      state.remove(.accessed)
      state.insert(.young)
    }
    pages.records[Int(page)].state = state
  }

  /// folio_clear_idle(), of a page of a file that is read or written: a page with all marks is inert again.
  @inline(never)
  mutating func endIdleness(_ page: UInt32) {
    pages.records[Int(page)].state.remove(.idle)
    if pages.records[Int(page)].state.isSuperset(of: [.active, .referenced]) { inert.insert(page) }
  }

  /// damon_pa_pageout(): reclaims the pages of a range that are in memory and not young. O(pages of the range).
  ///
  /// Young ones are made old and stay. Clean pages of files go, dirty ones wait for the flusher; anonymous ones are swapped
  /// out, and are free at once where swap is not a disk. What that takes is added to `elapsed`.
  public mutating func pageOut(
    _ range: Range<UInt32>, skipsAnon: Bool, _ host: inout Host
  ) -> (reclaimed: Int, young: Int) {
    drainBatches()
    var (freed, young) = (0, 0)
    for page in range.clamped(to: 0..<UInt32(clamping: pages.count)) {
      let state = pages.records[Int(page)].state
      guard state.contains(.resident), !(skipsAnon && !state.contains(.file)) else { continue }
      elapsed += settings.costs.scanPage
      if isYoung(page) {
        makeOld(page)
        young += 1
      } else if reclaimPage(page, state, &host) {
        freed += 1
      }
    }
    noteFragments()
    free += freed
    return (freed, young)
  }

  /// reclaim_pages(), for one page, whatever references it has; true if it is free then, or will be counted as such.
  private mutating func reclaimPage(
    _ page: UInt32, _ state: PageState, _ host: inout Host
  ) -> Bool {
    let list = LRUList(state)
    pages.remove(page, from: list)
    sizes[list] -= 1
    pages.records[Int(page)].state =
      state.subtracting([.active, .referenced, .accessed, .young])
    if list.isFile { inert.remove(page) }
    switch judge(page, isFile: list.isFile, &host) {
    case .freed: return true
    case .keep:
      let inactive: LRUList = list.isFile ? .inactiveFile : .inactiveAnon
      pages.pushHead(page, inactive)
      sizes[inactive] += 1
    case .activate:
      pages.records[Int(page)].state.insert(.active)
      let active: LRUList = list.isFile ? .activeFile : .activeAnon
      pages.pushHead(page, active)
      sizes[active] += 1
    }
    return false
  }
}
