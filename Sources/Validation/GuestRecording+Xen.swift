internal import MemoryModel
internal import Simulation
internal import Units

extension GuestRecording {
  /// A recorded guest of Xen's: what its hypervisor and its balloon began with.
  struct XenDomain {
    /// B, and the most that the hypervisor gives it, in pages.
    var pages: Int, maximum: Int
    /// Free pages of the hypervisor.
    var hypervisorFree: Int
    /// How its balloon was set.
    var balloon: BalloonOptions
    /// `vm.watermark_boost_factor`; nil: Linux's default.
    var boostFactor: Int?
    /// Zones as they were: marks without what they were raised by, and that.
    var zones: [Zone]
    var boost: Int
    /// The highest page frame number and one, if it was recorded.
    var maxPFN: Int?
  }

  /// The recorded guest's domain; nil for a guest of another kind.
  var domain: XenDomain? {
    guard let hello = description.hello, let pages = hello.pages, let free = hello.hypervisorFree,
      let recorded = description.zones
    else { return nil }
    var balloon = BalloonOptions()
    balloon.maxRetryCount = hello.maxRetryCount
    balloon.maxScheduleDelay = hello.maxScheduleDelay ?? balloon.maxScheduleDelay
    balloon.scrubsPages = hello.scrubs != 0
    balloon.onlinesMemory =
      description.kernelArguments?.contains("memhp_default_state=online") == true
    let zones = Zone.Kind.allCases.map { kind in
      let zone = recorded.first { $0.zone == kind.name }
      let boost = zone?.boost ?? 0
      return Zone(
        kind, min: PageCount((zone?.min ?? 0) - boost), low: PageCount((zone?.low ?? 0) - boost),
        high: PageCount((zone?.high ?? 0) - boost),
        protection: Zone.Kind.allCases.map { PageCount(zone?.protection[$0.rawValue] ?? 0) })
    }
    return XenDomain(
      pages: pages, maximum: (description.maximumMebibytes ?? description.guestMebibytes) << 8,
      hypervisorFree: free, balloon: balloon, boostFactor: description.configuration.boostFactor,
      zones: zones, boost: recorded.reduce(0) { sum, zone in sum + (zone.boost ?? 0) },
      maxPFN: description.maxPFN == 0 ? nil : description.maxPFN)
  }

  /// Pages that a process of these recordings commits besides what its script says.
  ///
  /// Source: Committed_AS falls by 1,153 pages when one ends.
  static let xenProcessCommitted = 1_153

  /// How long after its second the recorded controller acted, in the mean; 0 without one.
  ///
  /// It acts behind the sample of its second. The simulated one acts on the second, so it is looked at as much earlier.
  var controllerDelay: Double {
    guard description.controller?.isEnabled == true, let times = control?["t"], !times.isEmpty
    else {
      return 0
    }
    return times.reduce(0) { $0 + $1 - $1.rounded() } / Double(times.count)
  }

  /// What another domain takes of the hypervisor's pages, and gives back: when, and by how many pages its own grow.
  var claims: [(at: Double, pages: Int)] {
    description.operations.compactMap { operation in
      guard let pages = operation.result else { return nil }
      return switch operation.word {
      case "hog", "hogto": (operation.end, pages)
      case "unhog": (operation.end, -pages)
      default: nil
      }
    }.sorted { $0.at < $1.at }
  }

  /// A touch in pieces, at the pace that the samples of a guest of Xen's show: its one processor was shared with the balloon and kswapd.
  ///
  /// Nothing if it is no touch, or if the samples do not show it. `touched` is what the process touched before, and then with it.
  func touchPieces(
    of step: WorkloadScript.Step, process: Int, from start: Double?, lasting time: SimDuration,
    after touched: inout Int
  ) -> [WorkloadScript.Step] {
    guard case .touch(let region, let first, let count, _) = step.operation else { return [] }
    let before = touched
    touched += count
    guard domain != nil, let start, time > .zero, let times = series["t"],
      let counts = series["p\(process)_touched"]
    else { return [] }
    let end = start + time.seconds
    let seen = zip(times, counts).filter { $0.0 > start && $0.0 < end }
      .map { ($0.0, min(max(Int($0.1) - before, 0), count)) }
    var pieces: [WorkloadScript.Step] = []
    var (last, done) = (start, 0)
    for (at, now) in seen + [(end, count)] where now > done && at > last {
      let rate = (Double(now - done) / (at - last)).rounded(.up)
      pieces.append(
        WorkloadScript.Step(
          at: .zero + .recorded(last),
          .touch(
            region: region, first: first + done, count: now - done, rate: Int64(min(rate, 1e9)))))
      (last, done) = (at, now)
    }
    return pieces
  }

  /// What makes the recording unusable as one of a guest of Xen's, if anything: a field and what is wrong with it.
  var xenFault: (field: String, what: String)? {
    let most = 1 << 30
    guard let hello = description.hello, let pages = hello.pages, let free = hello.hypervisorFree
    else { return ("hello.xen_free", "is missing") }
    guard pages == memory else { return ("hello.boot_pages", "is not guest_mb") }
    guard (0...most).contains(free) else { return ("hello.xen_free", "is out of range") }
    guard (0...1_000_000).contains(hello.maxRetryCount ?? 0) else {
      return ("hello.max_retry_count", "is out of range")
    }
    guard (1...86_400).contains(hello.maxScheduleDelay ?? 1) else {
      return ("hello.max_schedule_delay", "is out of range")
    }
    guard (0...100_000).contains(description.configuration.boostFactor ?? 0) else {
      return ("cfg.boost_factor", "is out of range")
    }
    if let maximum = description.maximumMebibytes,
      !(description.guestMebibytes...1 << 20).contains(maximum)
    {
      return ("guest_max_mb", "is out of range")
    }
    guard let zones = description.zones else { return ("zones_start", "is missing") }
    for (index, zone) in zones.enumerated() {
      let counts = [zone.min, zone.low, zone.high, zone.boost ?? 0] + zone.protection
      guard counts.allSatisfy({ (0...memory).contains($0) }),
        (zone.boost ?? 0) <= zone.min, zone.min <= zone.low, zone.low <= zone.high,
        zone.protection.count >= Zone.Kind.allCases.count
      else { return ("zones_start[\(index)]", "is out of range") }
    }
    let times = series["t"] ?? []
    guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }), times.first ?? 0 >= 0 else {
      return ("series", "its times do not rise")
    }
    for (index, operation) in description.operations.enumerated()
    where !(0...most).contains(operation.result ?? 0) {
      return ("operations[\(index)].res", "is out of range")
    }
    return nil
  }
}
