/// Kubernetes' Vertical Pod Autoscaler for machines: its recommender, and the rule by which its updater acts.
///
/// Every machine is a pod of one container, whose request is the machine's size. Every minute the recommender is fed and asked, and the
/// updater looks whether the size is to change. A real updater starts a pod anew with its new size. That is not modelled: the
/// balloon is moved at once, as a pod is resized in place.
/// Source: `Docs/policies.md`, section "VPA".
public struct VPAPolicy: HostPolicy {
  /// Why a size is changed, or is not.
  private enum Reason {
    case below, above, quickKill, drift, keep
  }

  /// What the updater's rule has to say of a pod.
  private struct Pod {
    var vpa: VPA
    /// Bytes that it has requested, and when it got that, in seconds.
    var request: Int64
    var start: Int64
    var kills: Int64
  }

  static var items: [SettingItem<VPA.Settings>] {
    func place(_ name: String) -> String { "--\(name)=VALUE of vpa-recommender" }
    let day: ClosedRange<Int64> = 1...31_536_000
    func time(
      _ name: String, _ short: String, _ path: WritableKeyPath<VPA.Settings, Int64>,
      _ meaning: String
    ) -> SettingItem<VPA.Settings> {
      SettingItem(name, short: short, .number(path, day), unit: "s", meaning, place: place(name))
    }
    func share(
      _ name: String, _ short: String, _ path: WritableKeyPath<VPA.Settings, Double>,
      _ range: ClosedRange<Double>, unit: String? = nil, _ meaning: String
    ) -> SettingItem<VPA.Settings> {
      SettingItem(
        name, short: short, .decimal(path, range), unit: unit, meaning, place: place(name))
    }
    return [
      time(
        "memory-aggregation-interval", "interval", \.aggregationInterval,
        "the span of which the highest use is kept"),
      time(
        "memory-histogram-decay-half-life", "half_life", \.halfLife,
        "after which a peak counts half"),
      time(
        "confidence-interval-memory", "confidence_interval", \.confidenceInterval,
        "the span of samples in which the bounds come near the target"),
      share(
        "recommendation-margin-fraction", "margin", \.safetyMargin, 0...100,
        "what is recommended above what was used"),
      share(
        "target-memory-percentile", "percentile", \.targetPercentile, 0...1,
        "the percentile of peaks that the target goes by"),
      share(
        "recommendation-lower-bound-memory-percentile", "lower_percentile", \.lowerPercentile,
        0...1, "the percentile that the lower bound goes by"),
      share(
        "recommendation-upper-bound-memory-percentile", "upper_percentile", \.upperPercentile,
        0...1, "the percentile that the upper bound goes by"),
      share(
        "pod-recommendation-min-memory-mb", "least_mb", \.leastOfPod, 0...10_000_000, unit: "MiB",
        "the least that is recommended"),
      share(
        "oom-bump-up-ratio", "oom_ratio", \.bumpRatio, 1...100,
        "what a kill multiplies the size by"),
      share(
        "oom-min-bump-up-bytes", "oom_bytes", \.leastBump, 0...1e15, unit: "bytes",
        "what a kill adds to the size at least"),
    ]
  }

  /// `--evict-after-oom-threshold`: so soon after its start a kill is a reason to act, in seconds.
  static let quickKill: Int64 = 600
  /// `--in-recommendation-bounds-eviction-lifetime-threshold`: so long a pod within its bounds is left alone, in seconds.
  static let longLife: Int64 = 43_200
  /// `--pod-update-threshold`: the change that is then worth it.
  static let leastChange = 0.1

  private var settings = VPA.Settings()
  private var pods: [Pod] = []
  private var isStarted = false

  /// The recommender before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, settings) }

