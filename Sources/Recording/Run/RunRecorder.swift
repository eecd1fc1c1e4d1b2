internal import GRDB
public import Scenarios
public import Simulation
internal import SimulationEngine
public import Units

/// Writes what a run reports into its database.
///
/// Rows are collected in flat buffers, without an allocation a tick, and written together in one short
/// transaction when a buffer is full or a second of wall time has passed: a reader can follow, and two
/// writing processes take turns. What a reader sees ends at the same time in every table. Used by one
/// thread; several recorders may share a store, and none waits for another before its buffer is four times full.
public final class RunRecorder: RunObserver {
  /// The run's number.
  public let run: Int64
  let store: ResultStore
  package let guests: [String]
  private let level: RecordingLevel
  private var filter: TickFilter
  private let rowsPerWrite: Int
  private let writeInterval: Duration
  private var lastWrite = ContinuousClock.now
  /// Numbers that a buffered row of `ticks` takes.
  let tickWidth: Int
  /// Rows of `ticks`: id, guest, tick, time and the values; of `host_ticks`: id, tick, time and the values.
  var tickRows: [Int64] = []
  var hostRows: [Int64] = []
  var decisionRows: [DecisionRecord] = []
  var eventRows: [EventRecord] = []
  var eventsWritten: Int64 = 0
  /// Hashes of the rows that are in the database, by their tables; and those with the rows that are being written.
  private var hashes: [ResultTable: RowHash] = [:]
  var nextHashes: [ResultTable: RowHash] = [:]
  /// The same for `decisions`, by the guests' places: guests take turns, and a file has them one after the other.
  private var decisionHashes: [Int: RowHash] = [:]
  var nextDecisionHashes: [Int: RowHash] = [:]
  /// Rows of `tick_hashes`: id and hash.
  var hashRows: [Int64] = []
  /// For each guest, a hash of all its ticks that are kept, and how many they are.
  private var chains: [(hash: Fingerprint, count: Int)]
  /// So many ticks stand behind a row of `tick_hashes`, so that it costs next to nothing.
  static let hashedTicks = 256
  private var lastTime = SimTime.zero
  private var hasFailedToWrite = false

  /// A recorder of a run that `ResultStore.begin` has entered.
  ///
  /// - Parameters:
  ///   - guests: The guests' names, as given to `begin`.
  ///   - level: How much is kept, as given to `begin`.
  ///   - rowsPerWrite: Rows of a table that are written together.
  ///   - writeInterval: Wall time after which rows are written even if they are fewer.
  public init(
    store: ResultStore, run: Int64, guests: [String], level: RecordingLevel = .ticks,
    rowsPerWrite: Int = 4096, writeInterval: Duration = .seconds(1)
  ) {
    self.store = store
    self.run = run
    self.guests = guests
    tickWidth = 4 + store.schema.tickColumns.count
    chains = guests.map { _ in (Fingerprint(), 0) }
    self.level = level
    filter = TickFilter(level)
    self.rowsPerWrite = rowsPerWrite
    self.writeInterval = writeInterval
    if level.keepsTicks {
      tickRows.reserveCapacity(rowsPerWrite * tickWidth)
      hostRows.reserveCapacity(rowsPerWrite * Self.hostWidth)
    }
  }

  /// Whether the level keeps the tick.
  public func wantsTick(at time: SimTime) -> Bool {
    lastTime = max(lastTime, time)
    return filter.keeps(time)
  }

  /// Takes a guest's tick.
  public func tick(
    guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>
  ) throws {
    precondition(values.count == tickWidth - 4, "a tick of \(values.count) values")
    tickRows.append(try RowKey.guestRow(run: run, guest: guest, number: tick))
    tickRows.append(Int64(guest))
    tickRows.append(tick)
    tickRows.append(time.nanoseconds)
    tickRows.append(contentsOf: values)
    chains[guest].hash.combine(time.nanoseconds)
    for value in values { chains[guest].hash.combine(value) }
    chains[guest].count += 1
    if chains[guest].count.isMultiple(of: Self.hashedTicks) {
      hashRows.append(try RowKey.guestRow(run: run, guest: guest, number: tick))
      hashRows.append(Int64(bitPattern: chains[guest].hash.value))
    }
    try took(at: time, rows: tickRows.count / tickWidth)
  }

