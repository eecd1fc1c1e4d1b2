extension VPA {
  /// A container as the recommender has it; times are Unix seconds, memory is bytes.
  public struct Container: Hashable, Sendable {
    /// The place of its name.
    public let name: Int
    /// Which of the name's aggregates it adds to.
    let aggregate: Int
    /// The end of the interval that it is in; nil: no sample yet.
    public internal(set) var windowEnd: Int64?
    /// The time of the last memory sample.
    public internal(set) var lastMemorySample: Int64?
    /// The time of the last processor sample.
    public internal(set) var lastCPUSample: Int64?
    /// The highest sample of the interval.
    public internal(set) var memoryPeak: Int64 = 0
    /// The highest estimate after an OOM kill in the interval.
    public internal(set) var oomPeak: Int64 = 0

    init(name: Int, aggregate: Int) {
      self.name = name
      self.aggregate = aggregate
    }
  }

  /// What is known of containers that add up.
  struct Aggregate: Hashable, Sendable {
    var histogram = Histogram()
    /// Times of the first and last samples of the processor, and how many there were.
    var firstCPUSample: Int64?
    var lastCPUSample: Int64?
    var cpuSamples: Int64 = 0

    /// Adds what another one knows.
    mutating func merge(_ other: inout Aggregate, halfLife: Int64) {
      histogram.merge(&other.histogram, halfLife: halfLife)
      firstCPUSample = [firstCPUSample, other.firstCPUSample].compactMap(\.self).min()
      lastCPUSample = [lastCPUSample, other.lastCPUSample].compactMap(\.self).max()
      cpuSamples &+= other.cpuSamples
    }

    /// Intervals that samples span, or that they would fill at one a minute, whichever is less.
    func confidence(_ settings: Settings) -> Double {
      let span = Double((lastCPUSample ?? 0) - (firstCPUSample ?? 0))
      let interval = Double(settings.confidenceInterval)
      return min(span / interval, Double(cpuSamples) / (interval / 60))
    }
  }

  /// A processor sample of a container, at least 0; only its time counts. Whether it was taken.
  public mutating func addCPU(_ usage: Int64, at time: Int64, to place: Int) -> Bool {
    let container = containers[place]
    if usage < 0 || time <= container.lastCPUSample ?? .min { return false }
    containers[place].lastCPUSample = time
    change(place) { aggregate in
      aggregate.firstCPUSample = min(aggregate.firstCPUSample ?? time, time)
      aggregate.lastCPUSample = max(aggregate.lastCPUSample ?? time, time)
      aggregate.cpuSamples &+= 1
    }
    return true
  }

  /// A memory sample of a container, at least 0 bytes and no older than the last. Whether it was taken.
  public mutating func addMemory(_ bytes: Int64, at time: Int64, to place: Int) -> Bool {
    if bytes < 0 || time < containers[place].lastMemorySample ?? .min { return false }
    take(bytes, at: time, isOOM: false, in: place)
    return true
  }

  /// An OOM kill of a container that had requested so many bytes. Whether it was taken.
  ///
  /// One an interval before the last sample is too old. What the container needs is estimated from its request and its peak, but not
  /// from an earlier estimate.
  public mutating func recordOOM(requested: Int64, at time: Int64, in place: Int) -> Bool {
    let container = containers[place]
    if let last = container.lastMemorySample, time < last - settings.aggregationInterval {
      return false
    }
    let used = max(requested, container.memoryPeak)
    let needed = max(
      used &+ Self.amount(settings.leastBump), Self.amount(Double(used) * settings.bumpRatio))
    if needed < 0 { return false }
    take(needed, at: time, isOOM: true, in: place)
    return true
  }

  /// One peak an interval is in the histogram, stamped with the interval's end: a higher one takes its place.
  private mutating func take(_ bytes: Int64, at time: Int64, isOOM: Bool, in place: Int) {
    containers[place].lastMemorySample = time
    let end = containers[place].windowEnd ?? time
    let halfLife = settings.halfLife
    if time < end {
      let old = max(containers[place].memoryPeak, containers[place].oomPeak)
      // A peak of 0 is taken for none, so it hides all that comes after it.
      if old == 0 || bytes <= old { return }
      change(place) { $0.histogram.subtract(Double(old), at: end, halfLife: halfLife) }
    } else {
      let interval = settings.aggregationInterval
      containers[place].windowEnd = end + (time - end) / interval * interval + interval
      containers[place].memoryPeak = 0
      containers[place].oomPeak = 0
    }
    let stamp = containers[place].windowEnd ?? end
    change(place) { $0.histogram.add(Double(bytes), at: stamp, halfLife: halfLife) }
    if isOOM {
      containers[place].oomPeak = bytes
    } else {
      containers[place].memoryPeak = bytes
    }
  }

  /// Changes the aggregate of a container.
  private mutating func change(_ place: Int, _ body: (inout Aggregate) -> Void) {
    body(&aggregates[containers[place].name][containers[place].aggregate])
  }
}
