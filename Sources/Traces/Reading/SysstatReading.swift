/// What a column of sysstat means: an amount in kB, a rate per second, or the share of memory used.
enum SysstatColumn {
  case amount(TraceQuantity)
  case rate(TraceQuantity)
  case usedPercent

  /// The column of that name in `sar` and `sadf -d`: `kbcommit`, `pswpin/s`, `%memused`.
  static func named(_ name: String) -> SysstatColumn? {
    if name == "%memused" { return .usedPercent }
    if name.hasPrefix("kb") { return amounts[String(name.dropFirst(2))].map(amount) }
    if name.hasSuffix("/s") { return rates[String(name.dropLast(2))].map(rate) }
    return nil
  }

  /// The member of that name in the objects `memory`, `paging` and `swap-pages` of JSON and XML.
  static func member(_ name: String) -> SysstatColumn? {
    if name == "memused-percent" { return .usedPercent }
    return amounts[name].map(amount) ?? rates[name].map(rate)
  }

  private static let amounts: [String: TraceQuantity] = [
    "memfree": .free, "avail": .available, "memused": .used, "buffers": .buffers,
    "cached": .cached, "commit": .committed, "active": .active, "inact": .inactive,
    "inactive": .inactive, "dirty": .dirty, "shmem": .shmem, "shared": .shmem, "anonpg": .anon,
    "slab": .slab, "swpfree": .swapFree, "swpused": .swapUsed, "swpcad": .swapCached,
  ]
  private static let rates: [String: TraceQuantity] = [
    "pswpin": .swapIn, "pswpout": .swapOut, "pgpgin": .pageIn, "pgpgout": .pageOut,
    "fault": .faults, "majflt": .majorFaults,
  ]
}

/// The samples of sysstat, put together from its reports; makes counters of rates and finds the machine's memory.
///
/// kbmemused has had three meanings, told apart by %memused. Source: trace-formats, `sadf -d`; sysstat's CHANGES.
struct SysstatReading {
  /// What kbmemused was at some time.
  private enum UsedMeaning: CaseIterable {
    case totalLessFree, likeFree, totalLessAvailable

    var version: String {
      switch self {
      case .totalLessFree: "sysstat before 11.7.4 by its kbmemused"
      case .likeFree: "sysstat 11.7.4 to 12.7.7 by its kbmemused"
      case .totalLessAvailable: "sysstat 12.7.8 or later by its kbmemused"
      }
    }

    /// The machine's memory in kB.
    func total(_ row: TraceRow) -> Int64? {
      guard let used = row[.used], let free = row[.free] else { return nil }
      switch self {
      case .totalLessFree: return used + free
      case .totalLessAvailable: return row[.available].map { used + $0 }
      case .likeFree:
        guard let buffers = row[.buffers], let cached = row[.cached], let slab = row[.slab] else {
          return nil
        }
        return used + free + buffers + cached + slab
      }
    }
  }

  private var join = TraceJoin()
  private var rates = TraceRates()
  private var meanings = UsedMeaning.allCases
  private var best: (percent: Double, total: Double, row: TraceRow)?

  /// Takes a value of the sample that is read, `seconds` after the one before.
  mutating func read(
    _ column: SysstatColumn, _ name: String, _ field: TraceField, seconds: Double,
    into sample: inout (row: TraceRow, percent: Double?)
  ) throws(TraceFault) {
    switch column {
    case .usedPercent: sample.percent = try field.rate(name)
    case .amount(let quantity): sample.row[quantity] = try field.humanMemory(name, unit: 1_024)
    case .rate(let quantity):
      guard let rate = try field.rate(name) else { return }
      sample.row[quantity] = rates.add(quantity, rate * seconds)
    }
  }

  /// Takes a sample.
  mutating func add(
    _ sample: (row: TraceRow, percent: Double?), at place: TraceField
  ) throws(TraceFault) {
    if let percent = sample.percent, percent >= 0.5, let used = sample.row[.used] {
      let total = Double(used) / percent * 100
      // The percentage has two decimals, or one.
      let tolerance = total * 0.006 / percent + 8
      meanings.removeAll { meaning in
        meaning.total(sample.row).map { abs(Double($0) - total) > tolerance } ?? false
      }
      if percent > best?.percent ?? 0 { best = (percent, total, sample.row) }
    }
    var row = sample.row
    if let free = row[.swapFree], let used = row[.swapUsed] { row[.swapTotal] = free + used }
    try join.add(row, at: place)
  }

  /// Gives all samples on.
  mutating func emit(into intake: inout TraceIntake) throws(TraceFault) {
    if let best, let meaning = meaning(best.row) {
      if intake.understood.version == nil { intake.understood.version = meaning.version }
      var isExact = true
      join.change { row in
        guard row[.used] != nil else { return }
        let total = meaning.total(row)
        row[.total] = total ?? Int64(best.total)
        if total == nil { isExact = false }
      }
      intake.understood.note(
        "mem_total_kb = \(isExact ? "sums of columns" : "kbmemused / %memused, rounded by the latter")"
      )
    }
    try join.emit(into: &intake)
  }

  /// The only meaning that a sample confirms, or the one that no sample can confirm if none does.
  private func meaning(_ row: TraceRow) -> UsedMeaning? {
    let confirmed = meanings.filter { $0.total(row) != nil }
    if confirmed.isEmpty { return meanings.contains(.likeFree) ? .likeFree : nil }
    return confirmed.count == 1 ? confirmed[0] : nil
  }
}
