public import MemoryModel
internal import Units

/// A column of the table `ticks`: what is kept of a guest at every tick.
///
/// To add one: a row at the end of `all`, a migration that adds the column (`Schema.migrations`: `ALTER TABLE ticks ADD COLUMN
/// name INTEGER`), and its row in `Docs/database.md`. Ticks recorded before have NULL in it.
public struct TickColumn: Sendable {
  /// What its values are counted in.
  public enum Unit: Hashable, Sendable {
    /// Pages of 4 KiB.
    case pages
    case nanoseconds
    case count
  }

  /// The column's name in SQL, CSV and JSON.
  public let name: String
  /// The unit of the values.
  public let unit: Unit
  /// Whether the value counts up from boot rather than being a level at the instant of the tick.
  public let isCumulative: Bool
  private let source: Source

  /// Where a value comes from.
  private enum Source: Sendable {
    case guest(@Sendable (borrowing SimulatedGuest, borrowing Host) -> Int64)
    case counter(VMCounter)
    case nowhere
  }

  /// A column that no run of this program fills: one of another version.
  public init(_ name: String, _ unit: Unit = .count, isCumulative: Bool = true) {
    self.init(name, unit, isCumulative, .nowhere)
  }

  private init(_ name: String, _ unit: Unit, _ isCumulative: Bool, _ source: Source) {
    self.name = name
    self.unit = unit
    self.isCumulative = isCumulative
    self.source = source
  }

  /// The name without the unit that it ends in, for people who are told the unit.
  public var plainName: String {
    for ending in ["_pages", "_ns"] where name.hasSuffix(ending) {
      return String(name.dropLast(ending.count))
    }
    return name
  }

  /// A level in pages.
  private static func level(
    _ name: String, _ value: @escaping @Sendable (borrowing SimulatedGuest, borrowing Host) -> Int
  ) -> TickColumn {
    TickColumn(name, .pages, false, .guest { Int64(value($0, $1)) })
  }

  /// What the guest's kernel has counted from boot, under the counter's name, and its unit if that is a time.
  public static func counter(_ counter: VMCounter, _ unit: Unit = .count) -> TickColumn {
    let name = snakeCase("\(counter)")
    return TickColumn(
      unit == .nanoseconds ? name + "_ns" : name, unit, true, .counter(counter))
  }
}

extension TickColumn: Hashable {
  /// Columns are told apart by their names.
  public static func == (one: TickColumn, other: TickColumn) -> Bool { one.name == other.name }

  /// Mixes the name in.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension TickColumn {
  /// All columns, in the order of a tick's values.
  public static let all: [TickColumn] = [
    .committedPages, .ramPages, .maxPages, .goalPages, .targetPages, .balloonCurrentPages,
    .balloonTargetPages, .freePages, .activeFilePages, .inactiveFilePages, .activeAnonPages,
    .inactiveAnonPages, .dirtyPages, .writebackPages, .swapUsedPages, .swapCachedPages,
    .frontswapPages, .cleancachePages, .counter(.pgfault), .counter(.pgmajfault),
    .counter(.pgpgin, .pages), .counter(.pgpgout, .pages), .counter(.pswpin, .pages),
    .counter(.pswpout, .pages), .counter(.pgscanKswapd), .counter(.pgscanDirect),
    .counter(.pgstealKswapd), .counter(.pgstealDirect), .counter(.pgactivate),
    .counter(.pgdeactivate), .counter(.workingsetRefault), .counter(.workingsetActivate),
    .counter(.allocstall), .counter(.oomKill), .counter(.frontswapStores),
    .counter(.frontswapFailedStores), .counter(.frontswapLoads), .counter(.frontswapInvalidates),
    .counter(.cleancachePuts), .counter(.cleancacheGets), .counter(.cleancacheFailedGets),
    .stallReclaim, .stallDisk, .stallSwap, .stallTmem, .counter(.accesses), .deferredAccesses,
  ]

