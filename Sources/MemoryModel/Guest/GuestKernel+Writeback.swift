public import Units

extension GuestKernel {
  /// After how many milliseconds the flusher wakes (Docs/kernel.md 6.8), given to a timer.
  static let flusherInterval: UInt64 = 5_000
  /// How long a page may be dirty (Docs/kernel.md 6.8).
  static let dirtyExpiry = SimDuration.seconds(30)
  /// The least time that the flusher waits for writes; assumed.
  static let leastFlushPause = SimDuration.milliseconds(1)
  /// Pages that the flusher gives to the disk before it waits for them.
  static let flushBatch = 1024

  /// wb_wakeup_delayed(): how long the flusher sleeps from now on.
  public var flusherPause: SimDuration { timeout(milliseconds: Self.flusherInterval) }

  /// wb_over_bg_thresh(): whether the flusher has reason to run before its time.
  public var wantsFlush: Bool { dirty.count > 0 && dirty.count > dirtyLimits.background }

  /// wb_writeback(), a step of it: writes what is too old, or too much.
  ///
  /// Returns after how long it is to run again.
  public mutating func flush(_ host: inout Host) -> SimDuration {
    var started = 0
    while started < Self.flushBatch, let since = dirty.oldest,
      since + Self.dirtyExpiry <= now || wantsFlush, let page = dirty.removeOldest()
    {
      pages.records[Int(page)].state.remove(.dirty)
      pages.records[Int(page)].state.insert(.writeback)
      counters[.pgpgout] += 1
      writeback.append(page, done: host.disks[diskOf(page)].write(at: now))
      started += 1
    }
    if started < Self.flushBatch { return flusherPause }
    return max(writeback.timeOfLast(after: now) - now, Self.leastFlushPause)
  }

  private func diskOf(_ page: UInt32) -> Int {
    fileSets.first { $0.pages.contains(Int(page)) }?.disk ?? 0
  }

  /// pagevec_move_tail_fn(): a page that reclaim put out of its way is the first that it finds next time.
  ///
  /// On whichever list it was. Source: Docs/kernel.md 6.2 and 6.10 (pgrotated); Linux 4.19, mm/swap.c.
  private mutating func rotate(_ page: UInt32, _ state: PageState) {
    let inactive: LRUList = state.contains(.file) ? .inactiveFile : .inactiveAnon
    let list = LRUList(state)
    pages.remove(page, from: list)
    sizes[list] -= 1
    sizes[inactive] += 1
    pages.records[Int(page)].state.remove(.active)
    if state.contains(.file) { inert.remove(page) }
    pages.pushTail(page, inactive)
  }

  /// end_page_writeback(): takes note of the writes that have ended.
  @inline(never)
  mutating func finishWriteback() { finishWriteback(by: now) }

  /// The same in the midst of an operation that takes its time.
  mutating func finishWriteback(by time: SimTime) {
    while let page = writeback.next(by: time) {
      fruitlessRounds = 0
      let state = pages.records[Int(page)].state
      guard state.contains(.writeback) else { continue }
      pages.records[Int(page)].state.subtract([.writeback, .reclaim])
      if state.contains(.reclaim) && !state.contains(.dirty) { rotate(page, state) }
    }
  }
}
