/// How much of a guest is active, as the host finds out: by watching 100 of its pages for a while.
///
/// The pages are drawn at random. Of two moving averages, a slow and a fast one, and the last sample the highest counts: an active
/// guest is known at once, an idle one is believed slowly.
public struct ESXSampler: Hashable, Sendable {
  /// Pages of a sample. Source: OSDI 2002, section 5.3.
  public static let pages = 100
  /// What a new sample weighs in the averages. Our own: the paper has no numbers.
  static let (slow, fast) = (0.125, 0.5)

  /// Active pages of the last sample; nil: there was none yet.
  public private(set) var last: Int?
  private var slowMean = 0.0
  private var fastMean = 0.0
  private var state: UInt64

  /// A sampler whose draws belong to one guest of one run.
  public init(seed: UInt64, guest: Int) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(guest) &* 0xD1B5_4A32_D192_ED03
  }

  /// The active share of the guest, 0 to 1; all of it before the first sample.
  public var active: Double {
    guard let last else { return 1 }
    return max(slowMean, fastMean, Double(last) / Double(Self.pages))
  }

  /// A period is over in which this share of the guest's pages was touched: each of 100 pages was with that chance.
  public mutating func take(touched share: Double) {
    var count = 0
    for _ in 0..<Self.pages where unit() < share { count += 1 }
    let sample = Double(count) / Double(Self.pages)
    slowMean = last == nil ? sample : slowMean + Self.slow * (sample - slowMean)
    fastMean = last == nil ? sample : fastMean + Self.fast * (sample - fastMean)
    last = count
  }

  /// A number from 0 to below 1, by splitmix64.
  private mutating func unit() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word &>> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word &>> 27) &* 0x94D0_49BB_1331_11EB
    return Double((word ^ word &>> 31) &>> 11) * 0x1p-53
  }
}
