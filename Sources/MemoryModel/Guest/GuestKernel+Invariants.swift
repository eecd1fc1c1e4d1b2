extension GuestKernel {
  /// Stops the program if the guest's counts do not add up, with each other or with the host's. O(CPUs): for every event.
  ///
  /// Source: facts 9.
  public func checkInvariants(_ host: borrowing Host) {
    let lists = sizes.anon + sizes.file
    precondition(
      totalRAM == free + lists + kernelUnreclaimable + slabReclaimable + storedPages
        + (balloon.takesFromTotalFirst ? 0 : balloon.outgoing),
      "guest \(domain): T \(totalRAM) is not free \(free) + lists \(lists) + kernel")
    precondition(free >= 0, "guest \(domain): negative free memory")
    let inFlight = balloon.incoming - balloon.outgoing
    let shown = balloon.takesFromTotalFirst ? inFlight : balloon.incoming
    precondition(
      balloon.current - (totalRAM - shown) == bootReserved,
      "guest \(domain): B - T moved: B \(balloon.current), T \(totalRAM), in flight \(inFlight)")
    precondition(
      zones.totalRAM.pages == totalRAM - shown,
      "guest \(domain): zones manage \(zones.totalRAM), T is \(totalRAM)")
    precondition(
      host.domains[domain].ram == balloon.current + balloon.incoming,
      "guest \(domain): the host counts \(host.domains[domain].ram) pages, B is \(balloon.current)")
    precondition(
      host.domains[domain].persistent == swap.frontswapPages,
      "guest \(domain): F \(swap.frontswapPages), persistent \(host.domains[domain].persistent)")
    precondition(swap.freeSlots >= 0 && swap.usedSlots >= 0, "guest \(domain): swap slots")
    precondition(commit.exact.pages == regions.committed, "guest \(domain): commit accounting")
    precondition(swapCachePages >= 0, "guest \(domain): swapped pages without a slot")
  }

  /// Stops the program if a page is in two places or in none. O(pages): for tests.
  public func checkEveryPage() {
    var counted = PerList()
    var slots = 0
    for list in LRUList.allCases {
      var page = pages.records[list.rawValue].next
      var previous = UInt32(list.rawValue)
      while page != UInt32(list.rawValue) {
        let record = pages.records[Int(page)]
        precondition(record.previous == previous, "page \(page): broken link")
        precondition(record.state.isOnList, "page \(page): on a list, not in memory")
        precondition(LRUList(record.state) == list, "page \(page): on the wrong list")
        counted[list] += 1
        previous = page
        page = record.next
      }
    }
    precondition(counted == sizes, "list sizes: counted \(counted), kept \(sizes)")
    var resident = 0
    for page in PageTable.heads..<pages.count {
      let record = pages.records[page]
      if record.state.isOnList { resident += 1 }
      guard record.state.contains(.swapped) || record.state.contains(.swapCache) else { continue }
      slots += 1
      precondition(swap.isUsed(record.extra), "page \(page): its slot \(record.extra) is free")
      precondition(swap.owner(of: record.extra) == UInt32(page), "page \(page): slot of another")
    }
    precondition(resident == sizes.anon + sizes.file, "resident pages that are on no list")
    precondition(slots == swap.usedSlots, "slots in use: \(swap.usedSlots), owned: \(slots)")
  }
}
