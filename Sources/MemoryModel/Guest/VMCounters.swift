/// What a guest kernel has counted since boot, named as in /proc/vmstat and debugfs.
///
/// Source: Docs/kernel.md 6.10, 3.9 and 4.7.
public struct VMCounters: Hashable, Sendable {
  /// All faults, and those that needed data brought in (a frontswap load is one).
  public var pgfault: Int64 = 0, pgmajfault: Int64 = 0
  /// Pages read from and written to disks, swap included (the kernel counts KiB, this counts pages).
  public var pgpgin: Int64 = 0, pgpgout: Int64 = 0
  /// Pages from and to the swap device; frontswap traffic is not counted.
  public var pswpin: Int64 = 0, pswpout: Int64 = 0
  /// Pages of swap read ahead, and those of them asked for later.
  public var swapRa: Int64 = 0, swapRaHit: Int64 = 0
  /// File pages read ahead, and those of them read later.
  public var fileRa: Int64 = 0, fileRaHit: Int64 = 0
  /// Pages taken for scanning from inactive lists.
  public var pgscanKswapd: Int64 = 0, pgscanDirect: Int64 = 0
  /// Pages freed by reclaim.
  public var pgstealKswapd: Int64 = 0, pgstealDirect: Int64 = 0
  /// Pages moved from an inactive to an active list, and back.
  public var pgactivate: Int64 = 0, pgdeactivate: Int64 = 0
  /// Reads of pages evicted before, and those of them that went straight to the active list.
  ///
  /// Of file pages; from 5.9 on of anonymous ones too.
  public var workingsetRefault: Int64 = 0, workingsetActivate: Int64 = 0
  /// Reads of anonymous pages swapped out before, and those of them that went straight to the active list, from 5.9 on.
  public var workingsetRefaultAnon: Int64 = 0, workingsetActivateAnon: Int64 = 0
  /// Direct reclaims entered, and processes killed.
  public var allocstall: Int64 = 0, oomKill: Int64 = 0
  /// Frontswap: pages stored, refused.
  public var frontswapStores: Int64 = 0, frontswapFailedStores: Int64 = 0
  /// Frontswap: pages loaded, invalidated.
  public var frontswapLoads: Int64 = 0, frontswapInvalidates: Int64 = 0
  /// Cleancache: puts attempted, gets that found the page, gets that did not.
  public var cleancachePuts: Int64 = 0, cleancacheGets: Int64 = 0, cleancacheFailedGets: Int64 = 0
  /// Simulated nanoseconds that programs waited: for direct reclaim, file reads, swap reads.
  public var stallReclaim: Int64 = 0, stallDisk: Int64 = 0, stallSwap: Int64 = 0
  /// Simulated nanoseconds that programs waited for tmem.
  public var stallTmem: Int64 = 0
  /// Of the waits for disks: how long writers were held up for having made too many pages dirty.
  public var throttled: Int64 = 0
  /// Accesses made by the streams.
  public var accesses: Int64 = 0
  /// Pages moved by the balloon driver, out and in.
  public var balloonOut: Int64 = 0, balloonIn: Int64 = 0

  /// All counts at zero.
  public init() {}
}