  /// Takes the host's tick.
  public func hostTick(tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) throws {
    precondition(values.count == HostTickColumn.allCases.count, "a tick of \(values.count) values")
    hostRows.append(try RowKey.runRow(run: run, number: tick))
    hostRows.append(tick)
    hostRows.append(time.nanoseconds)
    hostRows.append(contentsOf: values)
    try took(at: time, rows: hostRows.count / Self.hostWidth)
  }

  /// Takes a turn of a guest's policy.
  public func decision(_ record: DecisionRecord) throws {
    if level == .metrics { return }
    decisionRows.append(record)
    try took(at: record.time, rows: decisionRows.count)
  }

  /// Takes an event.
  public func event(_ record: EventRecord) throws {
    if level == .metrics { return }
    eventRows.append(record)
    try took(at: record.time, rows: eventRows.count)
  }

  /// Writes what is left, the metrics and the end of the run, all in one transaction.
  public func finish(_ summary: RunSummary) throws {
    try write { db in
      try self.keepHashes(in: db)
      try Self.insertMetrics(summary.metrics, of: self.run, into: db)
      try Self.end(summary, of: self.run, at: ResultStore.now, in: db)
    }
  }

  /// Writes what is left and marks the run as interrupted from outside.
  public func interrupt() throws { try stop(.interrupted, error: nil) }

  /// Writes what is left and marks the run as failed, for the reason that `message` says.
  public func fail(_ message: String) throws { try stop(.failed, error: message) }

  private func stop(_ status: RunStatus, error: String?) throws {
    // What could not be written before will hardly be now, and the mark is worth more.
    if hasFailedToWrite { dropRows() }
    try write { db in
      if !self.hasFailedToWrite { try self.keepHashes(in: db) }
      try Self.end(
        status, of: self.run, at: ResultStore.now, simulated: self.lastTime - .zero,
        fingerprint: nil, ingredients: nil, error: error, in: db)
    }
  }

  /// Writes down the hashes of all rows that the recorder has written.
  private func keepHashes(in db: Database) throws {
    var ticks = RowHash()
    for chain in chains {
      ticks.combine(Int64(chain.count))
      ticks.combine(Int64(bitPattern: chain.hash.value))
    }
    try ticks.keep(for: .ticks, of: run, db)
    for table in [ResultTable.hostTicks, .events] {
      try nextHashes[table, default: RowHash()].keep(for: table, of: run, db)
    }
    try RowHash.keep(
      RowHash.ofGuests(nextDecisionHashes.values), as: ResultTable.decisions.rawValue, of: run, db)
  }

  /// Writes what is buffered if a table has `rows` enough or time is up.
  private func took(at time: SimTime, rows: Int) throws {
    lastTime = max(lastTime, time)
    guard rows >= rowsPerWrite || ContinuousClock.now - lastWrite >= writeInterval else { return }
    // While another run is written this one goes on, as long as there is room.
    if rows < Self.patience * rowsPerWrite && store.isBeingWritten { return }
    try write { _ in }
  }

  /// How many buffers' worth of rows are collected before a run waits for its turn.
  private static let patience = 4

  private func write(and more: (Database) throws -> Void) throws {
    nextHashes = hashes
    nextDecisionHashes = decisionHashes
    do {
      try store.write("record run \(run)") { db in
        try insertRows(into: db)
        try more(db)
      }
    } catch {
      hasFailedToWrite = true
      throw error
    }
    hashes = nextHashes
    decisionHashes = nextDecisionHashes
    eventsWritten += Int64(eventRows.count)
    dropRows()
    lastWrite = .now
  }

  private func dropRows() {
    tickRows.removeAll(keepingCapacity: true)
    hostRows.removeAll(keepingCapacity: true)
    decisionRows.removeAll(keepingCapacity: true)
    eventRows.removeAll(keepingCapacity: true)
    hashRows.removeAll(keepingCapacity: true)
  }
}
