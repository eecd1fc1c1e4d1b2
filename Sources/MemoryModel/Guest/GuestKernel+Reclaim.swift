internal import Units

// How memory is reclaimed. Each step is a function below or in a file beside this one, named as in mm/vmscan.c there.
//
//     an allocation      above the low mark takes a page; below it wakes kswapd; below the min mark reclaims directly
//     direct reclaim     for priority 12 down to 0, until 32 pages are free: a pass, then slab
//     a run of kswapd    for priority 12 down to 1, until more than the high mark is free: a pass, then slab
//     a pass             plans how much of each list to look at: its size / 2^priority, by the balance of anon and file
//                        as long as an inactive list or the active file list has some of that left,
//                          takes up to 32 pages from the tail of every list that has:
//                            inactive: looks at each page (see below)
//                            active: moves them to the head of the inactive list, if that is short
//                          once, when the goal is met: drops the type with less left, cuts the other by the same share
//     a file page        dirty or being written: is activated, for the flusher; clean: leaves a shadow, goes to cleancache
//     an anonymous page  used since the last look: is activated; else gets a slot, and is stored or written to the disk

extension GuestKernel {
  /// Pages that reclaim takes from a list at a time, and the goal of a direct reclaim.
  ///
  /// Source: Docs/kernel.md 6.4 and 6.6.
  static let reclaimBatch = 32
  /// The priority at which reclaim starts: 1/4096 of each list.
  static let defaultPriority = 12
  /// Slab objects are shrunk in batches of this many (Docs/kernel.md 6.4).
  static let slabBatch = 128

  /// do_try_to_free_pages(): one direct reclaim, passes at rising urgency until 32 pages are free.
  ///
  /// Returns how many were freed. Source: Docs/kernel.md 6.4.
  mutating func directReclaim(_ host: inout Host) -> Int {
    counters[.allocstall] += 1
    let start = elapsed
    defer { note(.reclaim, from: start, to: elapsed) }
    let freed = reclaimRounds(goal: Self.reclaimBatch, &host)
    if freed > 0 { kswapd.failures = 0 }
    return freed
  }

  /// do_try_to_free_pages(): a round, and if it freed nothing and passed over an active list another.
  mutating func reclaimRounds(goal: Int, _ host: inout Host) -> Int {
    reclaim.passedOverActive = false
    let freed = reclaimRound(goal: goal, &host)
    if freed > 0 || !reclaim.passedOverActive { return freed }
    return reclaimRound(goal: goal, forced: true, &host)
  }

  /// do_try_to_free_pages(), its loop over the priorities; if `forced`, active lists shrink whatever the sizes.
  private mutating func reclaimRound(
    goal: Int, forced: Bool = false, _ host: inout Host
  ) -> Int {
    var freed = 0
    for priority in stride(from: Self.defaultPriority, through: 0, by: -1) {
      var pass = planPass(priority: priority, goal: goal, isKswapd: false, forced: forced)
      while advance(&pass, &host) {
        if sharesProcessor { finishWriteback(by: now + elapsed) }
      }
      freed += pass.reclaimed
      // Slab belongs to nobody of the group.
      if !reclaim.isOfGroup { freed += shrinkSlab(priority: priority) }
      if freed >= goal { break }
    }
    noteRound()
    return freed
  }

  /// snapshot_refaults(): remembers, at the end of a round, which activations it knew of.
  mutating func noteRound() {
    let known = knownLists
    reclaim.activationsAtLastRound = known.activations
    reclaim.anonActivationsAtLastRound = known.anonActivations
  }

  /// do_shrink_slab(): frees reclaimable slab in whole batches: `4 * freeable >> priority` over seeks, which is 2.
  mutating func shrinkSlab(priority: Int) -> Int {
    var count = (4 * slabReclaimable >> priority) / 2
    count = min(count - count % Self.slabBatch, slabReclaimable)
    slabReclaimable -= count
    noteFragments()
    free += count
    return count
  }

