/// A guest's private writable mappings: each is a process to the OOM killer.
///
/// A region's pages follow one another in the page table, and are touched from its start, so that what is
/// touched is a prefix. Source: `Docs/model.md`, section 6 (a region is a process).
struct AnonRegions: ~Copyable {
  struct Region {
    /// Its first page in the page table.
    var start: Int
    /// Its size in pages: what it commits.
    var size: Int
    /// How many of its pages are touched: in memory or in swap.
    var touched = 0
    /// How many pages of it are locked in memory, besides those touched: they are on no list.
    var locked = 0
    /// What a page of it keeps in memory when it is swapped to memory, in millionths of a page.
    var storedPPM: Int64 = 0
    /// False once the OOM killer ended it; it commits nothing then.
    var isAlive = true
  }

  /// The regions, oldest first.
  private(set) var regions = GrowingRow<Region>()
  /// Touched pages of all regions.
  private(set) var touched = 0
  /// Committed pages of the regions that live.
  private(set) var committed = 0
  /// Counts up whenever touched pages change.
  private(set) var version: UInt64 = 0
  /// The page behind the last that was ever used.
  private(set) var end: Int
  /// Whether some region ever kept part of its swapped pages in memory.
  private(set) var hasStored = false
  /// Regions of size zero, which `removeEmpty` has to forget.
  private var empty = 0
  /// Gaps between regions that can be used again, by start.
  private var gaps: [Range<Int>] = []

  init(firstPage: Int) { end = firstPage }

  /// Adds the newest region. O(gaps).
  @inline(__always)
  mutating func add(size: Int, storedPPM: Int64 = 0) {
    regions.append(Region(start: place(size), size: size, storedPPM: storedPPM))
    if storedPPM > 0 { hasStored = true }
    committed += size
  }

  /// Room for `size` pages: the first gap that is large enough, else behind everything.
  @inline(__always)
  private mutating func place(_ size: Int) -> Int {
    if !gaps.isEmpty, let start = placeInGap(size) { return start }
    let start = end
    end += size
    return start
  }

  /// Room for `size` pages in the first gap that is large enough.
  private mutating func placeInGap(_ size: Int) -> Int? {
    if let index = gaps.firstIndex(where: { $0.count >= size }) {
      let gap = gaps[index]
      if gap.count == size {
        gaps.remove(at: index)
      } else {
        gaps[index] = gap.lowerBound + size..<gap.upperBound
      }
      return gap.lowerBound
    }
    return nil
  }

  /// Notes `count` pages from `start` on as free again.
  @inline(__always)
  private mutating func giveBack(_ start: Int, _ count: Int) {
    if start &+ count == end && gaps.isEmpty {
      end = start
    } else if count > 0 {
      joinGap(start..<start + count)
    }
  }

  /// Notes a range as free again, joined with its neighbours.
  private mutating func joinGap(_ range: Range<Int>) {
    var range = range
    var index = gaps.firstIndex { $0.lowerBound >= range.lowerBound } ?? gaps.count
    if index < gaps.count, gaps[index].lowerBound == range.upperBound {
      range = range.lowerBound..<gaps[index].upperBound
      gaps.remove(at: index)
    }
    if index > 0, gaps[index - 1].upperBound == range.lowerBound {
      index -= 1
      range = gaps[index].lowerBound..<range.upperBound
      gaps.remove(at: index)
    }
    if range.upperBound == end {
      end = range.lowerBound
    } else {
      gaps.insert(range, at: index)
    }
  }

  /// Changes how many pages of a region are locked.
  mutating func setLocked(_ count: Int, of index: Int) { regions[index].locked = count }

  /// Cuts `count` pages off the end of region `index`; its pages beyond must have been released before.
  mutating func cut(_ index: Int, by count: Int) {
    var region = regions[index]
    precondition(region.touched <= region.size - count, "touched pages cut off region \(index)")
    region.size -= count
    let end = region.start + region.size
    giveBack(end, count)
    regions[index] = region
    if region.size == 0 { empty += 1 }
    if region.isAlive { committed -= count }
  }

  /// Cuts up to `count` untouched pages off the newest regions as long as these lie one behind the other at the end;
  /// returns how many.
  @inline(__always)
  mutating func cutNewestUntouched(_ count: Int) -> Int {
    guard gaps.isEmpty else { return 0 }
    var left = count
    var number = regions.count
    var newEnd = end
    var released = 0
    while left > 0 && number > 0 {
      let region = regions[number &- 1]
      let cut = min(left, region.size &- region.touched)
      if cut == 0 || region.start &+ region.size != newEnd { break }
      let rest = region.size &- cut
      regions[number &- 1].size = rest
      newEnd &-= cut
      released &+= region.isAlive ? cut : 0
      left &-= cut
      // Without a branch, for whether a region goes altogether cannot be foretold.
      number &-= rest == 0 ? 1 : 0
    }
    regions.removeLast(regions.count &- number)
    end = newEnd
    committed -= released
    version &+= 1
    return count &- left
  }

  /// Forgets the regions of size zero: at once if they are the newest, else O(regions).
  mutating func removeEmpty() {
    version &+= 1
    if empty == 0 { return }
    while empty > 0, regions.last?.size == 0 {
      regions.removeLast(1)
      empty -= 1
    }
    if empty > 0 { regions.removeAll { $0.size == 0 } }
    empty = 0
  }

  /// What `page` keeps in memory when it is swapped to memory, in millionths of a page. O(regions) if any does.
  func storedPPM(of page: UInt32) -> Int64 {
    if !hasStored { return 0 }
    for index in regions.indices {
      let region = regions[index]
      if region.start <= Int(page) && Int(page) < region.start + region.size {
        return region.storedPPM
      }
    }
    return 0
  }

  /// Sets how many pages of a region are touched.
  mutating func setTouched(_ count: Int, of index: Int) {
    touched += count - regions[index].touched
    regions[index].touched = count
    version &+= 1
  }

  /// Marks a region as killed; its pages must have been released before.
  mutating func kill(_ index: Int) {
    committed -= regions[index].size
    regions[index].isAlive = false
  }

  /// oom_badness(), select_bad_process(): the region with most pages in memory or in swap, the oldest of equals; nil if none
  /// has any.
  ///
  /// Source: Docs/kernel.md 6.9.
  var largest: Int? {
    var best: Int?
    var most = 0
    for index in regions.indices where regions[index].isAlive {
      let pages = regions[index].touched + regions[index].locked
      if pages > most { (best, most) = (index, pages) }
    }
    return best
  }

  /// The region whose first page is `page`. O(regions).
  func index(startingAt page: UInt32) -> Int? {
    for index in regions.indices where regions[index].start == Int(page) { return index }
    return nil
  }

  /// The newest living region that is not touched to its end.
  var newestUntouched: Int? {
    for index in regions.indices.reversed() {
      if regions[index].isAlive && regions[index].touched < regions[index].size { return index }
    }
    return nil
  }
}
