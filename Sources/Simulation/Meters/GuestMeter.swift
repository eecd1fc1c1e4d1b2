import Histogram
import Units

/// What is measured of a guest while it runs, beyond what its kernel counts.
struct GuestMeter: ~Copyable {
  /// The guest's memory, with which what it holds is compared.
  let memory: Int
  /// What the guest held last, and since when: RAM, persistent pages and their metadata.
  private var held: Int
  private var since: Int64 = 0
  /// Pages times nanoseconds: no 128 bits overflow with 2^48 pages for 2^63 ns.
  private var heldIntegral: Int128 = 0
  private(set) var peakHeld: Int
  private(set) var leastHeld: Int
  /// The most that was held since memory first came near its goal; nil before.
  private(set) var settledPeak: Int?
  /// The most pages that a try of the balloon was left without, and for how long a try was last left without some, in ns.
  private(set) var mostUngranted: Int64 = 0
  private(set) var ungrantedTime: Int64 = 0
  private var ungrantedSince: Int64?

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

  /// A meter of a guest of `memory` pages that holds `held` at boot; one that is static has settled then.
  init(memory: Int, held: Int, isStatic: Bool) {
    self.memory = memory
    self.held = held
    peakHeld = held
    leastHeld = held
    settledPeak = isStatic ? held : nil
  }

  /// Whether the last try of the balloon was left without some pages.
  var isUngranted: Bool { ungrantedSince != nil }
  /// Whether memory has come near its goal.
  var hasSettled: Bool { settledPeak != nil }

  /// Notes that memory is near its goal.
  mutating func settle() { settledPeak = settledPeak ?? held }

  /// Notes what a try of the balloon to get pages from the host was left without: 0 if it got all.
  mutating func note(ungranted pages: Int64, at now: SimTime) {
    if let since = ungrantedSince { ungrantedTime += now.nanoseconds - since }
    ungrantedSince = pages > 0 ? now.nanoseconds : nil
    mostUngranted = max(mostUngranted, pages)
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
    if let peak = settledPeak { settledPeak = max(peak, held) }
  }

  /// Ends the account at `now`: what is held counts until then.
  mutating func close(at now: SimTime) {
    change(held: PageCount(held), at: now)
    if let since = ungrantedSince { ungrantedTime += now.nanoseconds - since }
    ungrantedSince = nil
  }

  /// Notes a batch of the balloon: pages in (positive) or out.
  mutating func moved(_ pages: Int, held: PageCount, at now: SimTime) {
    if pages != 0 {
      if direction != 0 && (pages > 0) != (direction > 0) { reversals += 1 }
      direction = pages
    }
    hold(held, at: now)
  }

  /// Notes `count` batches of the balloon, each of `pages` and `time` long, the last of which ends `now`; `held` is what the
  /// guest holds then.
  mutating func moved(
    _ pages: Int, times count: Int, lasting time: SimDuration, held: PageCount, at now: SimTime
  ) {
    let first = now + time * Int64(1 - count)
    moved(pages, held: PageCount(held.pages - (count - 1) * pages), at: first)
    // A staircase from the first step to the last: what lies above or below its first step is a triangle.
    heldIntegral &+= Int128(self.held) &* Int128(now.nanoseconds - since)
    heldIntegral &+=
      Int128(pages) &* Int128(time.nanoseconds)
      &* Int128((count - 1) * (count - 2) / 2)
    since = now.nanoseconds
    hold(held, at: now)
  }

  /// Notes how long one allocation waited.
  mutating func record(stall: SimDuration) { stalls.record(UInt64(stall.nanoseconds)) }

  /// Pages times seconds held.
  var heldPageSeconds: Double { Double(heldIntegral) / 1e9 }
  /// Pages times seconds that the guest held less than its memory, until it was last noted; exact, so zero is zero.
  var savedPageSeconds: Double {
    Double(Int128(memory) * Int128(since) - heldIntegral) / 1e9
  }
  /// How many allocations waited.
  var stallCount: Int64 { Int64(stalls.totalCount) }
  /// The wait that `percent` of the waiting allocations did not exceed, in seconds.
  func stallPercentile(_ percent: Double) -> Double {
    stalls.totalCount == 0 ? 0 : Double(stalls.valueAtPercentile(percent)) / 1e9
  }
}

/// What is measured of the host, at every tick.
struct HostMeter {
  private var freeIntegral: Int128 = 0
  private var free: Int
  private var since: Int64 = 0
  private(set) var leastFree: Int
  /// The least that was free since every guest had settled once; nil before.
  private(set) var settledLeastFree: Int?
  /// What the guests hold together, of more guests than one; each value for as many ns as it was held, three digits.
  private var together: Together?

  /// What several guests hold.
  private struct Together {
    var pages: Int
    var since: Int64 = 0
    var integral: Int128 = 0
    var peak: Int
    var times = Histogram<UInt64>(numberOfSignificantValueDigits: .three)

    init(pages: Int) {
      self.pages = pages
      peak = pages
    }

    mutating func change(to new: Int, at now: Int64) {
      if now > since { times.record(UInt64(pages), count: UInt64(now - since)) }
      integral &+= Int128(pages) &* Int128(now - since)
      since = now
      pages = new
      peak = max(peak, new)
    }
  }

  /// A meter of a host of which `free` pages are free at the start, and `held` those of its guests, if it has several.
  init(free: PageCount, held: PageCount? = nil) {
    self.free = free.pages
    leastFree = free.pages
    together = held.map { Together(pages: $0.pages) }
  }

  /// Whether to note what guests hold, of several, or whether they have settled, as long as that is not known.
  var wantsGuests: Bool { together != nil || settledLeastFree == nil }

  /// Notes what is free from `now` on.
  @inline(__always)
  mutating func note(free pages: PageCount, at now: SimTime) {
    if pages.pages != free { change(free: pages, at: now) }
  }

  /// Notes what several guests hold together from `now` on.
  mutating func note(held pages: PageCount, at now: SimTime) {
    if together?.pages != pages.pages { together?.change(to: pages.pages, at: now.nanoseconds) }
  }

  /// Notes that every guest has settled.
  mutating func settle() { settledLeastFree = settledLeastFree ?? free }

  /// Closes the books on what was free until `now`.
  mutating func change(free pages: PageCount, at now: SimTime) {
    freeIntegral &+= Int128(free) &* Int128(now.nanoseconds - since)
    since = now.nanoseconds
    free = pages.pages
    leastFree = min(leastFree, free)
    if let least = settledLeastFree { settledLeastFree = min(least, free) }
  }

  /// Ends the account at `now`: what is free and held counts until then.
  mutating func close(at now: SimTime) {
    change(free: PageCount(free), at: now)
    if let pages = together?.pages { together?.change(to: pages, at: now.nanoseconds) }
  }

  /// Pages times seconds free.
  var freePageSeconds: Double { Double(freeIntegral) / 1e9 }

  /// Of several guests: pages times seconds held together.
  var heldPageSeconds: Double? { together.map { Double($0.integral) / 1e9 } }
  /// Of several guests: the most that they held together.
  var peakHeld: Int? { together?.peak }
  /// Of several guests: what they held together was at most this for `percent` of the time.
  func held(percent: Double) -> Double? {
    together.flatMap {
      $0.times.totalCount == 0 ? nil : Double($0.times.valueAtPercentile(percent))
    }
  }
}
