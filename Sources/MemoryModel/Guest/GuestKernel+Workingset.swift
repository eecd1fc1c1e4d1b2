extension GuestKernel {
  /// workingset_refault(): whether a page that comes back goes straight to the active list; counts its refault.
  ///
  /// `evicted` is the record it was left with. Source: Docs/kernel.md 6.7; from 5.9 on the lists of both types count, and a page that
  /// was in the workingset is booked as a cost. The clock's low 32 bits suffice: no cache has 2^32 pages.
  @inline(__always)
  mutating func refaultActivates(_ evicted: PageRecord) -> Bool {
    let isFile = evicted.state.contains(.file)
    if isFile { counters[.workingsetRefault] += 1 } else { counters[.workingsetRefaultAnon] += 1 }
    let distance = UInt32(truncatingIfNeeded: workingsetClock) &- evicted.place
    guard distance <= UInt32(clamping: workingsetSize(forFile: isFile)) else { return false }
    workingsetClock &+= 1
    if isFile { counters[.workingsetActivate] += 1 } else { counters[.workingsetActivateAnon] += 1 }
    if evicted.state.contains(.workingset) {
      noteRestore(file: isFile)
      noteCost(file: isFile, written: 1, kept: 0)
    }
    return true
  }

  /// workingset_test_recent(), by its name of today: with how many pages a refault distance is compared.
  @inline(__always)
  private func workingsetSize(forFile isFile: Bool) -> Int {
    let known = knownLists.sizes
    guard rules.hasAnonWorkingset else { return known.activeFile }
    var size = known.activeFile
    if !isFile { size += known.inactiveFile }
    if swap.freeSlots > 0 {
      size += known.activeAnon
      if isFile { size += known.inactiveAnon }
    }
    return size
  }

  /// workingset_eviction(): the shadow of a page that is evicted now, the clock after this eviction (Docs/kernel.md 6.7), or before it from 5.9 on.
  mutating func takeShadow() -> UInt32 {
    let before = workingsetClock
    workingsetClock &+= 1
    return UInt32(truncatingIfNeeded: rules.hasAnonWorkingset ? before : workingsetClock)
  }

  /// lru_note_cost(): books what reclaim did to one type, pages written or refaulted, and pages scanned in vain.
  ///
  /// What was booked earlier is halved once it is worth more than a quarter of the lists. Source: Linux 5.8, mm/swap.c.
  mutating func noteCost(file: Bool, written: Int, kept: Int) {
    guard case .costs(let costOfWritten, let costOfKept) = rules.balance else { return }
    let cost = written * costOfWritten + kept * costOfKept
    if cost == 0 { return }
    if file { reclaim.costFile += cost } else { reclaim.costAnon += cost }
    let known = knownLists.sizes
    if reclaim.costFile + reclaim.costAnon > (known.anon + known.file) / 4 {
      reclaim.costFile /= 2
      reclaim.costAnon /= 2
    }
  }
}
