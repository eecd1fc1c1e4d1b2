/// What is known of one page of a guest: 8 bytes, whether it is in memory or not.
///
/// A page is named by its place in the table, the same for its whole life: a file page keeps its record when
/// it is evicted, an anonymous page when it is swapped out. So an access finds its page without a search.
package struct PageRecord: BitwiseCopyable {
  /// Of a page in memory: its place in its LRU list. Of one that reclaim evicted: its shadow, the workingset clock then.
  var place: UInt32
  /// Where the page is, and its flags.
  package var state: PageState
}

/// Where a page is, and the kernel's flags for it.
///
/// All bits clear: a file page that was never read, or an anonymous page that was never touched.
package struct PageState: OptionSet, BitwiseCopyable, Sendable {
  /// The bits.
  package let rawValue: UInt32

  /// The flags that `rawValue` says.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// In memory and to be used without a fault.
  package static var resident: PageState { PageState(rawValue: 1 << 0) }
  /// On an active list (PG_active).
  static var active: PageState { PageState(rawValue: 1 << 1) }
  /// Marked by read() (PG_referenced).
  static var referenced: PageState { PageState(rawValue: 1 << 2) }
  /// The accessed bit of its page table entry.
  static var accessed: PageState { PageState(rawValue: 1 << 3) }
  /// Differs from its copy on disk or in swap, or has none.
  static var dirty: PageState { PageState(rawValue: 1 << 4) }
  /// Being written.
  static var writeback: PageState { PageState(rawValue: 1 << 5) }
  /// Backed by a file.
  static var file: PageState { PageState(rawValue: 1 << 6) }
  /// In memory and in a swap slot; with `swapped` read ahead, and in no page table yet.
  static var swapCache: PageState { PageState(rawValue: 1 << 7) }
  /// Not in memory, in a swap slot.
  static var swapped: PageState { PageState(rawValue: 1 << 8) }
  /// Evicted by reclaim; `extra` is its shadow.
  static var shadow: PageState { PageState(rawValue: 1 << 9) }
  /// Evicted and put; `next` is its handle.
  static var cleancache: PageState { PageState(rawValue: 1 << 10) }
  /// Read from disk, so that its blocks are known to exist (PG_mappedtodisk).
  static var mappedToDisk: PageState { PageState(rawValue: 1 << 11) }
  /// Reclaim met it dirty or under writeback (PG_reclaim).
  static var reclaim: PageState { PageState(rawValue: 1 << 12) }
  /// Of a file page: read ahead, and not read by anybody since.
  static var readAhead: PageState { PageState(rawValue: 1 << 14) }
  /// Was on an active list, also before it was evicted (PG_workingset); from 5.9 on only.
  static var workingset: PageState { PageState(rawValue: 1 << 13) }
  /// Made old by DAMON and not read or written since (PG_idle); of an anonymous page `accessed` says whether it was.
  static var idle: PageState { PageState(rawValue: 1 << 15) }
  /// Was accessed when DAMON made it old: for reclaim as good as `accessed` (PG_young).
  static var young: PageState { PageState(rawValue: 1 << 16) }

  /// In memory, on one of the four LRU lists: resident, or read ahead into the swap cache.
  var isOnList: Bool { !isDisjoint(with: [.resident, .swapCache]) }
}
