/// What a sample of a trace can hold: amounts of memory in kB of 1,024 bytes, and counters that only rise.
///
/// Source of the kernel's names: /proc/meminfo and /proc/vmstat.
enum TraceQuantity: Int, CaseIterable, Sendable {
  case committed, anon, cached, total, free, available, used, buffers, active, inactive, dirty
  case shmem, slab, slabReclaimable, slabUnreclaimable, commitLimit, swapTotal, swapFree, swapUsed,
    swapCached
  /// KiB read from and written to block devices.
  case pageIn, pageOut
  /// Pages swapped in and out.
  case swapIn, swapOut
  case faults, majorFaults, kills
  /// Microseconds in which some, or all, processes waited for memory (pressure stall information).
  case someStalled, allStalled

  /// The name of its column in our own CSV.
  var column: String { Self.names[rawValue].column }
  /// The kernel's name; empty where it has none.
  var kernelName: String { Self.names[rawValue].kernel }
  /// Whether it counts from some beginning instead of telling an amount of memory.
  var isCounter: Bool { rawValue >= TraceQuantity.pageIn.rawValue }

  /// The quantity of a column of our CSV or of a field of the kernel's files (`vm_` in front is passed over).
  static func named(_ name: String) -> TraceQuantity? { byName[name] }

  private static let names: [(column: String, kernel: String)] = [
    ("committed_kb", "Committed_AS"), ("anon_kb", "AnonPages"), ("cached_kb", "Cached"),
    ("mem_total_kb", "MemTotal"), ("free_kb", "MemFree"), ("available_kb", "MemAvailable"),
    ("used_kb", ""), ("buffers_kb", "Buffers"), ("active_kb", "Active"),
    ("inactive_kb", "Inactive"), ("dirty_kb", "Dirty"), ("shmem_kb", "Shmem"), ("slab_kb", "Slab"),
    ("slab_reclaimable_kb", "SReclaimable"), ("slab_unreclaimable_kb", "SUnreclaim"),
    ("commit_limit_kb", "CommitLimit"),
    ("swap_total_kb", "SwapTotal"), ("swap_free_kb", "SwapFree"), ("swap_used_kb", ""),
    ("swap_cached_kb", "SwapCached"), ("pgpgin", "pgpgin"), ("pgpgout", "pgpgout"),
    ("pswpin", "pswpin"), ("pswpout", "pswpout"), ("pgfault", "pgfault"),
    ("pgmajfault", "pgmajfault"), ("oom_kill", "oom_kill"), ("psi_some_us", ""),
    ("psi_full_us", ""),
  ]

  private static let byName: [String: TraceQuantity] = {
    var table: [String: TraceQuantity] = [:]
    for quantity in allCases {
      table[quantity.column] = quantity
      if !quantity.kernelName.isEmpty { table[quantity.kernelName] = quantity }
      if quantity.isCounter { table["vm_" + quantity.kernelName] = quantity }
    }
    return table
  }()
}

/// One sample of a trace: a time and the quantities that it has.
struct TraceRow {
  /// Nanoseconds of any clock.
  var time: Int64 = 0
  /// A bit for each quantity that there is.
  private(set) var present: UInt32 = 0
  private var values = InlineArray<29, Int64>(repeating: 0)

  /// The value of a quantity, if it has one.
  subscript(quantity: TraceQuantity) -> Int64? {
    get { present >> quantity.rawValue & 1 == 1 ? values[quantity.rawValue] : nil }
    set {
      if let newValue {
        values[quantity.rawValue] = newValue
        present |= 1 << quantity.rawValue
      } else {
        present &= ~(1 << quantity.rawValue)
      }
    }
  }

  /// Sets a value that is there.
  mutating func set(_ quantity: Int, _ value: Int64) {
    values[quantity] = value
    present |= 1 << quantity
  }

  /// Forgets all values.
  mutating func clear() { present = 0 }

  /// Takes over the values of another row.
  mutating func merge(_ other: TraceRow) {
    for quantity in TraceQuantity.allCases {
      if let value = other[quantity] { self[quantity] = value }
    }
  }
}
