internal import Units

extension [Zone] {
  /// The sum of a count over all zones.
  func sum(_ count: KeyPath<Zone, PageCount>) -> PageCount {
    reduce(.zero) { $0 + $1[keyPath: count] }
  }

  /// init_per_zone_wmark_min(): min_free_kbytes as the kernel chooses it, the root of 16 times the KiB above the high marks.
  ///
  /// At boot the marks are still 0. Source: Docs/kernel.md 5.3.
  func automaticMinFree(ceiling: Int) -> Int {
    let kilobytes = 4 * reduce(0) { $0 + $1.aboveHigh }
    return Swift.min(Swift.max(squareRoot(16 * kilobytes), 128), ceiling)
  }

  /// set_recommended_min_free_kbytes(): what khugepaged wishes for, 2 + 9 blocks of 512 pages a zone, at most a twentieth.
  ///
  /// Source: Docs/kernel.md 5.3.
  var hugePagesMinFree: Int {
    let populated = count(where: \.isPopulated)
    let aboveHigh = reduce(0) { $0 + $1.aboveHigh }
    return 4 * Swift.min(512 * populated * (2 + 9), aboveHigh / 20)
  }

  /// __setup_per_zone_wmarks(): sets the marks of every zone in proportion to what it manages.
  ///
  /// Source: Docs/kernel.md 5.3.
  mutating func setMarks(minFreeKilobytes: Int, scaleFactor: Int) {
    let total = sum(\.managed).pages
    for index in indices {
      let managed = self[index].managed.pages
      let least = total == 0 ? 0 : (minFreeKilobytes >> 2) * managed / total
      let gap = Swift.max(
        least >> 2, managed / 10_000 * scaleFactor + managed % 10_000 * scaleFactor / 10_000)
      self[index].min = PageCount(least)
      self[index].low = PageCount(least + gap)
      self[index].high = PageCount(least + 2 * gap)
    }
  }

  /// setup_per_zone_lowmem_reserve(): sets what each zone keeps from allocations that prefer a higher one.
  ///
  /// Source: Docs/kernel.md 5.4.
  mutating func setProtections() {
    for index in indices {
      var above = 0
      for preferred in indices where preferred > index {
        above += self[preferred].managed.pages
        self[index].protection[preferred] = PageCount(above / self[index].kind.lowmemReserveRatio)
      }
    }
  }
}
