import SimulationEngine

extension GuestKernel {
  /// Pages that reclaim takes from a list at a time, and the goal of a direct reclaim.
  ///
  /// Source: facts 6.4 and 6.6.
  static let reclaimBatch = 32
  /// The priority at which reclaim starts: 1/4096 of each list.
  static let defaultPriority = 12
  /// Slab objects are shrunk in batches of this many (facts 6.4).
  static let slabBatch = 128

  /// One direct reclaim: passes at rising urgency until 32 pages are free.
  ///
  /// Returns how many were freed. Source: facts 6.4.
  mutating func directReclaim(_ host: inout Host) -> Int {
    counters.allocstall += 1
    var freed = 0
    for priority in stride(from: Self.defaultPriority, through: 0, by: -1) {
      var pass = planPass(priority: priority, goal: Self.reclaimBatch, isKswapd: false)
      while advance(&pass, &host) {}
      freed += pass.reclaimed + shrinkSlab(priority: priority)
      if freed >= Self.reclaimBatch { break }
    }
    reclaim.activationsAtLastRound = knownFileLists.activations
    if freed > 0 { kswapd.failures = 0 }
    return freed
  }

  /// Frees reclaimable slab in whole batches: `4 * freeable >> priority` over seeks, which is 2.
  mutating func shrinkSlab(priority: Int) -> Int {
    var count = (4 * slabReclaimable >> priority) / 2
    count = min(count - count % Self.slabBatch, slabReclaimable)
    slabReclaimable -= count
    free += count
    return count
  }

  /// Whether an inactive list is short compared with its active one.
  ///
  /// `deactivating` adds the special case of the file list: activations of refaulting pages since the
  /// last round make it short whatever its length. Source: facts 6.5.
  func isInactiveLow(file: Bool, deactivating: Bool = false) -> Bool {
    if !file && swap.totalSlots == 0 { return false }
    let known = knownFileLists
    let inactive = file ? known.inactive : sizes.inactiveAnon
    let active = file ? known.active : sizes.activeAnon
    if file && deactivating && known.activations != reclaim.activationsAtLastRound {
      return active > 0
    }
    let gibibytes = (inactive + active) >> 18
    let ratio = gibibytes > 0 ? squareRoot(10 * gibibytes) : 1
    return inactive * ratio < active
  }

  /// get_scan_count: how many pages of each list a pass at `priority` looks at.
  ///
  /// Source: facts 6.6, rules 1 to 5.
  mutating func planPass(priority: Int, goal: Int, isKswapd: Bool) -> ReclaimPass {
    var planned = PerList()
    for list in LRUList.allCases { planned[list] = sizes[list] >> priority }
    if swap.freeSlots == 0 {
      (planned.inactiveAnon, planned.activeAnon) = (0, 0)
    } else if priority == 0 && swappiness > 0 {
      // Both types, in proportion to their size.
    } else if isCacheTiny(priority) {
      (planned.inactiveFile, planned.activeFile) = (0, 0)
    } else if !isInactiveLow(file: true) && sizes.inactiveFile >> priority > 0 {
      (planned.inactiveAnon, planned.activeAnon) = (0, 0)
    } else {
      balance(&planned)
    }
    return ReclaimPass(priority: priority, goal: goal, isKswapd: isKswapd, planned: planned)
  }

  /// Rule 3: so little file cache is left that only anonymous pages are scanned.
  private func isCacheTiny(_ priority: Int) -> Bool {
    sizes.file + free <= zones.highMark.pages && !isInactiveLow(file: false)
      && sizes.inactiveAnon >> priority > 0
  }

  /// Rule 5: divides the work by swappiness and by how much scanning of each type was in vain.
  private mutating func balance(_ planned: inout PerList) {
    if reclaim.scannedAnon > sizes.anon / 4 {
      reclaim.scannedAnon /= 2
      reclaim.rotatedAnon /= 2
    }
    if reclaim.scannedFile > sizes.file / 4 {
      reclaim.scannedFile /= 2
      reclaim.rotatedFile /= 2
    }
    let anon = swappiness * (reclaim.scannedAnon + 1) / (reclaim.rotatedAnon + 1)
    let file = (200 - swappiness) * (reclaim.scannedFile + 1) / (reclaim.rotatedFile + 1)
    let denominator = anon + file + 1
    for list in LRUList.allCases {
      let fraction = list.isFile ? file : anon
      planned[list] = (planned[list] * fraction + denominator - 1) / denominator
    }
  }

  /// Takes up to 32 pages from each list that has work left; false when the pass is over.
  mutating func advance(_ pass: inout ReclaimPass, _ host: inout Host) -> Bool {
    guard pass.hasMore else {
      endPass()
      return false
    }
    for list in LRUList.allCases where pass.left[list] > 0 {
      let count = min(pass.left[list], Self.reclaimBatch)
      pass.left[list] -= count
      if !list.isActive {
        shrinkInactive(list, count, &pass, &host)
      } else if isInactiveLow(file: list.isFile, deactivating: true) {
        shrinkActive(list, count)
      }
    }
    if pass.reclaimed >= pass.goal && !pass.isAdjusted && !pass.adjust() {
      endPass()
      return false
    }
    return true
  }

  /// At the end of a pass a short inactive anonymous list is filled up a little.
  private mutating func endPass() {
    if isInactiveLow(file: false) { shrinkActive(.activeAnon, Self.reclaimBatch) }
  }

  /// Moves pages from the tail of an active list to the head of its inactive one.
  ///
  /// Those with the accessed bit count as rotated though they move too. Source: facts 6.6.
  mutating func shrinkActive(_ list: LRUList, _ count: Int) {
    let inactive: LRUList = list.isFile ? .inactiveFile : .inactiveAnon
    let moved = min(count, sizes[list])
    var accessed = 0
    for turn in 0..<moved {
      let page = pages.tail(of: list)
      if list.isFile { pages.prefetchYounger(than: page, turn: turn) }
      pages.unlink(page)
      if pages.records[Int(page)].state.contains(.accessed) { accessed += 1 }
      pages.records[Int(page)].state.subtract([.active, .accessed])
      pages.pushHead(page, inactive)
    }
    sizes[list] -= moved
    sizes[inactive] += moved
    counters.pgdeactivate += Int64(moved)
    elapsed += Int64(moved) * costs.scanPage.nanoseconds
    if list.isFile {
      reclaim.scannedFile += moved
      reclaim.rotatedFile += accessed
    } else {
      reclaim.scannedAnon += moved
      reclaim.rotatedAnon += accessed
    }
  }
}
