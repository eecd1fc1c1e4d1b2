extension DamonPolicy {
  /// The version whose rules these are.
  static let version = "6.12"

  /// Its settings, which are the parameters of its module.
  static var items: [SettingItem<DamonPolicy>] {
    [
      item(
        "min_age", .number(\.leastAge, 0...longest), unit: "us",
        "how long a region was not accessed before it is paged out"),
      item(
        "quota_ms", .number(\.quotaMilliseconds, 0...60_000), unit: "ms",
        "time that paging out may take in a window; 0: no such limit"),
      item(
        "quota_sz", .number(\.quotaSize, 0...1 << 40), unit: "bytes",
        "bytes that may be tried in a window; 0: no such limit"),
      item(
        "quota_reset_interval_ms", .number(\.quotaInterval, 1...3_600_000), unit: "ms",
        "the length of a window"),
      item(
        "quota_mem_pressure_us", .number(\.pressureGoal, 0...1_000_000_000), unit: "us",
        "memory pressure in a window that the quota is tuned to; 0: it is not"),
      item(
        "wmarks_interval", .number(\.marksInterval, 10_000...3_600_000_000), unit: "us",
        "time between two looks at free memory while it does not work"),
      item(
        "wmarks_high", .number(\.highMark, 0...1_000),
        "free memory in thousandths above which it stops"),
      item(
        "wmarks_mid", .number(\.midMark, 0...1_000),
        "free memory in thousandths below which it begins again"),
      item(
        "wmarks_low", .number(\.lowMark, 0...1_000),
        "free memory in thousandths below which it stops"),
      item(
        "sample_interval", .number(\.sampleInterval, 1_000...60_000_000), unit: "us",
        "time between two looks at the pages of an aggregation"),
      item(
        "aggr_interval", .number(\.aggregationInterval, 10_000...60_000_000), unit: "us",
        "the length of an aggregation"),
      item(
        "min_nr_regions", .number(\.leastRegions, 3...100_000),
        "no region is merged to more than one part in so many of all memory"),
      item(
        "max_nr_regions", .number(\.mostRegions, 3...100_000),
        "more regions than these are merged whatever their accesses"),
      item(
        "skip_anon", .flag(\.skipsAnon), "whether anonymous pages are left alone"),
    ]
  }

  private static func item(
    _ name: String, _ kind: SettingItem<DamonPolicy>.Kind, unit: String? = nil, _ meaning: String
  ) -> SettingItem<DamonPolicy> {
    SettingItem(
      name, kind, unit: unit, meaning,
      place: "write it to /sys/module/damon_reclaim/parameters/\(name), then Y to commit_inputs")
  }

  /// What a setting reads as.
  public func read(_ setting: String) -> String? { Self.items.read(setting, self) }

  /// Writes a parameter; it is taken over at once, as with `commit_inputs`.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &self)
  }

  private var quotaMilliseconds: Int64 {
    get { bits(reclaim.quota.milliseconds) }
    set { reclaim.quota.milliseconds = UInt64(newValue) }
  }
  private var quotaSize: Int64 {
    get { bits(reclaim.quota.size) }
    set { reclaim.quota.size = UInt64(newValue) }
  }
  private var quotaInterval: Int64 {
    get { bits(reclaim.quota.resetInterval) }
    set { reclaim.quota.resetInterval = UInt64(newValue) }
  }
  private var pressureGoal: Int64 {
    get { reclaim.quota.goals.first.map { bits($0.target) } ?? 0 }
    set {
      reclaim.quota.goals =
        newValue == 0 ? [] : [DamonQuota.Goal(metric: .memoryPressure, target: UInt64(newValue))]
    }
  }
  private var marksInterval: Int64 {
    get { bits(reclaim.watermarks.interval) }
    set { reclaim.watermarks.interval = UInt64(newValue) }
  }
  private var highMark: Int64 {
    get { bits(reclaim.watermarks.high) }
    set { reclaim.watermarks.high = UInt64(newValue) }
  }
  private var midMark: Int64 {
    get { bits(reclaim.watermarks.mid) }
    set { reclaim.watermarks.mid = UInt64(newValue) }
  }
  private var lowMark: Int64 {
    get { bits(reclaim.watermarks.low) }
    set { reclaim.watermarks.low = UInt64(newValue) }
  }
  private var sampleInterval: Int64 {
    get { bits(reclaim.intervals.sample) }
    set { reclaim.intervals.sample = UInt64(newValue) }
  }
  private var aggregationInterval: Int64 {
    get { bits(reclaim.intervals.aggregation) }
    set { reclaim.intervals.aggregation = UInt64(newValue) }
  }
  private var leastRegions: Int64 {
    get { Int64(monitor.leastRegions) }
    set { monitor.leastRegions = Int(newValue) }
  }
  private var mostRegions: Int64 {
    get { Int64(monitor.mostRegions) }
    set { monitor.mostRegions = Int(newValue) }
  }
}
