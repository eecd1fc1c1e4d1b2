// The law.
//
// Of each container the recommender keeps the highest memory of a day, and weighs days so that one counts twice the day
// before. What it recommends is a percentile of that, as the end of a bucket, and a margin. An OOM kill counts as a day's
// peak that is a fifth higher than what the container had.
//
// The confidence in the bounds grows with samples of the processor only. Without them there is no upper bound, and the
// lower one is the least that a pod gets.
//
// A day's peak is stamped with the end of the day, in the future. A first sample of 0 blocks its day. An OOM sample may
// take the time of the last sample back.
//
// Numbers are Go's: amounts are whole bytes, cut after each step.
//
// Source: Vertical Pod Autoscaler 1.8.0 (commit 55c37cd5eb55), as restated in `Docs/policies.md`, section "VPA".

/// The recommender of Kubernetes' Vertical Pod Autoscaler, for memory.
public struct VPA: Sendable {
  /// What can be set; the recommender's arguments stand with each.
  public struct Settings: Hashable, Sendable {
    /// `--memory-aggregation-interval` in seconds, 1 or more: a container has one peak in it.
    public var aggregationInterval: Int64 = 86_400
    /// `--memory-histogram-decay-half-life` in seconds, 1 to a year.
    public var halfLife: Int64 = 86_400
    /// `--confidence-interval-memory` in seconds, 1 or more.
    public var confidenceInterval: Int64 = 86_400
    /// `--recommendation-margin-fraction`.
    public var safetyMargin = 0.15
    /// `--target-memory-percentile`, 0 to 1.
    public var targetPercentile = 0.9
    /// `--recommendation-lower-bound-memory-percentile`, 0 to 1.
    public var lowerPercentile = 0.5
    /// `--recommendation-upper-bound-memory-percentile`, 0 to 1.
    public var upperPercentile = 0.95
    /// `--pod-recommendation-min-memory-mb`, in MiB whatever the name says.
    public var leastOfPod = 250.0
    /// `--oom-bump-up-ratio`.
    public var bumpRatio = 1.2
    /// `--oom-min-bump-up-bytes`.
    public var leastBump = 104_857_600.0

    /// As shipped.
    public init() {}
  }

  /// What a container should have, in bytes.
  public struct Recommendation: Hashable, Sendable {
    /// What it is given when it starts anew.
    public var target: Int64
    /// With less it is started anew.
    public var lower: Int64
    /// With more it is started anew; `VPA.largestAmount`: there is no bound.
    public var upper: Int64
    /// The percentiles of the histogram that these come from.
    public var percentiles: Percentiles
  }

  /// Ends of buckets, in bytes.
  public struct Percentiles: Hashable, Sendable {
    /// For the target.
    public var target: Double
    /// For the lower bound.
    public var lower: Double
    /// For the upper bound.
    public var upper: Double
  }

  /// The largest amount that there is.
  public static let largestAmount: Int64 = 100_000_000_000_000
  /// Seconds between two recommendations: `--recommender-interval`.
  public static let interval: Int64 = 60

  /// What is set.
  public let settings: Settings
  /// The containers.
  public internal(set) var containers: [Container]
  /// What is known of containers of a name, by name.
  var aggregates: [[Aggregate]]

  /// A recommender of containers, each given by the place of its name; names are 0 and up without a gap.
  ///
  /// Containers of one name have an aggregate each, or share one. All names are those of one pod.
  public init(_ settings: Settings = Settings(), names: [Int], sharesAggregates: Bool = false) {
    self.settings = settings
    containers = []
    aggregates = []
    for name in names {
      while aggregates.count <= name { aggregates.append([]) }
      if aggregates[name].isEmpty || !sharesAggregates { aggregates[name].append(Aggregate()) }
      containers.append(Container(name: name, aggregate: aggregates[name].count - 1))
    }
  }

  /// What containers of a name should have.
  ///
  /// With several aggregates, those with an older reference time are moved to the youngest; this stays.
  public mutating func recommend(name: Int) -> Recommendation {
    let merged = merge(name)
    let percentiles = Percentiles(
      target: merged.histogram.percentile(settings.targetPercentile),
      lower: merged.histogram.percentile(settings.lowerPercentile),
      upper: merged.histogram.percentile(settings.upperPercentile))
    let confidence = merged.confidence(settings)
    // Without confidence the quotients are infinite, and 0 times infinity is no number.
    let lower = Double(withMargin(percentiles.lower)) * GoMath.power(1 + 0.001 / confidence, -2)
    let upper = Double(withMargin(percentiles.upper)) * (1 + 1 / confidence)
    let least = Self.amount(
      Double(Self.amount(settings.leastOfPod * 1_024 * 1_024)) * (1 / Double(aggregates.count)))
    return Recommendation(
      target: max(withMargin(percentiles.target), least), lower: max(Self.amount(lower), least),
      upper: max(Self.amount(upper), least), percentiles: percentiles)
  }

  /// What is known of all containers of a name. A single aggregate is taken as it is: adding it to nothing changes nothing.
  private mutating func merge(_ name: Int) -> Aggregate {
    if aggregates[name].count == 1 { return aggregates[name][0] }
    var merged = Aggregate()
    for place in aggregates[name].indices {
      merged.merge(&aggregates[name][place], halfLife: settings.halfLife)
    }
    return merged
  }

  /// An amount with the safety margin.
  private func withMargin(_ bytes: Double) -> Int64 {
    let amount = Self.amount(bytes)
    return amount &+ Self.amount(Double(amount) * settings.safetyMargin)
  }

  /// Whole bytes of a number; what is no number is the least of 64 bits, as amd64 has it.
  static func amount(_ bytes: Double) -> Int64 {
    if bytes.isNaN { return .min }
    return bytes < 0 ? 0 : bytes > Double(largestAmount) ? largestAmount : Int64(bytes)
  }
}
