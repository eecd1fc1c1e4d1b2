public import Units

extension GuestKernel {
  /// Maps a region of `count` pages, none of them touched, and returns its first page.
  ///
  /// By that page the region is known until it is unmapped. Committed_AS rises on `cpu`. Where swap is memory, a swapped
  /// page of it keeps `storedPPM` millionths of a page.
  public mutating func mapRegion(
    _ count: PageCount, storedPPM: Int64 = 0, cpu: Int
  ) -> UInt32 {
    map(count, storedPPM: storedPPM, cpu: cpu)
    return UInt32(regions.regions[regions.regions.count - 1].start)
  }

  /// Maps a region that was touched long ago: none of its pages is marked as accessed, `active` of them are active.
  ///
  /// For the initial condition of a guest; there must be free memory for `touched` pages.
  public mutating func holdRegion(
    _ count: PageCount, touched: PageCount, active: PageCount, storedPPM: Int64,
    _ host: inout Host
  ) {
    let first = mapRegion(count, storedPPM: storedPPM, cpu: 0)
    let done = touch(touched, ofRegion: first, budget: .forever, &host)
    for page in first..<first + UInt32(done.pages) {
      let list = LRUList(pages.records[Int(page)].state)
      let isActive = Int(page - first) < active.pages
      pages.remove(page, from: list)
      sizes[list] -= 1
      pages.records[Int(page)].state =
        isActive ? [.resident, .active, .dirty] : [.resident, .dirty]
      pages.pushHead(page, isActive ? .activeAnon : .inactiveAnon)
      sizes[isActive ? .activeAnon : .inactiveAnon] += 1
    }
    elapsed = .zero
  }

  /// mlock(): brings up to `count` more pages of a region in, to stay until it is unmapped; returns how many.
  ///
  /// Reclaim does not see them. Stops when `budget` is spent or memory has to be waited for. For a region
  /// of which no page is touched.
  public mutating func lock(
    _ count: PageCount, ofRegion page: UInt32, budget: SimDuration, _ host: inout Host
  ) -> PageCount {
    isTight = false
    var done = 0
    while done < count.pages, elapsed < budget, !isTight,
      let index = regions.index(startingAt: page), regions.regions[index].isAlive
    {
      let region = regions.regions[index]
      precondition(region.touched == 0, "a region of which \(region.touched) pages are touched")
      guard region.locked < region.size, case .granted = allocate(.user, &host) else { break }
      guard let index = regions.index(startingAt: page), regions.regions[index].isAlive else {
        free += 1
        break
      }
      regions.setLocked(region.locked + 1, of: index)
      unevictable += 1
      elapsed += settings.costs.minorFault + settings.costs.clearPage
      done += 1
    }
    counters[.pgfault] += Int64(done)
    if high.over != 0 { answerForCharges(&host) }
    return PageCount(done)
  }

  /// munlock(): gives locked pages of a region back, but for `count` of them.
  mutating func unlock(_ index: Int, downTo count: Int) {
    let released = regions.regions[index].locked - count
    guard released > 0 else { return }
    regions.setLocked(count, of: index)
    unevictable -= released
    noteFragments()
    free += released
  }

  /// Touched pages of the region that begins at `page`; nil once the OOM killer ended it. O(regions).
  public func touchedPages(ofRegion page: UInt32) -> PageCount? {
    guard let index = regions.index(startingAt: page), regions.regions[index].isAlive else {
      return nil
    }
    return PageCount(regions.regions[index].touched)
  }

  /// Touches the next `count` pages of the region that begins at `page`; in all else as `touch`.
  public mutating func touch(
    _ count: PageCount, ofRegion page: UInt32, budget: SimDuration, _ host: inout Host
  ) -> PageCount {
    isTight = false
    guard let index = regions.index(startingAt: page), regions.regions[index].isAlive else {
      return .zero
    }
    let done = touchPages(of: index, count.pages, budget: budget, &host).count
    counters[.pgfault] += Int64(done)
    if high.over != 0 { answerForCharges(&host) }
    return PageCount(done)
  }

  /// What unmapping a touched page takes.
  public var unmappingCost: SimDuration { settings.costs.unmapPage }

  /// Unmaps the region that begins at `page`, killed or not.
  public mutating func unmapRegion(_ page: UInt32, cpu: Int, _ host: inout Host) {
    guard let index = regions.index(startingAt: page) else { return }
    let before = regions.committed
    _ = shrinkRegion(index, by: regions.regions[index].size, &host)
    regions.removeEmpty()
    commit.add(regions.committed - before, cpu: cpu)
  }
}
