import SimulationEngine

extension GuestKernel {
  /// F: pages in frontswap. O(1).
  public var frontswapPages: PageCount { PageCount(swap.frontswapPages) }

  /// Puts the page of `slot` into frontswap; false if it must go to the disk.
  ///
  /// Source: facts 3.1. With frontswap off nothing is counted as failed.
  mutating func storeInFrontswap(_ slot: UInt32, _ host: inout Host) -> Bool {
    guard frontswapEnabled else { return false }
    if swap.isInFrontswap(slot) { invalidateFrontswap(slot, &host) }
    guard host.persistentPut(domain: domain) else {
      counters.frontswapFailedStores += 1
      elapsed += costs.tmemMiss.nanoseconds
      return false
    }
    swap.setInFrontswap(slot, true)
    counters.frontswapStores += 1
    elapsed += costs.tmemPut.nanoseconds
    return true
  }

  private mutating func invalidateFrontswap(_ slot: UInt32, _ host: inout Host) {
    host.persistentFlush(domain: domain)
    swap.setInFrontswap(slot, false)
    counters.frontswapInvalidates += 1
    elapsed += costs.tmemMiss.nanoseconds
  }

  /// Gives a slot up, its frontswap copy included.
  ///
  /// Source: facts 3.3.
  mutating func freeSlot(_ slot: UInt32, _ host: inout Host) {
    if swapsToMemory { keepInMemory(-regions.storedPPM(of: swap.owner(of: slot))) }
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

  /// Starts the write of a swapped page to its disk.
  mutating func writeToSwap(_ page: UInt32, _ slot: UInt32, _ host: inout Host) {
    counters.pswpout += 1
    counters.pgpgout += 1
    let disk = swap.devices[swap.device(of: slot)].disk
    writeback.append(page, done: host.disks[disk].write(at: now + elapsed))
  }

  /// What came of an access to a page that was not in memory.
  enum FaultOutcome {
    /// The page is there, and nothing was waited for but the processor.
    case resolved
    /// The page is there once `elapsed` is over: a disk was read.
    case blocked
    /// The access is to be made again when `elapsed` is over.
    case retry
    /// The guest is out of memory for good.
    case failed
  }

  /// A fault on a page in swap: loads it, and activates it (from 5.9 on only if it refaults soon).
  ///
  /// Source: facts 3.2. Swap read-ahead is not modelled.
  mutating func swapIn(_ page: UInt32, write: Bool, _ host: inout Host) -> FaultOutcome {
    let slot = pages.records[Int(page)].extra
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
    counters.pgfault += 1
    counters.pgmajfault += 1
    elapsed += costs.minorFault.nanoseconds
    var outcome = FaultOutcome.resolved
    if swap.isInFrontswap(slot) {
      counters.frontswapLoads += 1
      elapsed += costs.tmemGet.nanoseconds
      counters.stallTmem += costs.tmemGet.nanoseconds
    } else {
      counters.pswpin += 1
      counters.pgpgin += 1
      let start = elapsed
      if swapsToMemory {
        elapsed += costs.tmemGet.nanoseconds
      } else {
        let disk = swap.devices[swap.device(of: slot)].disk
        elapsed = host.disks[disk].read(at: now + elapsed) - now
        outcome = .blocked
      }
      counters.stallSwap += elapsed - start
    }
    var state: PageState = [.resident, .accessed, .swapCache]
    let evicted = pages.records[Int(page)]
    if !rules.hasAnonWorkingset {
      state.insert(.active)
      counters.pgactivate += 1
    } else if refaultActivates(evicted.next, evicted.state) {
      state.insert(.active)
      state.formUnion(evicted.state.intersection(.workingset))
    }
    if write || swapsToMemory || swap.isMoreThanHalfFull {
      freeSlot(slot, &host)
      state.remove(.swapCache)
      state.insert(.dirty)
    }
    addAnon(page, state)
    return outcome
  }

  /// Puts an anonymous page that is now in memory at the head of its list.
  @inline(__always)
  mutating func addAnon(_ page: UInt32, _ state: PageState) {
    pages.records[Int(page)].state = state
    let list = LRUList(state)
    pages.pushHead(page, list)
    sizes[list] += 1
    noteAdded(to: list)
  }
}