  /// inactive_list_is_low(): whether an inactive list is short compared with its active one.
  ///
  /// `deactivating` adds the special case of the file list: activations of refaulting pages since the
  /// last round make it short whatever its length. Source: Docs/kernel.md 6.5.
  func isInactiveLow(file: Bool, deactivating: Bool = false) -> Bool {
    if !file && swap.totalSlots == 0 { return false }
    let known = knownLists
    let inactive = file ? known.sizes.inactiveFile : known.sizes.inactiveAnon
    let active = file ? known.sizes.activeFile : known.sizes.activeAnon
    if file && deactivating && known.activations != reclaim.activationsAtLastRound {
      return active > 0
    }
    let gibibytes = (inactive + active) >> 18
    let ratio = gibibytes > 0 ? squareRoot(10 * gibibytes) : 1
    return inactive * ratio < active
  }

  /// prepare_scan_control(): of which types active pages may be deactivated in the pass that begins; nil: each batch asks.
  private func decideDeactivation(forced: Bool) -> ListDecision? {
    guard rules.decidesDeactivationOnce else { return nil }
    let known = knownLists
    return ListDecision(
      anon: forced || known.anonActivations != reclaim.anonActivationsAtLastRound
        || isInactiveLow(file: false),
      file: forced || known.activations != reclaim.activationsAtLastRound
        || isInactiveLow(file: true))
  }

  /// get_scan_count(): how many pages of each list a pass at `priority` looks at.
  ///
  /// Source: Docs/kernel.md 6.6, rules 1 to 5.
  mutating func planPass(
    priority: Int, goal: Int, isKswapd: Bool, forced: Bool = false, maySwap: Bool = true
  ) -> ReclaimPass {
    let deactivates = decideDeactivation(forced: forced)
    let short =
      deactivates
      ?? ListDecision(anon: isInactiveLow(file: false), file: isInactiveLow(file: true))
    var planned = PerList()
    let listed = listedSizes
    for list in LRUList.allCases { planned[list] = listed[list] >> priority }
    if swap.freeSlots == 0 || !maySwap {
      (planned.inactiveAnon, planned.activeAnon) = (0, 0)
    } else if priority == 0 && settings.swappiness > 0 {
      // Both types, in proportion to their size.
    } else if isCacheTiny && !short.anon && planned.inactiveAnon > 0 {
      (planned.inactiveFile, planned.activeFile) = (0, 0)
    } else if !short.file && planned.inactiveFile > 0 {
      (planned.inactiveAnon, planned.activeAnon) = (0, 0)
    } else {
      balance(&planned)
    }
    var pass = ReclaimPass(priority: priority, goal: goal, isKswapd: isKswapd, planned: planned)
    pass.deactivates = deactivates
    pass.finishesAdjusted = rules.finishesAdjustedPass
    if isControlGroup || reclaim.isOfGroup { pass.isAdjusted = false }
    return pass
  }

  /// get_scan_count(), rule 3: so little file cache is left that only anonymous pages are scanned.
  ///
  /// A control group has no such rule.
  private var isCacheTiny: Bool {
    sizes.file + free <= zones.highMark.pages && !isControlGroup && !reclaim.isOfGroup
  }

  /// get_scan_count(), rule 5: divides the work by swappiness and by what scanning each type has come to.
  private mutating func balance(_ planned: inout PerList) {
    let (anon, file) = rules.balance == .rotations ? pressureByRotations() : pressureByCosts
    let denominator = anon + file + (rules.balance == .rotations ? 1 : 0)
    for list in LRUList.allCases {
      let share = planned[list] * (list.isFile ? file : anon)
      planned[list] = (share + (rules.roundsSharesUp ? denominator - 1 : 0)) / denominator
    }
  }

