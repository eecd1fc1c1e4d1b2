public import Units

/// Where a guest's memory is at an instant, in pages, as /proc/meminfo would say.
public struct MemoryLevels: Hashable, Sendable {
  /// Free pages.
  public var free: Int
  /// The four LRU lists.
  public var activeFile, inactiveFile, activeAnon, inactiveAnon: Int
  /// Dirty file pages, and pages being written.
  public var dirty, writeback: Int
  /// Slots in use, and pages that are in memory and in a slot.
  public var swapUsed, swapCached: Int
}

extension GuestKernel {
  /// Pages in the allocator's free lists. O(1).
  public var freePages: PageCount { PageCount(free) }

  /// What must be free, or slab that reclaim can shrink, for kswapd to stay asleep; negative if the slab is more. O(1).
  public var leastFree: PageCount { PageCount(lowLimit - slabReclaimable) }

  /// Where memory is now. O(1).
  public var levels: MemoryLevels {
    MemoryLevels(
      free: free, activeFile: sizes.activeFile, inactiveFile: sizes.inactiveFile,
      activeAnon: sizes.activeAnon, inactiveAnon: sizes.inactiveAnon, dirty: dirty.count,
      writeback: writeback.count, swapUsed: swap.usedSlots, swapCached: swapCachePages)
  }

  /// Pages of this guest in cleancache. O(1).
  public func cleancachePages(_ host: borrowing Host) -> PageCount {
    PageCount(host.ephemeralPages(of: domain))
  }
}
