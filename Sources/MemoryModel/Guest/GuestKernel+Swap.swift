public import Units

extension GuestKernel {
  /// frontswap_curr_pages(), F: pages in frontswap. O(1).
  public var frontswapPages: PageCount { PageCount(swap.frontswapPages) }

  /// __frontswap_store(): puts the page of `slot` into frontswap; false if it must go to the disk.
  ///
  /// Source: Docs/kernel.md 3.1. With frontswap off nothing is counted as failed.
  mutating func storeInFrontswap(_ slot: UInt32, _ host: inout Host) -> Bool {
    guard frontswapEnabled else { return false }
    if swap.isInFrontswap(slot) { invalidateFrontswap(slot, &host) }
    guard host.persistentPut(domain: domain) else {
      counters[.frontswapFailedStores] += 1
      elapsed += settings.costs.tmemMiss
      return false
    }
    swap.setInFrontswap(slot, true)
    counters[.frontswapStores] += 1
    elapsed += putCost(host)
    return true
  }

  /// What a put that stored the page takes.
  func putCost(_ host: borrowing Host) -> SimDuration {
    settings.costs.tmemPut + (host.tmem.compresses ? settings.costs.tmemCompress : .zero)
  }

  /// What a get that found the page takes.
  func getCost(_ host: borrowing Host) -> SimDuration {
    settings.costs.tmemGet + (host.tmem.compresses ? settings.costs.tmemDecompress : .zero)
  }

  /// __frontswap_invalidate_page(): drops the copy of `slot`, which is in frontswap.
  private mutating func invalidateFrontswap(_ slot: UInt32, _ host: inout Host) {
    host.persistentFlush(domain: domain)
    swap.setInFrontswap(slot, false)
    counters[.frontswapInvalidates] += 1
    elapsed += settings.costs.tmemMiss
  }

  /// swap_range_free(): gives a slot up, its frontswap copy included.
  ///
  /// Source: Docs/kernel.md 3.3.
  mutating func freeSlot(_ slot: UInt32, _ host: inout Host) {
    if settings.swapsToMemory { keepInMemory(-regions.storedPPM(of: swap.owner(of: slot))) }
    if swap.isInFrontswap(slot) { invalidateFrontswap(slot, &host) }
    swap.release(slot)
  }

  /// Pages that swapped pages keep in memory.
  var storedPages: Int { Int((storedMillionths + 999_999) / 1_000_000) }

  /// Takes the memory that a swapped page keeps, or gives it back.
  mutating func keepInMemory(_ millionths: Int64) {
    let before = storedPages
    storedMillionths += millionths
    free -= storedPages - before
  }

  /// __swap_writepage(): starts the write of a swapped page to its disk.
  mutating func writeToSwap(_ page: UInt32, _ slot: UInt32, _ host: inout Host) {
    counters[.pswpout] += 1
    counters[.pgpgout] += 1
    let disk = swap.devices[swap.device(of: slot)].disk
    writeback.append(page, done: host.disks[disk].write(at: now + elapsed))
  }

  /// What came of an access to a page that was not in memory.
  enum AccessOutcome {
    /// The page is there, and only the processor was waited for.
    case resolved
    /// The page is there once `elapsed` is over: a disk was read.
    case blocked
    /// The access is to be made again when `elapsed` is over.
    case retry
    /// The guest is out of memory for good.
    case failed
  }

  /// do_swap_page(): a fault on a page in swap loads it, and activates it (from 5.9 on only if it refaults soon).
  ///
  /// Source: Docs/kernel.md 3.2.
  mutating func swapIn(_ page: UInt32, write: Bool, _ host: inout Host) -> AccessOutcome {
    let slot = pages.copies[Int(page)]
    if pages.records[Int(page)].state.isOnList {
      takeReadAhead(page, slot, write: write, &host)
      return .resolved
    }
    switch allocate(.user, &host) {
    case .granted: break
    case .mustWait: return .retry
    case .failed: return .failed
    }
    guard pages.records[Int(page)].state.contains(.swapped) else {
      // The page's process was killed while memory was found for it.
      free += 1
      return .resolved
    }
    counters[.pgfault] += 1
    counters[.pgmajfault] += 1
    elapsed += settings.costs.minorFault
    let start = elapsed
    let isOnDisk = !swap.isInFrontswap(slot) && !settings.swapsToMemory
    let evicted = pages.records[Int(page)]
    var done = load(slot, at: start, isSequential: false, &host)
    let loaded = elapsed
    mapSwappedIn(page, slot, write: write, evicted: evicted, &host)
    let isRestored = pages.records[Int(page)].state.contains(.workingset)
    if isRestored { note(.reclaim, from: start, to: loaded) }
    if swapReadAhead.largest > 1 { done = max(done, readSwapAhead(of: slot, since: start, &host)) }
    guard isOnDisk || done > elapsed else { return .resolved }
    counters[.stallSwap] += max(done - elapsed, .zero).nanoseconds
    note(.read(isRestored: isRestored), from: elapsed, to: done)
    elapsed = max(done, elapsed)
    return .blocked
  }

