public import Units

/// A part of an operation in which the one who made it stalled or slept; what lies between two parts is work.
public struct Stall: Hashable, Sendable {
  /// What it did.
  public enum Kind: Hashable, Sendable {
    /// Reclaimed, or read from swap that is memory: it needs the processor, and stalls for memory.
    case reclaim
    /// Slept within reclaim, or because it is above `memory.high`: it stalls for memory.
    case sleep
    /// Waited for a disk. `isRestored`: for a page that was in use when it was evicted, so that memory is to blame.
    case read(isRestored: Bool)
  }

  /// What it did.
  public let kind: Kind
  /// From when to when, after `begin(at:)`.
  public let start: SimDuration, end: SimDuration
}

extension KernelPolicy {
  /// Whether the kernel has /proc/pressure: from 4.20 on.
  public var hasPressure: Bool {
    switch self {
    case .linux4_19: false
    case .linux6_1, .linux6_18: true
    }
  }
}

extension GuestKernel {
  /// The guest's memory and io pressure; nil: its kernel has none.
  public var pressureIfKept: Pressure? { keepsPressure ? pressure : nil }

  /// Books a stall of the operation under way, which began at `start` and lasts until now or `end`.
  @inline(__always)
  mutating func note(_ kind: Stall.Kind, from start: SimDuration, to end: SimDuration) {
    if keepsPressure { book(kind, from: start, to: end) }
  }

  @inline(never)
  private mutating func book(_ kind: Stall.Kind, from start: SimDuration, to end: SimDuration) {
    if end <= start { return }
    if sharesProcessor {
      stalls.append(Stall(kind: kind, start: start, end: end))
      return
    }
    let activity: Pressure.Activity =
      switch kind {
      case .reclaim: .reclaims
      case .sleep: .stalls
      case .read(isRestored: true): .stallsForDisk
      case .read(isRestored: false): .waitsForDisk
      }
    pressure.add(activity, from: now + start, to: now + end, toldAt: now)
    if kind != .reclaim { lastSleep = (now + start, now + end) }
  }

  /// Counts a refault within the workingset of a page that had been active before.
  @inline(__always)
  mutating func noteRestore(file: Bool) {
    if file { pressure.restores.file += 1 } else { pressure.restores.anon += 1 }
  }

  /// A program's turn is over: from `begin(at:)` until now it worked, but for the last wait in it. A turn ends at a wait for a
  /// disk, so there are no others but for pauses of who writes.
  ///
  /// Nothing is noted before anybody has stalled for the first time. Call it once a turn.
  @inline(__always)
  public mutating func noteWork() {
    if pressure.hasBegun && keepsPressure { bookWork() }
  }

  @inline(never)
  private mutating func bookWork() {
    var start = now
    let end = now + elapsed
    if lastSleep.start >= now && lastSleep.end > now {
      pressure.add(.works, from: now, to: min(lastSleep.start, end), toldAt: now)
      start = min(lastSleep.end, end)
    }
    lastSleep.end = .zero
    pressure.add(.works, from: start, to: end, toldAt: now)
  }

  /// Pages that the balloon takes before others get their turn, where tasks share a processor.
  ///
  /// Assumed: as many as reclaim looks at. In Linux kswapd has the processor as soon as a page is missing.
  static let pagesInTurn = 32

  /// From now on stalls are not booked but kept for `takeStalls()`: the caller runs the tasks on a processor that they share,
  /// and says to `changePressure` what comes of it. Writes then end while reclaim goes on, and the balloon takes a few
  /// pages at a time.
  public mutating func shareProcessor() { sharesProcessor = true }

  /// The stalls of the operations since the last call, in their order.
  public mutating func takeStalls() -> [Stall] {
    if stalls.isEmpty { return [] }
    defer { stalls.removeAll(keepingCapacity: true) }
    return stalls
  }

  /// Lets `change` say what tasks do now.
  public mutating func changePressure(_ change: (inout Pressure) -> Void) { change(&pressure) }
}
