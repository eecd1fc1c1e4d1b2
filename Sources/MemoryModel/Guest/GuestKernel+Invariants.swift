internal import Units

extension GuestKernel {
  /// Stops the program if the guest's counts do not add up, with each other or with the host's. O(CPUs): for every event.
  ///
  /// Source: Docs/kernel.md 9.
  public func checkInvariants(_ host: borrowing Host) {
    if !imbalance(host).isNone { stopForImbalance(host) }
  }

  /// By how many pages counts differ that must be equal, and the least of those that must not be negative.
  private struct Imbalance {
    /// T and its parts.
    var parts: Int
    /// B - T and what it was at boot; T and what the zones manage.
    var balloon: Int
    var zones: Int
    /// What the host counts, and the guest.
    var ram: Int
    var persistent: Int
    /// Committed_AS and the regions.
    var committed: Int
    /// Negative if one of them is.
    var least: Int

    /// One test instead of ten.
    var isNone: Bool {
      parts | balloon | zones | ram | persistent | committed == 0 && least >= 0
    }
  }

  @inline(__always)
  private func imbalance(_ host: borrowing Host) -> Imbalance {
    let uncommitted = commit.exact.pages &- regions.committed
    // A sum that wraps is right, or wrong by 2^64 pages.
    let lists = sizes.inactiveAnon &+ sizes.activeAnon &+ sizes.inactiveFile &+ sizes.activeFile
    let outgoing = balloon.takesFromTotalFirst ? 0 : balloon.outgoing
    let managed = totalRAM &- balloon.arrival.arrived &+ balloon.outgoing &- outgoing
    let used = swap.totalSlots &- swap.freeSlots
    let cached = used &- regions.touched &+ sizes.inactiveAnon &+ sizes.activeAnon
    return Imbalance(
      parts: totalRAM &- free &- lists &- kernelUnreclaimable &- slabReclaimable &- unevictable
        &- (storedMillionths == 0 ? 0 : storedPages) &- outgoing,
      balloon: balloon.current &- managed &- bootReserved,
      zones: zones.totalRAM.pages &- managed,
      ram: host.domains[domain].ram &- balloon.current &- balloon.incoming,
      persistent: host.domains[domain].persistent &- swap.frontswapPages,
      committed: uncommitted,
      least: free | swap.freeSlots | used | cached)
  }

  @inline(never)
  private func stopForImbalance(_ host: borrowing Host) {
    fatalError(
      """
      guest \(domain): pages lost or invented: \(imbalance(host)), T \(totalRAM), free \(free), B \(balloon.current), \
      free slots \(swap.freeSlots), used slots \(swap.usedSlots), swap cache \(swapCachePages)
      """)
  }

  /// Stops the program if a page is in two places or in none. O(pages): for tests.
  public func checkEveryPage() {
    var counted = PerList()
    var slots = 0
    for list in LRUList.allCases {
      for page in pages.pages(of: list) {
        let state = pages.records[Int(page)].state
        precondition(pages.isListed(page, in: list), "page \(page): not at its place")
        precondition(state.isOnList, "page \(page): on a list, not in memory")
        precondition(LRUList(state) == list, "page \(page): on the wrong list")
        counted[list] += 1
      }
    }
    precondition(counted == sizes, "list sizes: counted \(counted), kept \(sizes)")
    for page in UInt32(
      PageTable.firstPage)..<UInt32(fileSets.last?.pages.upperBound ?? PageTable.firstPage)
    {
      let isInert =
        pages.records[Int(page)].state.isSuperset(of: [
          .resident, .active, .referenced,
        ]) && !pages.records[Int(page)].state.contains(.idle)
      precondition(inert[page] == isInert, "page \(page): inert \(inert[page])")
    }
    var resident = 0
    for page in PageTable.firstPage..<pages.count {
      let record = pages.records[page]
      if record.state.isOnList { resident += 1 }
      guard record.state.contains(.swapped) || record.state.contains(.swapCache) else { continue }
      slots += 1
      let slot = pages.copies[page]
      precondition(swap.isUsed(slot), "page \(page): its slot \(slot) is free")
      precondition(swap.owner(of: slot) == UInt32(page), "page \(page): slot of another")
    }
    precondition(resident == sizes.anon + sizes.file, "resident pages that are on no list")
    precondition(slots == swap.usedSlots, "slots in use: \(swap.usedSlots), owned: \(slots)")
  }
}
