extension OomdSenpaiPolicy {
  /// The terms of a run, of one guest.
  public enum Term: Int, PolicyTerm {
    case total, cumulative, target, ticks, used, limit, memory, io, reclaim

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .total:
        TermEntry("total_us", "the time in which some task stalled for memory, since boot")
      case .cumulative:
        TermEntry("cumulative_us", "that since the last adjustment, before this one")
      case .target: TermEntry("pressure_us", "what it is held to")
      case .ticks: TermEntry("ticks", "runs until the next probe, after this one")
      case .used: TermEntry("used_bytes", "what the guest used")
      case .limit: TermEntry("limit_bytes", "the limit after the run")
      case .memory: TermEntry("memory_pressure", "avg10 or avg60 of memory, the greater, in 0.01%")
      case .io: TermEntry("io_pressure", "the same of io")
      case .reclaim: TermEntry("reclaim_bytes", "what was to be reclaimed")
      }
    }
  }

  static var items: [SettingItem<Configuration>] {
    let limit: ClosedRange<Int64> = 0...(1 << 45)
    func item(
      _ name: String, _ kind: SettingItem<Configuration>.Kind, unit: String? = nil,
      _ meaning: String
    ) -> SettingItem<Configuration> {
      SettingItem(
        name, kind, unit: unit, meaning, place: "an argument of the plugin senpai in oomd.json")
    }
    return [
      SettingItem(
        "run_interval", .number(\.runInterval, 1...86_400), unit: "s",
        "time between two runs of oomd",
        place: "--interval of oomd"),
      item(
        "limit_min_bytes", .number(\.plugin.leastLimit, limit), unit: "bytes",
        "the least limit, besides what cannot be reclaimed"),
      item(
        "limit_max_bytes", .number(\.plugin.mostLimit, limit), unit: "bytes",
        "how far the limit may be above what is used"),
      item(
        "interval", .number(\.plugin.interval, 0...86_400), unit: "runs", "runs between two probes"),
      item(
        "pressure_ms", .number(\.pressureMilliseconds, 1...1_000_000), unit: "ms",
        "stalled time between two adjustments that is aimed at"),
      item(
        "max_probe", .decimal(\.plugin.maxProbe, 0...1), "the greatest part by which it tightens"),
      item(
        "max_backoff", .decimal(\.plugin.maxBackoff, 0...1_000),
        "the greatest part by which it loosens"),
      item(
        "coeff_probe", .decimal(\.plugin.probeCoefficient, 0.000_001...1_000_000),
        "the ratio at which it tightens by the greatest part"),
      item(
        "coeff_backoff", .decimal(\.plugin.backoffCoefficient, 0.000_001...1_000_000),
        "the ratio at which it loosens by the greatest part"),
      item(
        "immediate_backoff", .flag(\.plugin.reclaims),
        "whether it reclaims a little at a time and keeps no limit"),
      item(
        "pressure_pct", .decimal(\.plugin.pressurePercent, 0...100), unit: "%",
        "memory pressure below which it reclaims"),
      item(
        "io_pressure_pct", .decimal(\.plugin.ioPressurePercent, 0...100), unit: "%",
        "io pressure below which it reclaims"),
      item(
        "swap_validation", .flag(\.plugin.validatesSwap),
        "whether it reclaims only while swap is full to its threshold"),
      item(
        "swap_threshold", .decimal(\.plugin.swapThreshold, 0...1), "the part of swap in use"),
    ]
  }

  /// A run in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let total = row[Term.total], let used = row[Term.used] else { return [] }
    var sentences: [Sentence] = [
      "Some task of the guest had stalled for memory for \(total, .count) us since boot; the guest used \(used, .bytes)."
    ]
    if let memory = row[Term.memory], let io = row[Term.io] {
      sentences.append(
        "Pressure was at most \(memory, .count) hundredths of a per cent for memory and \(io, .count) for io (avg10 or avg60)."
      )
      if let reclaim = row[Term.reclaim] {
        sentences.append("That was low enough: \(reclaim, .bytes) were to be reclaimed.")
      } else if row.rule != "start" {
        sentences.append("It waits, or pressure was too high: nothing was to be reclaimed.")
      }
    }
    if let limit = row[Term.limit], let cumulative = row[Term.cumulative],
      let target = row[Term.target]
    {
      sentences.append(
        "Of that, \(cumulative, .count) us came since the last adjustment; \(target, .count) us are aimed at."
      )
      let act: Sentence =
        switch row.rule {
        case "start": "This was the first run: the limit became what the guest used"
        case "backoff": "That was too much, so the limit was loosened at once"
        case "probe":
          "The wait was over: the limit was set anew, tighter or as close as it may be to what is used"
        default: "It waits"
        }
      sentences.append("\(act). The limit is \(limit, .bytes).")
    }
    if let ticks = row[Term.ticks] {
      sentences.append("The next probe comes after \(ticks, .count) more runs.")
    }
    return sentences
  }
}

extension DecisionRow {
  /// A guest in a run of oomd.
  mutating func fill(
    _ guest: HostView.Guest, _ sight: OomdSenpai.Sight, _ law: OomdSenpai, cumulative: Int64,
    _ pressure: GuestPressure
  ) {
    typealias Term = OomdSenpaiPolicy.Term
    current = bits(guest.size)
    self[Term.total] = sight.total
    self[Term.used] = sight.current
    self[Term.ticks] = law.state?.ticks
    if law.settings.reclaims {
      self[Term.memory] = max(pressure.memory.avg10, pressure.memory.avg60)
      self[Term.io] = max(pressure.io.avg10, pressure.io.avg60)
    } else {
      self[Term.cumulative] = cumulative
      self[Term.target] = law.settings.pressure
      self[Term.limit] = law.state?.limit
    }
  }
}