  /// Writes a setting, an argument of the recommender: once it runs it hears of none.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    let outcome = Self.items.write(setting, text, &settings)
    return isStarted && outcome.status == .ok ? WriteOutcome(.unheard) : outcome
  }

  /// Metrics come once a minute.
  public var reportInterval: Int64? { VPA.interval }

  /// The recommender and the updater start; so do the pods.
  public mutating func start(_ host: HostView) -> PolicyStart {
    isStarted = true
    pods = host.guests.map { guest in
      Pod(
        vpa: VPA(settings, names: [0]), request: bytes(guest.size),
        start: host.time / 1_000_000_000,
        kills: guest.report?.kills ?? 0)
    }
    return PolicyStart(wake: .seconds(VPA.interval), notices: [Self.namesItself])
  }

  /// A minute: samples, recommendations, and what the updater makes of them.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    // The run begins at midnight, to which the histogram's weights refer.
    let now = host.time / 1_000_000_000
    for (place, guest) in host.guests.enumerated() where guest.isUp && place < pods.count {
      guard let report = guest.report else { continue }
      let used = Self.workingSet(guest, report)
      let kills = report.kills - pods[place].kills
      pods[place].kills = report.kills
      _ = pods[place].vpa.addMemory(used, at: now, to: 0)
      _ = pods[place].vpa.addCPU(0, at: now, to: 0)
      // More kills of one size in one minute say what the first said.
      if kills > 0 {
        _ = pods[place].vpa.recordOOM(requested: pods[place].request, at: now, in: 0)
      }
      let advice = pods[place].vpa.recommend(name: 0).within(
        bytes(guest.least ?? 0), bytes(guest.most))
      let reason = reason(place, advice, kills > 0, at: now)
      rows[place].current = bits(guest.size)
      rows[place].goal = bits(guest.size(atTarget: advice.target))
      rows[place][Term.used] = used
      rows[place][Term.kills] = kills
      rows[place][Term.target] = advice.target
      rows[place][Term.lower] = advice.lower
      rows[place][Term.upper] = advice.upper
      rows[place][Term.request] = pods[place].request
      rows[place][Term.age] = now - pods[place].start
      rows[place].rule = Self.name(of: reason)
      if reason == .keep { continue }
      pods[place].request = advice.target
      pods[place].start = now
      let size = guest.size(atTarget: advice.target)
      rows[place].target = bits(size)
      asks[place].append(.balloonTarget(size))
    }
  }

  /// The next minute.
  public mutating func finish() -> Wake { .seconds(VPA.interval) }

  /// A larger margin leaves a guest more.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    let least = Int(min(max(settings.leastOfPod, 0), 1_000_000))
    return [
      PolicyRelief(
        "pod-recommendation-min-memory-mb",
        PolicyRelief.sizes(upTo: mebibytes).filter { $0 > least })
    ].compactMap(\.self)
  }

  /// What is not done as Kubernetes does it, and how long nothing happens.
  public func doubts(_ host: HostView, names: [String]) -> [String] {
    [
      "vpa: Kubernetes evicts a pod and starts it anew with its new size; here guests go on, and their balloons are moved at once, "
        + "as pods are resized in place. What a new start costs and loses is in no figure",
      "vpa: until a guest has run for 12 h only a kill or a size below the lower bound changes it, as long as the upper bound is wide",
    ]
  }

  /// What a guest uses less its inactive file pages, at least 0: with what its kernel took at boot, for that is in its size.
  private static func workingSet(_ guest: HostView.Guest, _ report: GuestReport) -> Int64 {
    max(0, bytes(guest.size) &- bytes(report.free) &- bytes(report.inactiveFiles))
  }

  /// What the updater makes of a recommendation.
  private func reason(
    _ place: Int, _ advice: VPA.Recommendation, _ isKilled: Bool, at now: Int64
  ) -> Reason {
    let (request, age) = (pods[place].request, now - pods[place].start)
    if advice.target == request { return .keep }
    if request < advice.lower { return .below }
    if request > advice.upper { return .above }
    if isKilled && age < Self.quickKill { return .quickKill }
    let change = Double((request &- advice.target).magnitude) / Double(max(request, 1))
    return age >= Self.longLife && change >= Self.leastChange ? .drift : .keep
  }

  private static func name(of reason: Reason) -> ShortName {
    switch reason {
    case .below: "below_bounds"
    case .above: "above_bounds"
    case .quickKill: "early_kill"
    case .drift: "long_life"
    case .keep: "keep"
    }
  }
}

extension VPA.Recommendation {
  /// The amounts within the least and the most that the operator allows.
  fileprivate func within(_ least: Int64, _ most: Int64) -> Self {
    func bound(_ amount: Int64) -> Int64 { min(max(amount, least), most) }
    return Self(
      target: bound(target), lower: bound(lower), upper: bound(upper), percentiles: percentiles)
  }
}
