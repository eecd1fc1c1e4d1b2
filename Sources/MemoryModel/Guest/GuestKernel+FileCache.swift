public import Units

extension GuestKernel {
  /// How many accesses are looked through at a time, and their records fetched: a bit of a word each.
  private static let block = 64

  /// generic_file_buffered_read(), generic_perform_write(): reads or writes whole file pages, `batch` one after another.
  ///
  /// The top bit of each access says "write".
  /// Stops at the first that has to wait, or when `budget` is spent, and returns how many were
  /// made. `last` is the page of the access before: reading it again does not mark it (one sequential
  /// stream). All pages are of one file set on `disk`, and `readAhead` is that reader's. Source: Docs/kernel.md 6.1 and 6.7.
  ///
  /// Reads of inert pages are only counted, the others made in turn. A page that is inert stays so as long as memory
  /// is not tight, and then no further access is made.
  public mutating func accessFile(
    _ batch: UnsafeBufferPointer<UInt32>, last: inout UInt32, readAhead: inout FileReadAhead,
    disk: Int, budget: SimDuration, _ host: inout Host
  ) -> Int {
    let hitCost = settings.costs.fileHit
    let affordable = budget - elapsed
    guard affordable > .zero, let accesses = batch.baseAddress else { return 0 }
    isTight = false
    let count =
      hitCost == .zero
      ? batch.count : min(batch.count, Int(affordable.dividedRoundingUp(by: hitCost)))
    var made = count
    var activated = 0
    let records = pages.records
    // Blocks grow, so that little was looked at in vain if an access has to wait soon.
    var start = 0
    var next = min(4, count)
    var ahead = inert.accessesToMake(accesses, count: next, pages, fetchesCopies: cleancacheEnabled)
    blocks: while start < count {
      var left = ahead
      let size = min(Self.block, 2 &* (next &- start), count &- next)
      if size > 0 {
        ahead = inert.accessesToMake(
          accesses + next, count: size, pages, fetchesCopies: cleancacheEnabled)
      }
      while left != 0 {
        let place = start &+ left.trailingZeroBitCount
        left &= left &- 1
        let access = batch[place]
        let page = access & ~Self.writeBit
        let previous = place == 0 ? last : batch[place &- 1] & ~Self.writeBit
        let state = records[Int(page)].state
        let outcome: AccessOutcome
        if access == page && state.rawValue & PageState.resident.rawValue != 0 {
          if page == previous || !markRead(page, state, &activated) { continue }
          account(activated, hits: 0)
          activated = 0
          outcome = takeReadAhead(page, &readAhead, disk: disk, hits: Int64(place), &host)
        } else {
          account(activated, hits: 0)
          activated = 0
          outcome =
            access != page
            ? write(page, disk: disk, &host)
            : readAhead.largest == 0
              ? readMiss(page, isSequential: page == previous &+ 1, disk: disk, &host)
              : readMissAhead(
                page, previous: previous, &readAhead, disk: disk, hits: Int64(place), &host)
        }
        if case .resolved = outcome, elapsed < budget, !isTight { continue }
        switch outcome {
        case .resolved, .blocked: made = place &+ 1
        case .retry, .failed: made = place
        }
        break blocks
      }
      start = next
      next &+= size
    }
    if made > 0 { last = batch[made - 1] & ~Self.writeBit }
    account(activated, hits: made)
    if high.over != 0 { answerForCharges(&host) }
    return made
  }

  /// mark_page_accessed(), for a page in the cache; returns whether it was read ahead and is now read for the first time.
  ///
  /// The books of an activation are kept in `activated`.
  @inline(__always)
  private mutating func markRead(
    _ page: UInt32, _ state: PageState, _ activated: inout Int
  ) -> Bool {
    let marks = state.rawValue & (PageState.active.rawValue | PageState.referenced.rawValue)
    if marks == PageState.referenced.rawValue {
      pages.remove(page, from: .inactiveFile)
      pages.pushHead(page, .activeFile)
      pages.records[Int(page)].state = PageState(
        rawValue: (state.rawValue ^ (PageState.active.rawValue | PageState.referenced.rawValue))
          & ~PageState.idle.rawValue)
      activated &+= 1
      return false
    }
    if marks & PageState.referenced.rawValue != 0 {
      endIdleness(page)
      return false
    }
    pages.records[Int(page)].state = PageState(
      rawValue: (state.rawValue | PageState.referenced.rawValue) & ~PageState.idle.rawValue)
    if marks != 0 { inert.insert(page) }
    return state.rawValue & PageState.readAhead.rawValue != 0
  }

  /// Reads or writes whole file pages as a reader that is not read ahead.
  public mutating func accessFile(
    _ batch: UnsafeBufferPointer<UInt32>, last: inout UInt32, disk: Int, budget: SimDuration,
    _ host: inout Host
  ) -> Int {
    var readAhead = FileReadAhead.none
    return accessFile(
      batch, last: &last, readAhead: &readAhead, disk: disk, budget: budget, &host)
  }

