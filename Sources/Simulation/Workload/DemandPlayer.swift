internal import Traces
internal import Units

/// Plays a guest's committed trace: what is committed, and how much of it is to be touched, at each time.
struct DemandPlayer {
  private let points: [CommittedPoint]
  private let times: Int
  private let period: Int64
  private let scalePPM: Int64
  private let between: Interpolation
  private let touchedRule: AnonSpec.Touched
  /// Whether a sample says as it stands what is committed until the next, and what is touched is a share of it.
  private let isPlain: Bool
  /// That share, in millionths.
  private let touchedPPM: Int64
  private let step: Int64
  private var index = 0
  private var round = 0
  /// When this round of the samples began.
  private var roundStart: Int64 = 0
  /// Pages committed by the last step.
  private(set) var committed = 0
  /// Pages that are to be touched, before what a kill took away.
  private(set) var wantedTouched = 0
  /// When the last sample begins to hold.
  let end: SimTime

  /// A player of `points`, times rising strictly from zero, at least one.
  init(_ points: [CommittedPoint], _ spec: CommittedSpec, _ anon: AnonSpec, tick: SimDuration) {
    precondition(!points.isEmpty, "a demand without samples")
    self.points = points
    times = spec.times
    scalePPM = spec.scalePPM
    between = spec.between
    touchedRule = anon.touched
    if case .share(let ppm) = anon.touched { touchedPPM = ppm } else { touchedPPM = -1 }
    isPlain = spec.between == .step && spec.scalePPM == 1_000_000 && touchedPPM >= 0
    step = tick.nanoseconds
    let last = points[points.count - 1].at.nanoseconds
    let gap = points.count > 1 ? last - points[points.count - 2].at.nanoseconds : 0
    period = last + gap
    end = SimTime(nanoseconds: period * Int64(times - 1) + last)
  }

  @inline(__always)
  private func time(of index: Int) -> Int64 { points[index].at.nanoseconds + roundStart }

  /// Takes the level over that holds at `now`, and returns when to look again; nil at the end.
  @inline(__always)
  mutating func advance(to now: SimTime) -> SimTime? {
    let following = index &+ 1
    guard isPlain, following < points.count else { return advanceAround(to: now) }
    committed = points[index].committed.pages
    wantedTouched = touchedPPM == 0 ? 0 : share(touchedPPM, of: committed)
    index = following
    return SimTime(nanoseconds: points[following].at.nanoseconds &+ roundStart)
  }

  /// Takes the level over that holds at `now` between two points, or from one round to the next.
  private mutating func advanceAround(to now: SimTime) -> SimTime? {
    let point = points[index]
    if between == .linear, let next = nextPoint, now.nanoseconds >= time(of: index) {
      let start = time(of: index)
      let span = next.time - start
      let passed = min(now.nanoseconds - start, span)
      set(
        interpolate(point.committed.pages, next.point.committed.pages, passed, span),
        touched: point.touched.flatMap { from in
          next.point.touched.map { interpolate(from.pages, $0.pages, passed, span) }
        })
      if passed < span { return SimTime(nanoseconds: min(now.nanoseconds + step, next.time)) }
      moveOn()
      return advanceAround(to: now)
    }
    set(point.committed.pages, touched: point.touched?.pages)
    guard let next = nextTime else { return nil }
    if between == .step {
      moveOn()
      return SimTime(nanoseconds: next)
    }
    return SimTime(nanoseconds: min(now.nanoseconds + step, next))
  }

  private var nextTime: Int64? {
    if index + 1 < points.count { return time(of: index + 1) }
    return round + 1 < times && period > 0
      ? points[0].at.nanoseconds + period * Int64(round + 1) : nil
  }

  private var nextPoint: (point: CommittedPoint, time: Int64)? {
    nextTime.map { (points[index + 1 < points.count ? index + 1 : 0], $0) }
  }

  @inline(__always)
  private mutating func moveOn() {
    if index + 1 < points.count {
      index += 1
    } else {
      index = 0
      round += 1
      roundStart = period * Int64(round)
    }
  }

  private func interpolate(_ a: Int, _ b: Int, _ passed: Int64, _ span: Int64) -> Int {
    a + Int(Int128(b - a) * Int128(passed) / Int128(span))
  }

  @inline(__always)
  private mutating func set(_ pages: Int, touched: Int?) {
    committed = scaled(pages)
    wantedTouched =
      switch touchedRule {
      case .trace: min(scaled(touched ?? 0), committed)
      case .share(let ppm): share(ppm, of: committed)
      }
  }

  @inline(__always)
  private func scaled(_ pages: Int) -> Int {
    scalePPM == 1_000_000 ? pages : share(scalePPM, of: pages)
  }

  /// So many millionths of `pages`, rounded down.
  private func share(_ ppm: Int64, of pages: Int) -> Int {
    let (product, isLarge) = Int64(pages).multipliedReportingOverflow(by: ppm)
    return isLarge ? Int(Int128(pages) * Int128(ppm) / 1_000_000) : Int(product / 1_000_000)
  }
}
