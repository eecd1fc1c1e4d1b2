public import Units

extension GuestKernel {
  /// user_proactive_reclaim(): a write to `memory.reclaim`, of all of the guest's programs. Returns how many pages were freed.
  ///
  /// Rounds of direct reclaim until so many pages are free, or 16 in a row have freed none. Who writes does it, so no program
  /// stalls, and no pressure counts. Source: Docs/kernel.md 6.4; mm/memcontrol.c of Linux 6.1, MAX_RECLAIM_RETRIES.
  public mutating func reclaim(_ pages: PageCount, _ host: inout Host) -> PageCount {
    var freed = 0
    var idle = 0
    while freed < pages.pages && idle < Self.idleReclaims {
      let before = free
      _ = reclaimForWriter(&host)
      let gained = free - before
      freed += max(gained, 0)
      idle = gained > 0 ? 0 : idle + 1
    }
    return PageCount(freed)
  }

  /// MAX_RECLAIM_RETRIES.
  private static let idleReclaims = 16
}
