public import Units

/// Which mappings go first when a program gives memory back.
public enum UnmapOrder: Sendable {
  /// The newest first.
  case newestFirst
  /// The oldest first.
  case oldestFirst
  /// Each in proportion to its size.
  case proportional
}

extension GuestKernel {
  /// vm_memory_committed(), the Committed_AS that the kernel itself reads; before 6.1 it is approximate.
  public var committed: PageCount {
    settings.policy.readsCommittedExactly ? commit.exact : commit.read
  }
  /// Committed pages of all mappings, exactly.
  public var mapped: PageCount { PageCount(regions.committed) }
  /// Touched anonymous pages, in memory or in swap.
  public var touched: PageCount { PageCount(regions.touched) }
  /// Counts up whenever touched pages change.
  public var touchedVersion: UInt64 { regions.version }

  /// mmap_region(): maps a new region, none of it touched. Committed_AS rises on `cpu`. False: the kernel refused.
  ///
  /// A refused region is as one that was killed: it commits nothing, and is unmapped without giving anything back.
  /// Charged first, then tested, then discharged, which may book what the CPU kept to itself (Docs/kernel.md 5.2).
  @discardableResult
  public mutating func map(_ count: PageCount, storedPPM: Int64 = 0, cpu: Int) -> Bool {
    commit.add(count.pages, cpu: cpu)
    let isGranted = settings.overcommit == .granted || hasEnough(count.pages, isKernels: false)
    regions.add(size: count.pages, storedPPM: storedPPM)
    if !isGranted { return refuseNewest(cpu: cpu) }
    pages.grow(toPages: regions.end &- PageTable.firstPage)
    return true
  }

  /// Refuses the newest region after all; returns false.
  @inline(never)
  private mutating func refuseNewest(cpu: Int) -> Bool {
    let newest = regions.regions.count - 1
    commit.add(-regions.regions[newest].size, cpu: cpu)
    regions.kill(newest)
    return false
  }

  /// do_munmap(): unmaps `count` pages of the regions in `order`, from the ends of regions; all there are, at most.
  ///
  /// Regions that were refused or that the OOM killer ended count as unmapped pages without giving anything back.
  public mutating func unmap(
    _ count: PageCount, order: UnmapOrder, cpu: Int, _ host: inout Host
  ) {
    let before = regions.committed
    var left = count.pages
    if order == .newestFirst {
      left &-= regions.cutNewestUntouched(left)
      if left == 0 { return commit.add(regions.committed &- before, cpu: cpu) }
    }
    shrinkRegions(by: left, order, &host)
    commit.add(regions.committed - before, cpu: cpu)
  }

  /// Cuts `count` pages off the regions in `order`, touched or not; all there are, at most.
  @inline(never)
  private mutating func shrinkRegions(by count: Int, _ order: UnmapOrder, _ host: inout Host) {
    var left = count
    switch order {
    case .newestFirst:
      for index in regions.regions.indices.reversed() {
        if left == 0 { break }
        left -= shrinkRegion(index, by: left, &host)
      }
    case .oldestFirst:
      for index in regions.regions.indices {
        if left == 0 { break }
        left -= shrinkRegion(index, by: left, &host)
      }
    case .proportional:
      var total = 0
      for index in regions.regions.indices { total += regions.regions[index].size }
      for index in regions.regions.indices where left > 0 && total > 0 {
        let size = regions.regions[index].size
        let share = total == size ? left : Int(Int64(left) * Int64(size) / Int64(total))
        left -= shrinkRegion(index, by: share, &host)
        total -= size
      }
    }
    regions.removeEmpty()
  }

  /// Cuts up to `count` pages off a region and returns how many.
  mutating func shrinkRegion(_ index: Int, by count: Int, _ host: inout Host) -> Int {
    let region = regions.regions[index]
    let cut = min(count, region.size)
    if region.touched > region.size - cut {
      releaseTouched(index, downTo: region.size - cut, &host)
    }
    unlock(index, downTo: region.size - cut)
    regions.cut(index, by: cut)
    return cut
  }

  /// madvise_dontneed_single_vma(): gives `count` touched pages back without unmapping them, newest regions first.
  public mutating func discard(_ count: PageCount, _ host: inout Host) {
    var left = count.pages
    for index in regions.regions.indices.reversed() {
      if left == 0 { break }
      let touched = regions.regions[index].touched
      let released = min(touched, left)
      releaseTouched(index, downTo: touched - released, &host)
      left -= released
    }
  }

  /// Frees the pages and slots of a region beyond its first `count` touched ones.
  private mutating func releaseTouched(_ index: Int, downTo count: Int, _ host: inout Host) {
    let region = regions.regions[index]
    guard region.touched > count else { return }
    noteFragments()
    for page in region.start + count..<region.start + region.touched {
      release(UInt32(page), &host)
    }
    regions.setTouched(count, of: index)
  }

  /// zap_pte_range(), for one page: frees it and its slot.
  private mutating func release(_ page: UInt32, _ host: inout Host) {
    let record = pages.records[Int(page)]
    if record.state.isOnList {
      let list = LRUList(record.state)
      pages.remove(page, from: list)
      sizes[list] -= 1
      free += 1
    }
    if record.state.contains(.swapCache) || record.state.contains(.swapped) {
      freeSlot(pages.copies[Int(page)], &host)
    }
    pages.records[Int(page)] = PageRecord(place: 0, state: [])
  }

