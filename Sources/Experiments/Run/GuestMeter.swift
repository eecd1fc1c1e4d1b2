import Histogram
import MemoryModel
import SimulationEngine

/// What is measured of a guest while it runs, beyond what its kernel counts.
struct GuestMeter: ~Copyable {
  let bootPages: Int
  /// What the guest held last, and since when: RAM, persistent pages and their metadata.
  private var held: Int
  private var since: Int64 = 0
  /// Pages times nanoseconds: no 128 bits overflow with 2^48 pages for 2^63 ns.
  private var heldIntegral: Int128 = 0
  private(set) var peakHeld: Int
  private(set) var leastHeld: Int

  /// Pages moved by the balloon, and how often it changed direction.
  private(set) var reversals: Int64 = 0
  private var direction = 0
  var backoffs: Int64 = 0
  /// Mappings that the kernel refused, and their pages.
  var refusals: Int64 = 0
  var refusedPages: Int64 = 0
  /// Pages that shrinks brought home.
  var shrunk: Int64 = 0
  /// When the last closed-loop access was made.
  var workDone: SimTime?

  /// How memory follows its goal.
  var stability = StabilityMeter()

  /// Waits of single allocations, in ns, three significant digits.
  private var stalls = Histogram<UInt32>(numberOfSignificantValueDigits: .three)

  init(bootPages: Int) {
    self.bootPages = bootPages
    held = bootPages
    peakHeld = bootPages
    leastHeld = bootPages
  }

  /// Notes what the guest holds from `now` on.
  @inline(__always)
  mutating func hold(_ pages: PageCount, at now: SimTime) {
    if pages.pages != held { change(held: pages, at: now) }
  }

  /// Closes the books on what was held until `now`.
  private mutating func change(held pages: PageCount, at now: SimTime) {
    heldIntegral &+= Int128(held) &* Int128(now.nanoseconds - since)
    since = now.nanoseconds
    held = pages.pages
    peakHeld = max(peakHeld, held)
    leastHeld = min(leastHeld, held)
  }

  /// Ends the account at `now`: what is held counts until then.
  mutating func close(at now: SimTime) { change(held: PageCount(held), at: now) }

  /// Notes a batch of the balloon: pages in (positive) or out.
  mutating func moved(_ pages: Int, held: PageCount, at now: SimTime) {
    if pages != 0 {
      if direction != 0 && (pages > 0) != (direction > 0) { reversals += 1 }
      direction = pages
    }
    hold(held, at: now)
  }

  /// Notes `count` batches of the balloon, each of `pages` and `time` ns long, the last of which ends `now`; `held` is what the
  /// guest holds then.
  mutating func moved(
    _ pages: Int, times count: Int, lasting time: Int64, held: PageCount, at now: SimTime
  ) {
    let first = SimTime(nanoseconds: now.nanoseconds - Int64(count - 1) * time)
    moved(pages, held: PageCount(held.pages - (count - 1) * pages), at: first)
    // A staircase from the first step to the last: what lies above or below its first step is a triangle.
    heldIntegral &+= Int128(self.held) &* Int128(now.nanoseconds - since)
    heldIntegral &+= Int128(pages) &* Int128(time) &* Int128((count - 1) * (count - 2) / 2)
    since = now.nanoseconds
    hold(held, at: now)
  }

  /// Notes how long one allocation waited.
  mutating func record(stall: Int64) { stalls.record(UInt64(stall)) }

  /// Pages times seconds held.
  var heldPageSeconds: Double { Double(heldIntegral) / 1e9 }
  /// Pages times seconds that the guest held less than at boot, until it was last noted; exact, so zero is zero.
  var savedPageSeconds: Double {
    Double(Int128(bootPages) * Int128(since) - heldIntegral) / 1e9
  }
  /// How many allocations waited.
  var stallCount: Int64 { Int64(stalls.totalCount) }
  /// The wait that `percent` of the waiting allocations did not exceed, in seconds.
  func stallPercentile(_ percent: Double) -> Double {
    stalls.totalCount == 0 ? 0 : Double(stalls.valueAtPercentile(percent)) / 1e9
  }
}

/// What is measured of the host.
struct HostMeter {
  private var freeIntegral: Int128 = 0
  private var free: Int
  private var since: Int64 = 0
  private(set) var leastFree: Int

  /// A meter of a host of which `free` pages are free at the start.
  init(free: PageCount) {
    self.free = free.pages
    leastFree = free.pages
  }

  /// Notes what is free from `now` on.
  @inline(__always)
  mutating func note(free pages: PageCount, at now: SimTime) {
    if pages.pages != free { change(free: pages, at: now) }
  }

  /// Closes the books on what was free until `now`.
  mutating func change(free pages: PageCount, at now: SimTime) {
    freeIntegral &+= Int128(free) &* Int128(now.nanoseconds - since)
    since = now.nanoseconds
    free = pages.pages
    leastFree = min(leastFree, free)
  }

  /// Ends the account at `now`: what is free counts until then.
  mutating func close(at now: SimTime) { change(free: PageCount(free), at: now) }

  /// Pages times seconds free.
  var freePageSeconds: Double { Double(freeIntegral) / 1e9 }
}