  /// swap_readpage(): brings the data of `slot` in, at once from frontswap, else from its disk, a read that begins at `start`.
  ///
  /// Returns when it is there, as a time after `begin(at:)`.
  private mutating func load(
    _ slot: UInt32, at start: SimDuration, isSequential: Bool, _ host: inout Host
  ) -> SimDuration {
    if swap.isInFrontswap(slot) {
      counters[.frontswapLoads] += 1
      elapsed += getCost(host)
      counters[.stallTmem] += getCost(host).nanoseconds
      return .zero
    }
    counters[.pswpin] += 1
    counters[.pgpgin] += 1
    if settings.swapsToMemory {
      elapsed += settings.costs.tmemGet
      counters[.stallSwap] += settings.costs.tmemGet.nanoseconds
      return .zero
    }
    let disk = swap.devices[swap.device(of: slot)].disk
    return host.disks[disk].read(at: now + start, isSequential: isSequential) - now
  }

  /// do_swap_page(), once the data is there: puts the page of `slot` into its page table, active if the rules say so.
  ///
  /// `evicted` is what its record said when it went; nil if it was read ahead, so that it is not known any more.
  private mutating func mapSwappedIn(
    _ page: UInt32, _ slot: UInt32, write: Bool, evicted: PageRecord?, _ host: inout Host
  ) {
    var state: PageState = [.resident, .accessed, .swapCache]
    if !rules.hasAnonWorkingset {
      state.insert(.active)
      counters[.pgactivate] += 1
    } else if let evicted, refaultActivates(evicted) {
      state.insert(.active)
      state.formUnion(evicted.state.intersection(.workingset))
    }
    if write || settings.swapsToMemory || swap.isMoreThanHalfFull {
      freeSlot(slot, &host)
      state.remove(.swapCache)
      state.insert(.dirty)
    }
    addAnon(page, state)
  }

  /// do_swap_page(), for a page that was read ahead: it is in memory already. Source: Docs/kernel.md 3.2.
  private mutating func takeReadAhead(
    _ page: UInt32, _ slot: UInt32, write: Bool, _ host: inout Host
  ) {
    counters[.pgfault] += 1
    counters[.swapRaHit] += 1
    swapReadAhead.hit()
    elapsed += settings.costs.minorFault
    pages.remove(page, from: .inactiveAnon)
    sizes.inactiveAnon -= 1
    mapSwappedIn(page, slot, write: write, evicted: nil, &host)
  }

  /// swap_cluster_readahead(): reads the other swapped pages of the block around `slot`, old, in no page table.
  ///
  /// Returns when the last is there. Source: Docs/kernel.md 3.2.
  private mutating func readSwapAhead(
    of slot: UInt32, since start: SimDuration, _ host: inout Host
  ) -> SimDuration {
    let slots = swap.devices[swap.device(of: slot)].slots
    let header = slots.lowerBound - 1
    let block = swapReadAhead.block(around: Int(slot) - header)
    var done = SimDuration.zero
    for neighbour in block.clamped(to: 1...slots.count) {
      let other = UInt32(header + neighbour)
      guard other != slot, swap.isUsed(other) else { continue }
      let page = swap.owner(of: other)
      guard !pages.records[Int(page)].state.isOnList else { continue }
      guard case .granted = allocate(.readAhead, &host) else { break }
      done = max(done, load(other, at: start, isSequential: true, &host))
      counters[.swapRa] += 1
      addAnon(page, [.swapped, .swapCache])
    }
    return done
  }

  /// lru_cache_add_active_or_unevictable(): puts an anonymous page that is now in memory at the head of its list.
  @inline(__always)
  mutating func addAnon(_ page: UInt32, _ state: PageState) {
    pages.records[Int(page)].state = state
    let list = LRUList(state)
    pages.pushHead(page, list)
    sizes[list] += 1
    noteAdded(to: list)
  }
}