  /// out_of_memory(): ends the process with most memory and swap; false if there is none.
  ///
  /// Source: Docs/kernel.md 6.9. The memory is free at once.
  mutating func killOneProcess(_ host: inout Host) -> Bool {
    guard let victim = regions.largest else { return false }
    let region = regions.regions[victim]
    releaseTouched(victim, downTo: 0, &host)
    unlock(victim, downTo: 0)
    regions.kill(victim)
    commit.add(-region.size, cpu: 0)
    counters[.oomKill] += 1
    kills.append(
      OOMKill(
        committed: PageCount(region.size), touched: PageCount(region.touched), region: victim))
    return true
  }

  /// Touches up to `count` pages for the first time, in the newest region that has untouched ones.
  ///
  /// Stops when `budget` is spent. Returns how many were touched: fewer if none is left to touch, after one
  /// that found memory below the low mark, or if memory must be waited for (`elapsed` says how long).
  public mutating func touch(
    _ count: PageCount, budget: SimDuration, _ host: inout Host
  ) -> PageCount {
    var done = 0
    isTight = false
    while done < count.pages, elapsed < budget, !isTight, let index = regions.newestUntouched {
      let touched = touchPages(of: index, count.pages - done, budget: budget, &host)
      done += touched.count
      if touched.isStopped { break }
    }
    counters[.pgfault] += Int64(done)
    if high.over != 0 { answerForCharges(&host) }
    return PageCount(done)
  }

  /// do_anonymous_page(), up to `count` times: touches more pages of a region.
  ///
  /// `isStopped` if memory has to be waited for, or the region was killed. Source: Docs/kernel.md 6.1.
  mutating func touchPages(
    of index: Int, _ count: Int, budget: SimDuration, _ host: inout Host
  ) -> (count: Int, isStopped: Bool) {
    let cost = settings.costs.minorFault + settings.costs.clearPage
    let fresh: PageState =
      rules.hasAnonWorkingset
      ? [.resident, .accessed, .dirty] : [.resident, .active, .accessed, .dirty]
    let region = regions.regions[index]
    var touched = region.touched
    let last = min(region.size, touched + count)
    while touched < last && elapsed < budget && !isTight {
      guard case .granted = allocate(.user, &host) else {
        if regions.regions[index].isAlive { regions.setTouched(touched, of: index) }
        return (touched - region.touched, true)
      }
      guard regions.regions[index].isAlive else {
        free += 1
        return (touched - region.touched, true)
      }
      let page = UInt32(region.start + touched)
      addAnon(page, fresh)
      touched += 1
      elapsed += cost
      // The OOM killer and the swap count go by what is touched: keep it true at every allocation.
      if free <= lowLimit { regions.setTouched(touched, of: index) }
    }
    regions.setTouched(touched, of: index)
    return (touched - region.touched, false)
  }

  /// How many accesses ahead a page's record is fetched.
  private static let prefetchDistance = 32

  /// Makes accesses to touched pages, `batch` one after another; the top bit of each says "write".
  ///
  /// Stops at the first that has to wait, or when `budget` is spent, and returns how many
  /// were made. Pages that are not touched any more are passed over. Source: Docs/kernel.md 3.2 and 6.1.
  public mutating func accessAnon(
    _ batch: UnsafeBufferPointer<UInt32>, budget: SimDuration, _ host: inout Host
  ) -> Int {
    let hitCost = settings.costs.anonHit
    isTight = false
    for access in batch.prefix(Self.prefetchDistance) {
      pages.prefetch(access & ~Self.writeBit)
    }
    let lastPrefetch = batch.count - Self.prefetchDistance
    defer { if high.over != 0 { answerForCharges(&host) } }
    var done = 0
    while done < batch.count && elapsed < budget {
      if done < lastPrefetch {
        pages.prefetch(batch[done &+ Self.prefetchDistance] & ~Self.writeBit)
      }
      let page = batch[done] & ~Self.writeBit
      let isWrite = batch[done] & Self.writeBit != 0
      let state = pages.records[Int(page)].state
      if state.contains(.resident) {
        if isWrite && state.contains(.swapCache) { writeToSwapCache(page, &host) }
        pages.records[Int(page)].state.formUnion(isWrite ? [.accessed, .dirty] : .accessed)
        elapsed += hitCost
      } else if state.contains(.swapped) {
        switch swapIn(page, write: isWrite, &host) {
        case .resolved where !isTight: break
        case .resolved, .blocked:
          done += 1
          counters[.accesses] += Int64(done)
          return done
        case .retry, .failed:
          counters[.accesses] += Int64(done)
          return done
        }
      }
      done += 1
    }
    counters[.accesses] += Int64(done)
    return done
  }

  /// The bit of an access that says "write".
  public static var writeBit: UInt32 { 1 << 31 }

  /// do_wp_page(), reuse_swap_page(): a write to a page in the swap cache gives its slot up, unless it is being written.
  ///
  /// Source: Docs/kernel.md 3.2.
  private mutating func writeToSwapCache(_ page: UInt32, _ host: inout Host) {
    let state = pages.records[Int(page)].state
    if state.contains(.writeback) && state.contains(.dirty) { return }
    counters[.pgfault] += 1
    elapsed += settings.costs.minorFault
    if state.contains(.writeback) {
      pages.records[Int(page)].state.remove(.reclaim)
      return
    }
    freeSlot(pages.copies[Int(page)], &host)
    pages.records[Int(page)].state.remove(.swapCache)
  }

  /// The touched regions in order of age: first page and touched pages of each. O(regions).
  public func forEachTouchedRegion(_ body: (_ firstPage: UInt32, _ touched: Int) -> Void) {
    for index in regions.regions.indices where regions.regions[index].touched > 0 {
      body(UInt32(regions.regions[index].start), regions.regions[index].touched)
    }
  }
}
