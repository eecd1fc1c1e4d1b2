internal import Units

extension GuestKernel {
  /// page_cache_sync_readahead(): a reader that is read ahead misses the cache, and waits for the whole window.
  @inline(never)
  mutating func readMissAhead(
    _ page: UInt32, previous: UInt32, _ readAhead: inout FileReadAhead, disk: Int, hits: Int64,
    _ host: inout Host
  ) -> AccessOutcome {
    switch allocate(.user, &host) {
    case .granted: break
    case .mustWait: return .retry
    case .failed: return .failed
    }
    let start = now + elapsed + settings.costs.fileHit * hits
    var done = bringIn(
      page, [.resident, .file, .referenced, .mappedToDisk], at: start,
      isSequential: page == previous &+ 1, disk: disk, &host)
    let window = readAhead.windowOfMiss(at: page, previous: previous)
    if !window.isEmpty {
      done = max(done, readWindow(window, at: start, disk: disk, &host))
      readAhead.note(readyAt: done)
    }
    return waitForDisk(until: done, hits: hits)
  }

  /// page_cache_async_readahead(): a page read ahead is first read; reads on at the mark, and waits until the page is there.
  @inline(never)
  mutating func takeReadAhead(
    _ page: UInt32, _ readAhead: inout FileReadAhead, disk: Int, hits: Int64, _ host: inout Host
  ) -> AccessOutcome {
    pages.records[Int(page)].state.remove(.readAhead)
    counters[.fileRaHit] += 1
    if let window = readAhead.windowOfHit(at: page) {
      let start = now + elapsed + settings.costs.fileHit * hits
      readAhead.note(readyAt: readWindow(window, at: start, disk: disk, &host))
    }
    return waitForDisk(until: readAhead.ready(page), hits: hits)
  }

  /// __do_page_cache_readahead(): reads the pages of `window` that are not in memory: old, until somebody reads them.
  ///
  /// Returns when the last is there. Ends early where there is no memory. Source: Docs/kernel.md 4.7, 5.5, 6.1.
  private mutating func readWindow(
    _ window: Range<Int>, at start: SimTime, disk: Int, _ host: inout Host
  ) -> SimTime {
    var done = start
    for page in window where !pages.records[page].state.contains(.resident) {
      guard case .granted = allocate(.readAhead, &host) else { break }
      let there = bringIn(
        UInt32(page), [.resident, .file, .mappedToDisk, .readAhead], at: start, isSequential: true,
        disk: disk, &host)
      done = max(done, there)
      counters[.fileRa] += 1
    }
    return done
  }

  /// Puts a page into the cache, from cleancache or the disk, and returns when its data is there.
  private mutating func bringIn(
    _ page: UInt32, _ fresh: PageState, at start: SimTime, isSequential: Bool, disk: Int,
    _ host: inout Host
  ) -> SimTime {
    let record = pages.records[Int(page)]
    var state = fresh
    if record.state.contains(.shadow) && refaultActivates(record) {
      state.insert(.active)
    }
    var done = start
    if !(cleancacheEnabled && getFromCleancache(page, record.state, &host)) {
      counters[.pgpgin] += 1
      done = host.disks[disk].read(at: start, isSequential: isSequential)
    }
    insert(page, state)
    return done
  }

  /// wait_on_page_locked(): the reader waits until `time`, if that is yet to come.
  private mutating func waitForDisk(until time: SimTime, hits: Int64) -> AccessOutcome {
    let wait = time - (now + elapsed + settings.costs.fileHit * hits)
    guard wait > .zero else { return .resolved }
    elapsed += wait
    counters[.stallDisk] += wait.nanoseconds
    return .blocked
  }
}
