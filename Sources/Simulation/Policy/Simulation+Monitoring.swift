import MemoryModel
import Policies
import SimulationEngine
import Units

/// A guest's memory as its policy sees it page by page.
///
/// Both pointers are valid as long as the turn lasts.
private struct GuestPages: MonitoredMemory, ~Copyable {
  let guest: UnsafeMutablePointer<SimulatedGuest>
  let host: UnsafeMutablePointer<Host>
  let now: SimTime

  var span: Int { guest.pointee.kernel.pageSpan }
  var activity: Int64 { guest.pointee.kernel.accessActivity }

  var pressure: UInt64 {
    UInt64(max(guest.pointee.kernel.pressureIfKept?.memory(at: now).some ?? 0, 0))
  }

  func isYoung(_ page: UInt32) -> Bool { guest.pointee.kernel.isYoung(page) }

  mutating func makeOld(_ page: UInt32) { guest.pointee.kernel.makeOld(page) }

  mutating func pageOut(_ pages: Range<UInt32>, skipsAnon: Bool) -> PageOutResult {
    var result = PageOutResult()
    let before = guest.pointee.kernel.elapsed
    let (reclaimed, young) = guest.pointee.kernel.pageOut(
      pages, skipsAnon: skipsAnon, &host.pointee)
    result.reclaimed = reclaimed
    result.young = young
    result.time = guest.pointee.kernel.elapsed - before
    return result
  }
}

extension Simulation {
  /// A turn of a policy that looks at single pages. What it does takes time of its own, for which no program waits.
  mutating func takeMonitoringTurn(_ index: Int) throws {
    guests[index].kernel.begin(at: now)
    let view = guests[index].view
    let (guest, now) = (guests + index, now)
    let wake = withUnsafeMutablePointer(to: &host) { host in
      var policy = guest.pointee.policy.take()
      var pages = GuestPages(guest: guest, host: host, now: now)
      let wake = policy?.begin(view, &pages, at: now)
      guest.pointee.policy = policy.take()
      return wake
    }
    let ended = now + Self.turnTime + guests[index].kernel.elapsed
    if guests[index].policy?.row.isEmpty == false { try recordTurn(index, end: ended) }
    if let wake { schedule(wake, of: index, since: ended) }
    guests[index].meter.hold(host.held(by: index), at: now)
    try followUp(index)
  }
}
