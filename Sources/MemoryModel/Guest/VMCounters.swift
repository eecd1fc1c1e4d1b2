/// Something that a guest kernel counts from boot on, named as in /proc/vmstat and debugfs.
///
/// A new one is a case, and the length of `VMCounters`. Source: Docs/kernel.md 6.10, 3.9 and 4.7.
public enum VMCounter: Int, CaseIterable, Sendable {
  /// All faults, and those that needed data brought in (a frontswap load is one).
  case pgfault, pgmajfault
  /// Pages read from and written to disks, swap included (the kernel counts KiB, this counts pages).
  case pgpgin, pgpgout
  /// Pages from and to the swap device; frontswap traffic is not counted.
  case pswpin, pswpout
  /// Pages of swap read ahead, and those of them asked for later.
  case swapRa, swapRaHit
  /// File pages read ahead, and those of them read later.
  case fileRa, fileRaHit
  /// Pages taken for scanning from inactive lists.
  case pgscanKswapd, pgscanDirect
  /// Pages freed by reclaim.
  case pgstealKswapd, pgstealDirect
  /// Pages moved from an inactive to an active list, and back.
  case pgactivate, pgdeactivate
  /// Reads of pages evicted before, and those of them that went straight to the active list.
  ///
  /// Of file pages; from 5.9 on there are counters for anonymous ones too.
  case workingsetRefault, workingsetActivate, workingsetRefaultAnon, workingsetActivateAnon
  /// Direct reclaims entered, and processes killed.
  case allocstall, oomKill
  /// Frontswap: pages stored, refused, loaded, invalidated.
  case frontswapStores, frontswapFailedStores, frontswapLoads, frontswapInvalidates
  /// Cleancache: puts attempted, gets that found the page, gets that did not.
  case cleancachePuts, cleancacheGets, cleancacheFailedGets
  /// Simulated nanoseconds that programs waited: for direct reclaim, file reads, swap reads, tmem.
  case stallReclaim, stallDisk, stallSwap, stallTmem
  /// Of the waits for disks: how long writers were held up for having made too many pages dirty.
  case throttled
  /// Accesses made by the streams.
  case accesses
  /// Pages moved by the balloon driver, out and in.
  case balloonOut, balloonIn
  /// Of the latter, pages that it gave back so that nobody was killed.
  case balloonDeflatedOnOOM
  /// Free pages reported to the host and discarded there, and those of them that were used again.
  case pagesReported, pagesRestored
  /// Simulated nanoseconds that the guest waited for the host to find memory for those.
  case stallHost
}

/// What a guest kernel has counted since boot.
public struct VMCounters: Equatable, Sendable {
  /// As many as there are counters.
  @usableFromInline var values = InlineArray<41, Int64>(repeating: 0)

  /// Nothing counted.
  public init() {}

  /// What was counted.
  @inlinable public subscript(_ counter: VMCounter) -> Int64 {
    get { values[counter.rawValue] }
    _modify { yield &values[counter.rawValue] }
  }

  /// Whether everything was counted equally often.
  public static func == (one: VMCounters, other: VMCounters) -> Bool {
    one.values.indices.allSatisfy { one.values[$0] == other.values[$0] }
  }
}