  /// What the guest has committed.
  public static let committedPages = level("committed_pages") { guest, _ in
    guest.kernel.committed.pages
  }
  /// The guest's RAM.
  public static let ramPages = level("total_ram_pages") { guest, _ in guest.kernel.ram.pages }
  /// The most it can have.
  public static let maxPages = level("max_pages") { guest, _ in guest.kernel.zones.maxPFN.pages }
  /// The goal of the last decision.
  public static let goalPages = level("goal_pages") { guest, _ in Int(guest.goal) }
  /// The target of the last decision.
  public static let targetPages = level("target_pages") { guest, _ in Int(guest.target) }
  /// What the balloon driver takes the guest to have.
  public static let balloonCurrentPages = level("balloon_current_pages") { guest, _ in
    guest.kernel.balloonCurrent.pages
  }
  /// What the balloon driver is to reach, by its bits.
  public static let balloonTargetPages = level("balloon_target_pages") { guest, _ in
    Int(bitPattern: UInt(guest.kernel.balloonTarget))
  }
  /// Free pages.
  public static let freePages = level("free_pages") { guest, _ in guest.kernel.levels.free }
  /// File pages on the active list.
  public static let activeFilePages = level("active_file_pages") { guest, _ in
    guest.kernel.levels.activeFile
  }
  /// File pages on the inactive list.
  public static let inactiveFilePages = level("inactive_file_pages") { guest, _ in
    guest.kernel.levels.inactiveFile
  }
  /// Anonymous pages on the active list.
  public static let activeAnonPages = level("active_anon_pages") { guest, _ in
    guest.kernel.levels.activeAnon
  }
  /// Anonymous pages on the inactive list.
  public static let inactiveAnonPages = level("inactive_anon_pages") { guest, _ in
    guest.kernel.levels.inactiveAnon
  }
  /// Dirty file pages.
  public static let dirtyPages = level("dirty_pages") { guest, _ in guest.kernel.levels.dirty }
  /// File pages being written.
  public static let writebackPages = level("writeback_pages") { guest, _ in
    guest.kernel.levels.writeback
  }
  /// Swap slots in use.
  public static let swapUsedPages = level("swap_used_pages") { guest, _ in
    guest.kernel.levels.swapUsed
  }
  /// Pages that are in memory and in a slot.
  static let swapCachedPages = level("swap_cached_pages") { guest, _ in
    guest.kernel.levels.swapCached
  }
  /// Pages in frontswap.
  public static let frontswapPages = level("frontswap_pages") { guest, _ in
    guest.kernel.frontswapPages.pages
  }
  /// Pages in cleancache.
  public static let cleancachePages = level("cleancache_pages") { guest, host in
    guest.kernel.cleancachePages(host).pages
  }
  /// How long accesses waited for direct reclaim.
  public static let stallReclaim = counter(.stallReclaim, .nanoseconds)
  /// How long accesses waited for disks.
  public static let stallDisk = counter(.stallDisk, .nanoseconds)
  /// How long accesses waited for swap.
  public static let stallSwap = counter(.stallSwap, .nanoseconds)
  /// How long accesses waited for tmem.
  public static let stallTmem = counter(.stallTmem, .nanoseconds)
  /// Accesses that began later than they were due.
  static let deferredAccesses = TickColumn(
    "deferred_accesses", .count, true, .guest { guest, _ in guest.deferredAccesses })

  /// The waits of accesses, by cause.
  public static let stalls = [stallReclaim, stallDisk, stallSwap, stallTmem]

  /// The column's place among a tick's values; it must be one of `all`.
  public var place: Int {
    guard let place = Self.places[name] else { preconditionFailure("no column \(name) in a tick") }
    return place
  }

  private static let places = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })

  private static let counters = all.enumerated().compactMap { place, column in
    if case .counter(let counter) = column.source { (place, counter) } else { nil }
  }
  private static let values = all.enumerated().compactMap { place, column in
    if case .guest(let value) = column.source { (place, value) } else { nil }
  }

  /// Writes a guest's values into a row as long as `all`.
  static func fill(
    _ row: UnsafeMutableBufferPointer<Int64>, _ guest: borrowing SimulatedGuest,
    _ host: borrowing Host
  ) {
    for (place, value) in values { row[place] = value(guest, host) }
    for (place, counter) in counters { row[place] = guest.kernel.counters[counter] }
  }
}

/// A column of the table `host_ticks`, in the order of a host's tick; a new one is a case at the end, with its value in
/// `Simulation.reportTick` and a migration as for `TickColumn`.
public enum HostTickColumn: Int, CaseIterable, Sendable {
  case freePages, tmemEphemeralPages, tmemPersistentPages, guestsPages

  /// The column's name in SQL, CSV and JSON.
  public var name: String { snakeCase("\(self)") }
}

/// `lowerCamelCase` as `snake_case`.
public func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { text, character in
    if character.isUppercase { text += "_" }
    text += character.lowercased()
  }
}
