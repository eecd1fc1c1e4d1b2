import SimulationEngine

extension GuestKernel {
  /// Maps a region of `count` pages, nothing of it touched, and returns its first page.
  ///
  /// By that page the region is known until it is unmapped. Committed_AS rises on `cpu`.
  public mutating func mapRegion(_ count: PageCount, cpu: Int) -> UInt32 {
    map(count, cpu: cpu)
    return UInt32(regions.regions[regions.regions.count - 1].start)
  }

  /// Touched pages of the region that begins at `page`; nothing once the OOM killer ended it. O(regions).
  public func touchedPages(ofRegion page: UInt32) -> PageCount? {
    guard let index = regions.index(startingAt: page), regions.regions[index].isAlive else {
      return nil
    }
    return PageCount(regions.regions[index].touched)
  }

  /// Touches the next `count` pages of the region that begins at `page`; in all else as `touch`.
  public mutating func touch(
    _ count: PageCount, ofRegion page: UInt32, budget: Int64, _ host: inout Host
  ) -> PageCount {
    isTight = false
    guard let index = regions.index(startingAt: page), regions.regions[index].isAlive else {
      return .zero
    }
    let done = touchPages(of: index, count.pages, budget: budget, &host).count
    counters.pgfault += Int64(done)
    return PageCount(done)
  }

  /// What unmapping takes a touched page, in ns.
  public var unmappingCost: Int64 { costs.unmapPage.nanoseconds }

  /// Unmaps the region that begins at `page`, killed or not.
  public mutating func unmapRegion(_ page: UInt32, cpu: Int, _ host: inout Host) {
    guard let index = regions.index(startingAt: page) else { return }
    let before = regions.committed
    _ = shrinkRegion(index, by: regions.regions[index].size, &host)
    regions.removeEmpty()
    commit.add(regions.committed - before, cpu: cpu)
  }
}
