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
      let pgfault = guest.pointee.kernel.counters[.pgfault]
      let pgpgin = guest.pointee.kernel.counters[.pgpgin]
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
      TickColumn.fill(row, guests[index], host)
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

  /// What a tick would record of a guest now, in the order of `TickColumn.all`.
  public func values(ofGuest index: Int) -> [Int64] {
    precondition(index < guestCount, "there is no guest \(index)")
    TickColumn.fill(row, guests[index], host)
    return Array(row)
  }
}