  /// Pressure by what reclaim has cost, a third of it whatever the cost.
  ///
  /// Source: Linux 5.8, mm/vmscan.c, get_scan_count().
  private var pressureByCosts: (anon: Int, file: Int) {
    let total = reclaim.costAnon + reclaim.costFile
    let (anon, file) = (total + reclaim.costAnon, total + reclaim.costFile)
    return (
      settings.swappiness * (anon + file + 1) / (anon + 1),
      (200 - settings.swappiness) * (anon + file + 1) / (file + 1)
    )
  }

  /// Pressure by how much scanning of each type was in vain; halves what was counted long ago.
  private mutating func pressureByRotations() -> (anon: Int, file: Int) {
    if reclaim.scannedAnon > sizes.anon / 4 {
      reclaim.scannedAnon /= 2
      reclaim.rotatedAnon /= 2
    }
    if reclaim.scannedFile > sizes.file / 4 {
      reclaim.scannedFile /= 2
      reclaim.rotatedFile /= 2
    }
    return (
      settings.swappiness * (reclaim.scannedAnon + 1) / (reclaim.rotatedAnon + 1),
      (200 - settings.swappiness) * (reclaim.scannedFile + 1) / (reclaim.rotatedFile + 1)
    )
  }

  /// shrink_lruvec(), one turn of its loop: takes up to 32 pages from each list that has work left.
  ///
  /// False when the pass is over. In 4.19 it is called shrink_node_memcg(). Source: Docs/kernel.md 6.6.
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
      } else if mayDeactivate(list, pass) {
        shrinkActive(list, count)
      } else {
        reclaim.passedOverActive = rules.decidesDeactivationOnce
      }
    }
    if pass.reclaimed >= pass.goal && !pass.isAdjusted && !pass.adjust() {
      endPass()
      return false
    }
    return true
  }

  /// shrink_list(), its question to an active list: whether it may shrink.
  private func mayDeactivate(_ list: LRUList, _ pass: ReclaimPass) -> Bool {
    guard let decided = pass.deactivates else {
      return isInactiveLow(file: list.isFile, deactivating: true)
    }
    return list.isFile ? decided.file : decided.anon
  }

  /// shrink_lruvec(), behind its loop: a short inactive anonymous list is filled up a little.
  private mutating func endPass() {
    if isInactiveLow(file: false) { shrinkActive(.activeAnon, Self.reclaimBatch) }
  }

  /// shrink_active_list(): moves pages from the tail of an active list to the head of its inactive one.
  ///
  /// Those with the accessed bit count as rotated though they move too. Source: Docs/kernel.md 6.6.
  mutating func shrinkActive(_ list: LRUList, _ count: Int) {
    drainBatches()
    let inactive: LRUList = list.isFile ? .inactiveFile : .inactiveAnon
    let moved = min(count, sizes[list])
    var accessed = 0
    let mark: PageState = rules.hasAnonWorkingset ? .workingset : []
    var left = moved
    while left > 0 {
      let batch = pages.takeOldest(left, from: list)
      for page in batch {
        if list.isFile { inert.remove(page) }
        let state = pages.records[Int(page)].state
        accessed += state.isDisjoint(with: [.accessed, .young]) ? 0 : 1
        pages.records[Int(page)].state =
          state.subtracting([.active, .accessed, .young]).union(mark)
        pages.pushHead(page, inactive)
      }
      left -= batch.count
    }
    sizes[list] -= moved
    sizes[inactive] += moved
    counters[.pgdeactivate] += Int64(moved)
    elapsed += settings.costs.scanPage * Int64(moved)
    noteRotations(file: list.isFile, scanned: moved, rotated: accessed)
  }

  /// Counts pages taken off the lists of a type, and those of them found in use (Docs/kernel.md 6.6, rule 5).
  mutating func noteRotations(file: Bool, scanned: Int, rotated: Int) {
    if file {
      reclaim.scannedFile += scanned
      reclaim.rotatedFile += rotated
    } else {
      reclaim.scannedAnon += scanned
      reclaim.rotatedAnon += rotated
    }
  }
}