  /// Books what the loop over hits kept in registers.
  @inline(__always)
  private mutating func account(_ activated: Int, hits: Int) {
    sizes.inactiveFile -= activated
    sizes.activeFile += activated
    workingsetClock &+= UInt64(activated)
    noteActivated(activated)
    counters[.pgactivate] += Int64(activated)
    counters[.accesses] += Int64(hits)
    elapsed += settings.costs.fileHit * Int64(hits)
  }

  /// generic_file_buffered_read(), of a page that is not in the cache: from cleancache if it is there, else from the disk.
  @inline(never)
  private mutating func readMiss(
    _ page: UInt32, isSequential: Bool, disk: Int, _ host: inout Host
  ) -> AccessOutcome {
    switch allocate(.user, &host) {
    case .granted: break
    case .mustWait: return .retry
    case .failed: return .failed
    }
    let record = pages.records[Int(page)]
    var state: PageState = [.resident, .file, .referenced, .mappedToDisk]
    if record.state.contains(.shadow) && refaultActivates(record) {
      state.insert(.active)
      state.formUnion(record.state.intersection(.workingset))
    }
    var outcome = AccessOutcome.resolved
    if !(cleancacheEnabled && getFromCleancache(page, record.state, &host)) {
      counters[.pgpgin] += 1
      let start = elapsed
      elapsed = host.disks[disk].read(at: now + elapsed, isSequential: isSequential) - now
      counters[.stallDisk] += (elapsed - start).nanoseconds
      note(.read(isRestored: state.contains(.workingset)), from: start, to: elapsed)
      outcome = elapsed > start ? .blocked : .resolved
    }
    insert(page, state)
    return outcome
  }

  /// cleancache_get_page(): an exclusive get, where cleancache is on. Source: Docs/kernel.md 4.7.
  mutating func getFromCleancache(
    _ page: UInt32, _ evicted: PageState, _ host: inout Host
  ) -> Bool {
    if evicted.contains(.cleancache),
      host.ephemeralGet(pages.copies[Int(page)], page: page, domain: domain)
    {
      counters[.cleancacheGets] += 1
      elapsed += getCost(host)
      counters[.stallTmem] += getCost(host).nanoseconds
      return true
    }
    counters[.cleancacheFailedGets] += 1
    elapsed += settings.costs.tmemMiss
    counters[.stallTmem] += settings.costs.tmemMiss.nanoseconds
    return false
  }

  /// add_to_page_cache_lru(): puts a page that was just read or written into the cache.
  @inline(__always)
  mutating func insert(_ page: UInt32, _ state: PageState) {
    pages.records[Int(page)].state = state
    let list: LRUList = state.contains(.active) ? .activeFile : .inactiveFile
    pages.pushHead(page, list)
    sizes[list] += 1
    noteAdded(to: list)
    if state.isSuperset(of: [.active, .referenced]) { inert.insert(page) }
  }

  /// generic_perform_write(), of a whole page: it is not read first, and writing does not mark it. Source: Docs/kernel.md 6.1.
  ///
  /// A stale copy in cleancache is dropped at once (in Linux: when the page is next removed).
  private mutating func write(_ page: UInt32, disk: Int, _ host: inout Host) -> AccessOutcome {
    let record = pages.records[Int(page)]
    if !record.state.contains(.dirty) && !mayDirty(disk: disk, host) { return .retry }
    if !record.state.contains(.resident) {
      switch allocate(.user, &host) {
      case .granted: break
      case .mustWait: return .retry
      case .failed: return .failed
      }
      if record.state.contains(.cleancache) {
        _ = host.ephemeralGet(pages.copies[Int(page)], page: page, domain: domain)
        elapsed += settings.costs.tmemMiss
      }
      insert(page, [.resident, .file])
    } else if record.state.contains(.idle) {
      endIdleness(page)
    }
    if !pages.records[Int(page)].state.contains(.dirty) {
      pages.records[Int(page)].state.insert(.dirty)
      pages.records[Int(page)].state.remove(.reclaim)
      dirty.append(page, at: now + elapsed)
      dirtiedSinceLook += 1
    }
    return .resolved
  }

  /// invalidate_mapping_pages(), as `echo 1 > drop_caches` calls it: clean file pages go into cleancache, without a shadow.
  ///
  /// Returns how many went. Source: Docs/kernel.md 4.7.
  public mutating func dropCaches(_ host: inout Host) -> PageCount {
    var dropped = 0
    noteFragments()
    for list in [LRUList.inactiveFile, .activeFile] {
      // Each page is taken out once; those that stay come back in their order.
      for _ in 0..<sizes[list] {
        let page = pages.takeOldest(1, from: list)[0]
        if pages.records[Int(page)].state.isDisjoint(with: [.dirty, .writeback]) {
          inert.remove(page)
          evictFilePage(page, leaving: [], &host)
          sizes[list] -= 1
          free += 1
          dropped += 1
        } else {
          pages.pushHead(page, list)
        }
      }
    }
    return PageCount(dropped)
  }
}
