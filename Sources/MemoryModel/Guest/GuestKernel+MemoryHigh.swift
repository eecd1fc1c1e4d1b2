public import Units

/// `memory.high` of the one control group in which all programs of a guest are, and what came of it.
struct MemoryHigh {
  /// Pages above which the group's tasks reclaim and are held up; nil: `max`.
  var limit: Int?
  /// Pages that are charged already and not taken yet: a task charges some ahead.
  var stock = 0
  /// Pages charged above the limit for which the task at work is still to answer.
  var over = 0
  /// `high` of memory.events.
  var events: Int64 = 0
  /// Pages that reclaim of the group has looked at and freed.
  var scanned: Int64 = 0, freed: Int64 = 0

  /// Pages that are charged at a time. Source: Linux 6.1, include/linux/memcontrol.h, MEMCG_CHARGE_BATCH.
  static let batch = 64
  /// Rounds without success after which a writer or a task gives up. Source: mm/memcontrol.c, MAX_RECLAIM_RETRIES.
  static let retries = 16
  /// The longest sleep of a task above the limit in seconds, and the shortest that is made, as a part of one.
  ///
  /// Source: mm/memcontrol.c, MEMCG_MAX_HIGH_DELAY_JIFFIES and mem_cgroup_handle_over_high().
  static let longestSleep: UInt64 = 2, leastSleep: UInt64 = 100
}

extension GuestKernel {
  /// memory.current of the group of all programs, in which everything is that belongs to one: file and anonymous pages, locked
  /// ones included. O(1).
  public var memoryCurrent: PageCount { PageCount(sizes.file + sizes.anon + unevictable) }

  /// memory.high of that group; nil: `max`.
  public var memoryHigh: PageCount? { high.limit.map { PageCount($0) } }

  /// memory.events of that group, `high`: how often its tasks had to reclaim because they were above the limit.
  public var memoryHighEvents: Int64 { high.events }

  /// Pages of the group that reclaim has looked at and freed, because of the limit or because somebody asked.
  ///
  /// The kernel's counters `pgscan` and `pgsteal` of the whole guest do not have them.
  public var memoryHighReclaim: (scanned: Int64, freed: Int64) { (high.scanned, high.freed) }

  /// memory_high_write(): sets the limit, nil: `max`, and reclaims what is above it. Returns the pages freed.
  ///
  /// Whoever writes does the reclaim, and nobody stalls; `elapsed` says how long it took. It gives up after 17 rounds that
  /// freed nothing. Source: Linux 6.1, mm/memcontrol.c.
  @discardableResult
  public mutating func writeMemoryHigh(_ limit: PageCount?, _ host: inout Host) -> PageCount {
    high.limit = limit?.pages
    high.stock = 0
    high.over = 0
    updateLimits()
    guard let limit = high.limit else { return .zero }
    let before = high.freed
    var retries = MemoryHigh.retries
    while memoryCurrent.pages > limit && retries >= 0 {
      if reclaimGroup(memoryCurrent.pages - limit, &host) == 0 { retries -= 1 }
    }
    return PageCount(Int(high.freed - before))
  }

  /// memory_reclaim(): takes `count` pages from the programs, because somebody wrote memory.reclaim. Returns the pages freed.
  ///
  /// Whoever writes does it, and nobody stalls. It gives up after 17 rounds that freed nothing. Source: Linux 6.1,
  /// mm/memcontrol.c.
  @discardableResult
  public mutating func reclaimMemory(_ count: PageCount, _ host: inout Host) -> PageCount {
    let before = high.freed
    var retries = MemoryHigh.retries
    while high.freed - before < Int64(count.pages) && retries >= 0 {
      let left = count.pages - Int(high.freed - before)
      if reclaimGroup(left, &host) == 0 { retries -= 1 }
    }
    return PageCount(Int(high.freed - before))
  }

  /// try_to_free_mem_cgroup_pages(): a direct reclaim of the group, which the counters of the guest do not see.
  private mutating func reclaimGroup(_ count: Int, _ host: inout Host) -> Int {
    let (scanned, stolen) = (counters[.pgscanDirect], counters[.pgstealDirect])
    reclaim.isOfGroup = true
    let freed = reclaimRounds(goal: max(count, Self.reclaimBatch), &host)
    reclaim.isOfGroup = false
    high.scanned += counters[.pgscanDirect] - scanned
    high.freed += counters[.pgstealDirect] - stolen
    counters[.pgscanDirect] = scanned
    counters[.pgstealDirect] = stolen
    return freed
  }

  /// try_charge_memcg(): a program takes a page, and is charged for some more ahead of time.
  ///
  /// If that exceeds the limit it has to answer for it on its way back to user space, so it goes there at once.
  mutating func charge() {
    if high.stock > 0 {
      high.stock -= 1
      return
    }
    high.stock = MemoryHigh.batch - 1
    if let limit = high.limit, memoryCurrent.pages + MemoryHigh.batch > limit {
      high.over += MemoryHigh.batch
      isTight = true
    }
  }

  /// mem_cgroup_handle_over_high(), as an operation ends whose task was charged above the limit: it reclaims as much as it was
  /// charged, and sleeps if that did not help. Both are stalls for memory.
  @inline(never)
  mutating func answerForCharges(_ host: inout Host) {
    let charged = high.over
    high.over = 0
    var count = charged
    var retries = MemoryHigh.retries
    while let limit = high.limit {
      var freed = 0
      if memoryCurrent.pages + high.stock > limit {
        high.events += 1
        let start = elapsed
        freed = reclaimGroup(count, &host)
        note(.reclaim, from: start, to: elapsed)
      }
      let jiffies = penalty(charged: charged, limit: limit)
      let hz = UInt64(timers.hz)
      if jiffies <= hz / MemoryHigh.leastSleep { return }
      if freed == 0 { retries -= 1 }
      if retries < 0 {
        let sleep = timeout(milliseconds: jiffies * 1_000 / hz)
        note(.sleep, from: elapsed, to: elapsed + sleep)
        elapsed += sleep
        counters[.stallReclaim] += sleep.nanoseconds
        return
      }
      count = Self.reclaimBatch
    }
  }

  /// calculate_high_delay(): for how many jiffies a task sleeps that is above the limit: with the square of the excess.
  private func penalty(charged: Int, limit: Int) -> UInt64 {
    let usage = memoryCurrent.pages + high.stock
    if usage <= limit { return 0 }
    let overage = UInt64(usage - limit) << 20 / UInt64(max(limit, 1))
    let hz = UInt64(timers.hz)
    let square = overage.multipliedReportingOverflow(by: overage)
    let most = MemoryHigh.longestSleep * hz
    if square.overflow { return most }
    let scaled = square.partialValue.multipliedReportingOverflow(by: hz)
    if scaled.overflow { return most }
    let each = min(scaled.partialValue >> 34, most)
    return min(each * UInt64(charged) / UInt64(MemoryHigh.batch), most)
  }
}
