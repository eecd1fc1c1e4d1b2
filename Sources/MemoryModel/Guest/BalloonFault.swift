public import Units

/// What is wrong with a guest's balloon for the time being; at first it is sound.
public struct BalloonFault: Hashable, Sendable {
  /// Whether no page moves, in or out: every try fails.
  public var isStuck = false
  /// How many times longer a batch takes, at least 1.
  public var slowness: Int64 = 1
  /// The size of the domain above which the host refuses growth; nil: no other than its own limit.
  public var limit: PageCount?

  /// Whether it is sound.
  var isNone: Bool { !isStuck && slowness == 1 && limit == nil }

  /// A sound balloon.
  public init() {}

  /// How many of `wanted` pages a domain of `current` pages may grow by.
  @inline(__always)
  func growth(_ wanted: Int, from current: Int) -> Int {
    if isStuck { return 0 }
    guard let limit else { return wanted }
    return min(wanted, max(limit.pages - current, 0))
  }

  /// What a batch takes that takes `time` in a sound balloon; no more than `forever`.
  @inline(__always)
  func duration(_ time: SimDuration) -> SimDuration {
    let (product, isTooLong) = time.nanoseconds.multipliedReportingOverflow(by: slowness)
    return isTooLong ? .forever : min(.nanoseconds(product), .forever)
  }
}

extension GuestKernel {
  /// What is wrong with the balloon. It holds from the next batch on.
  public var balloonFault: BalloonFault {
    get { balloon.fault }
    set { balloon.fault = newValue }
  }
}
