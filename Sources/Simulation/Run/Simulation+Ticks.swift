internal import MemoryModel
internal import SimulationEngine
internal import Units

extension Simulation {
  /// Notes the state of all guests and of the host, tells the observer of it, and says when the next tick is.
  @inline(__always)
  mutating func recordTick() throws {
    for index in 0..<guestCount {
      let guest = guests + index
      guest.pointee.kernel.begin(at: now)
      guest.pointee.meter.hold(host.held(by: index), at: now)
      let pgfault = guest.pointee.kernel.counters.pgfault
      let pgpgin = guest.pointee.kernel.counters.pgpgin
      samplePrint.combine(
        UInt64(bitPattern: Int64(guest.pointee.kernel.ram.pages)),
        UInt64(bitPattern: Int64(guest.pointee.kernel.freePages.pages)),
        UInt64(bitPattern: Int64(guest.pointee.kernel.frontswapPages.pages)),
        UInt64(bitPattern: pgfault &+ pgpgin &<< 32))
    }
    hostMeter.note(free: host.free, at: now)
    if hostMeter.wantsGuests { noteGuests() }
    samplePrint.combine(Int64(host.free.pages))
    if observer != nil { try reportTick() }
    tick &+= 1
    let (next, isTooFar) = nextTick.nanoseconds.addingReportingOverflow(scenario.tick.nanoseconds)
    nextTick = isTooFar ? .endOfTime : SimTime(nanoseconds: next)
  }

  /// Notes what several guests hold together, and whether all have settled.
  @inline(never)
  private mutating func noteGuests() {
    hostMeter.note(held: host.heldPages, at: now)
    if (0..<guestCount).allSatisfy({ guests[$0].meter.hasSettled }) { hostMeter.settle() }
  }

  /// Tells the observer of the state at a tick, if it wants to know.
  @inline(never)
  private func reportTick() throws {
    guard let observer, try observer.wantsTick(at: now) else { return }
    for index in 0..<guestCount {
      fill(index)
      try observer.tick(guest: index, tick: tick, time: now, values: UnsafeBufferPointer(row))
    }
    try withUnsafeTemporaryAllocation(of: Int64.self, capacity: HostTickColumn.allCases.count) {
      let values = UnsafeMutableBufferPointer(rebasing: $0[...])
      values[HostTickColumn.freePages.rawValue] = Int64(host.free.pages)
      values[HostTickColumn.tmemEphemeralPages.rawValue] = Int64(host.ephemeralPages.pages)
      values[HostTickColumn.tmemPersistentPages.rawValue] = Int64(host.persistentPages.pages)
      values[HostTickColumn.guestsPages.rawValue] = Int64(host.guestPages.pages)
      try observer.hostTick(tick: tick, time: now, values: UnsafeBufferPointer(values))
    }
  }

  /// What a tick would record of a guest now, in the order of `TickColumn`.
  public func values(ofGuest index: Int) -> [Int64] {
    precondition(index < guestCount, "there is no guest \(index)")
    fill(index)
    return Array(row)
  }

  /// Writes a guest's state into the row.
  private func fill(_ index: Int) {
    let levels = guests[index].kernel.levels
    func set(_ column: TickColumn, _ value: Int) { row[column.rawValue] = Int64(value) }
    set(.committedPages, guests[index].kernel.committed.pages)
    set(.totalRamPages, guests[index].kernel.ram.pages)
    set(.maxPages, guests[index].kernel.zones.maxPFN.pages)
    row[TickColumn.goalPages.rawValue] = guests[index].goal
    row[TickColumn.targetPages.rawValue] = guests[index].target
    set(.balloonCurrentPages, guests[index].kernel.balloonCurrent.pages)
    row[TickColumn.balloonTargetPages.rawValue] = Int64(
      bitPattern: guests[index].kernel.balloonTarget)
    set(.freePages, levels.free)
    set(.activeFilePages, levels.activeFile)
    set(.inactiveFilePages, levels.inactiveFile)
    set(.activeAnonPages, levels.activeAnon)
    set(.inactiveAnonPages, levels.inactiveAnon)
    set(.dirtyPages, levels.dirty)
    set(.writebackPages, levels.writeback)
    set(.swapUsedPages, levels.swapUsed)
    set(.swapCachedPages, levels.swapCached)
    set(.frontswapPages, guests[index].kernel.frontswapPages.pages)
    set(.cleancachePages, guests[index].kernel.cleancachePages(host).pages)
    fillCounters(index)
  }

  private func fillCounters(_ index: Int) {
    let counters = guests[index].kernel.counters
    func set(_ column: TickColumn, _ value: Int64) { row[column.rawValue] = value }
    set(.pgfault, counters.pgfault)
    set(.pgmajfault, counters.pgmajfault)
    set(.pgpgin, counters.pgpgin)
    set(.pgpgout, counters.pgpgout)
    set(.pswpin, counters.pswpin)
    set(.pswpout, counters.pswpout)
    set(.pgscanKswapd, counters.pgscanKswapd)
    set(.pgscanDirect, counters.pgscanDirect)
    set(.pgstealKswapd, counters.pgstealKswapd)
    set(.pgstealDirect, counters.pgstealDirect)
    set(.pgactivate, counters.pgactivate)
    set(.pgdeactivate, counters.pgdeactivate)
    set(.workingsetRefault, counters.workingsetRefault)
    set(.workingsetActivate, counters.workingsetActivate)
    set(.allocstall, counters.allocstall)
    set(.oomKill, counters.oomKill)
    set(.frontswapStores, counters.frontswapStores)
    set(.frontswapFailedStores, counters.frontswapFailedStores)
    set(.frontswapLoads, counters.frontswapLoads)
    set(.frontswapInvalidates, counters.frontswapInvalidates)
    set(.cleancachePuts, counters.cleancachePuts)
    set(.cleancacheGets, counters.cleancacheGets)
    set(.cleancacheFailedGets, counters.cleancacheFailedGets)
    set(.stallReclaimNs, counters.stallReclaim)
    set(.stallDiskNs, counters.stallDisk)
    set(.stallSwapNs, counters.stallSwap)
    set(.stallTmemNs, counters.stallTmem)
    set(.accesses, counters.accesses)
    set(.deferredAccesses, guests[index].deferredAccesses)
  }
}
