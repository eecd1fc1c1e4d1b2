internal import Units

extension GuestKernel {
  /// What reclaim decided of one inactive page.
  enum Verdict {
    case freed
    case keep
    case activate
  }

  /// shrink_inactive_list(): looks at up to `count` pages from the tail of an inactive list and frees those it can.
  ///
  /// Source: Docs/kernel.md 6.2.
  mutating func shrinkInactive(
    _ list: LRUList, _ count: Int, _ pass: inout ReclaimPass, _ host: inout Host
  ) {
    drainBatches()
    let taken = min(count, sizes[list])
    let writtenBefore = counters[.pswpout] + counters[.frontswapStores]
    var freed = 0
    var activated = 0
    var left = taken
    while left > 0 {
      let batch = pages.takeOldest(left, from: list)
      for page in batch {
        let verdict = list.isFile ? judgeFile(page, &host) : judgeAnon(page, &host)
        switch verdict {
        case .freed:
          freed += 1
        case .keep:
          pages.pushHead(page, list)
        case .activate:
          activate(page, list)
          activated += 1
        }
      }
      left -= batch.count
    }
    sizes[list] -= freed + activated
    sizes[list.isFile ? .activeFile : .activeAnon] += activated
    noteFragments()
    free += freed
    pass.scanned += taken
    pass.reclaimed += freed
    elapsed += settings.costs.scanPage * Int64(taken)
    counters[.pgactivate] += Int64(activated)
    if pass.isKswapd {
      counters[.pgscanKswapd] += Int64(taken)
      counters[.pgstealKswapd] += Int64(freed)
    } else {
      counters[.pgscanDirect] += Int64(taken)
      counters[.pgstealDirect] += Int64(freed)
    }
    // A batch is judged before any page of it moves: its activations count on the clock after its evictions.
    if rules.hasAnonWorkingset { workingsetClock &+= UInt64(activated) }
    noteRotations(file: list.isFile, scanned: taken, rotated: activated)
    let written = counters[.pswpout] + counters[.frontswapStores] - writtenBefore
    noteCost(file: list.isFile, written: Int(written), kept: taken - freed)
  }

  /// putback_inactive_pages(), for one page: puts one that was taken from an inactive list on the active one.
  private mutating func activate(_ page: UInt32, _ list: LRUList) {
    pages.records[Int(page)].state.insert(.active)
    let state = pages.records[Int(page)].state
    if list.isFile && state.contains(.referenced) && !state.contains(.idle) { inert.insert(page) }
    pages.pushHead(page, list.isFile ? .activeFile : .activeAnon)
  }

  /// shrink_page_list(), for a page that was taken off its list.
  mutating func judge(_ page: UInt32, isFile: Bool, _ host: inout Host) -> Verdict {
    isFile ? judgeFile(page, &host) : judgeAnon(page, &host)
  }

  /// shrink_page_list(), for a file page: clean ones go, with a shadow and a put; dirty ones wait for the flusher.
  @inline(__always)
  private mutating func judgeFile(_ page: UInt32, _ host: inout Host) -> Verdict {
    let state = pages.records[Int(page)].state
    if state.contains(.writeback) {
      pages.records[Int(page)].state.insert(.reclaim)
      return .activate
    }
    pages.records[Int(page)].state.remove(.referenced)
    if state.contains(.dirty) {
      if state.contains(.referenced) { return .keep }
      pages.records[Int(page)].state.insert(.reclaim)
      return .activate
    }
    evictFilePage(page, leaving: .shadow, &host)
    pages.records[Int(page)].place = takeShadow()
    return .freed
  }

  /// remove_mapping(): drops a clean file page that is on no list any more, with a put into cleancache.
  mutating func evictFilePage(_ page: UInt32, leaving mark: PageState, _ host: inout Host) {
    let state = pages.records[Int(page)].state
    var left: PageState = [.file]
    left.formUnion(mark)
    left.formUnion(state.intersection(.workingset))
    if cleancacheEnabled && state.contains(.mappedToDisk) {
      counters[.cleancachePuts] += 1
      if let stored = host.ephemeralPut(page, domain: domain) {
        pages.copies[Int(page)] = stored
        left.insert(.cleancache)
        elapsed += putCost(host)
      } else {
        elapsed += settings.costs.tmemMiss
      }
    }
    pages.records[Int(page)] = PageRecord(place: 0, state: left)
  }

  /// shrink_page_list(), for an anonymous page: one in use is activated, any other gets a slot and is stored or written.
  ///
  /// From 5.9 on it is activated when it is found in use the second time.
  private mutating func judgeAnon(_ page: UInt32, _ host: inout Host) -> Verdict {
    var state = pages.records[Int(page)].state
    if state.contains(.writeback) {
      pages.records[Int(page)].state.insert(.reclaim)
      return .activate
    }
    let wasReferenced = state.contains(.referenced)
    if !state.isDisjoint(with: [.accessed, .young]) {
      pages.records[Int(page)].state.subtract([.accessed, .young])
      guard rules.hasAnonWorkingset else { return .activate }
      pages.records[Int(page)].state.insert(.referenced)
      return wasReferenced ? .activate : .keep
    }
    if wasReferenced {
      state.remove(.referenced)
      pages.records[Int(page)].state = state
    }
    if !state.contains(.swapCache) {
      guard let slot = swap.allocate(for: page) else { return .activate }
      state.formUnion([.swapCache, .dirty])
      pages.copies[Int(page)] = slot
    }
    if !state.contains(.swapped) { elapsed += settings.costs.unmapPage }
    let slot = pages.copies[Int(page)]
    if state.contains(.dirty) && !storeInFrontswap(slot, &host) {
      if settings.swapsToMemory {
        counters[.pswpout] += 1
        counters[.pgpgout] += 1
        elapsed += settings.costs.tmemPut
      } else {
        state.remove(.dirty)
        state.formUnion([.writeback, .reclaim])
        pages.records[Int(page)].state = state
        writeToSwap(page, slot, &host)
        return .keep
      }
    }
    if settings.swapsToMemory { keepInMemory(regions.storedPPM(of: page)) }
    var left = state.intersection(.workingset)
    left.insert(.swapped)
    let shadow = rules.hasAnonWorkingset ? takeShadow() : 0
    pages.records[Int(page)] = PageRecord(place: shadow, state: left)
    return .freed
  }
}
