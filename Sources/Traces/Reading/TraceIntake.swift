internal import Units

/// Where samples go once they are in order.
protocol TraceSink: AnyObject {
  /// The first sample is about to come; `columns` are the quantities that samples have.
  func begin(columns: [TraceQuantity], understood: TraceUnderstanding)
  /// The next sample; times rise strictly.
  func take(_ row: inout TraceRow)
  /// Whether nothing more can be taken.
  var hasFailed: Bool { get }
}

/// Takes the samples that an importer reads: chooses committed memory, watches times and counters, finds gaps and
/// deals with them as was asked.
struct TraceIntake {
  /// So many samples are held back at the beginning, to know the usual interval and the columns.
  private static let beginning = 256
  /// The longest gap that is filled, in samples.
  private static let longestFilling: Int64 = 1_000_000

  let options: ImportOptions
  /// What was found out about the file.
  var understood = TraceUnderstanding()
  /// The last line that was read, for faults that have no better place.
  var lastLine = TraceField.nowhere
  private let sink: any TraceSink
  private var isSourceChosen = false
  private var lastTime: Int64?
  /// The last sample, kept where gaps are filled.
  private var last: TraceRow?
  private var waiting: [TraceRow] = []
  private var isPassing = false
  private var counters: [(last: Int64, carried: Int64)?]
  private var hasCounters = false
  private var restarts: Set<Int64> = []

  init(options: ImportOptions, sink: any TraceSink) {
    self.options = options
    self.sink = sink
    counters = Array(repeating: nil, count: TraceQuantity.allCases.count)
  }

  /// Whether reading on is of no use.
  var hasFailed: Bool { sink.hasFailed }

  /// Says that the file's column `name` is read as `quantity`.
  mutating func declare(_ name: String, as quantity: TraceQuantity) {
    understood.declare(name, as: quantity)
    if quantity.isCounter { hasCounters = true }
  }

  /// Notes a restart of the machine or of the tool, once however many reports tell of it.
  mutating func restart(at time: Int64) {
    if restarts.insert(time).inserted { understood.restarts += 1 }
  }

  /// Takes the next sample, whose time stands at `place`.
  mutating func emit(_ row: inout TraceRow, at place: TraceField) throws(TraceFault) {
    if !isSourceChosen { try chooseSource(place) }
    if let memory = options.memory, row[.total] == nil { row[.total] = memory }
    if let source = options.committedFrom {
      row[.committed] = source.amount(in: row)
      if row[.committed] ?? 0 < 0 { try clamp(&row, source, place) }
    }
    guard let committed = row[.committed] else {
      understood.missing += 1
      return
    }
    if committed > TraceReader.kilobyteLimit {
      throw place.fault("committed memory is beyond 2^40 kB")
    }
    if understood.start == nil { understood.start = row.time }
    if let lastTime { try checkOrder(row.time, after: lastTime, place) }
    if hasCounters { carryCounters(&row) }
    if isPassing { return try pass(&row, place) }
    lastTime = row.time
    waiting.append(row)
    if waiting.count == Self.beginning { try begin(place) }
  }

  /// Ends the trace.
  mutating func finish() throws(TraceFault) {
    if !isPassing { try begin(lastLine) }
    if understood.samples == 0 {
      let none = understood.missing == 0 ? "" : ": none of \(understood.missing) has a value"
      throw lastLine.fault("no samples\(none)")
    }
    if let lastTime { understood.end = lastTime }
  }

  private mutating func clamp(
    _ row: inout TraceRow, _ source: CommittedSource, _ place: TraceField
  ) throws(TraceFault) {
    if let memory = options.memory, row[.total] == memory {
      throw place.fault(
        "\(source.rawValue) is below zero: the machine has more memory than --memory says")
    }
    row[.committed] = 0
    understood.clamped += 1
  }

  private mutating func chooseSource(_ place: TraceField) throws(TraceFault) {
    isSourceChosen = true
    var has = Set(understood.columns.map(\.quantity))
    if let memory = options.memory, !has.contains(.total) {
      has.insert(.total)
      understood.substitute("mem_total_kb = \(memory) as given")
    }
    if let source = options.committedFrom {
      let lacking = source.inputs.filter { !has.contains($0) }
      if !lacking.isEmpty {
        let names = lacking.map { $0 == .total ? "the machine's memory (--memory)" : $0.column }
        throw place.fault(
          "committed memory from \(source.rawValue) needs \(names.joined(separator: ", "))"
            + ", which the file does not have")
      }
      understood.substitute("committed_kb = \(source.rawValue)")
    } else if !has.contains(.committed) {
      let choices = CommittedSource.allCases.filter { $0.inputs.allSatisfy(has.contains) }
      let later = CommittedSource.allCases.filter { source in
        source.inputs.allSatisfy { $0 == .total || has.contains($0) } && !choices.contains(source)
      }
      let list = choices.map(\.rawValue) + later.map { $0.rawValue + " (with --memory)" }
      throw place.fault(
        list.isEmpty
          ? "no Committed_AS in it, nor anything that could stand for it"
          : "no Committed_AS in it: choose what stands for it with --committed-from (a scenario's committed_from): "
            + list.joined(separator: ", "))
    }
  }

  /// Refuses a time that does not come after the one before.
  func checkOrder(
    _ time: Int64, after last: Int64, _ place: TraceField
  ) throws(TraceFault) {
    if time > last {
      if let first = understood.start, time.subtractingReportingOverflow(first).overflow {
        throw place.fault("the time is too far from the first")
      }
      return
    }
    if time == last { throw place.fault("the time is that of the row before; times must rise") }
    let (back, isTooLarge) = last.subtractingReportingOverflow(time)
    if isTooLarge { throw place.fault("the time is too far from the first") }
    let hour: Int64 = 3_600_000_000_000
    let isSummer = understood.isLocalTime && (hour - hour / 4...hour).contains(back)
    throw place.fault(
      "the time goes back by \(SimDuration.nanoseconds(back).text); times must rise"
        + (isSummer ? " (the end of summer time? have the tool write UTC)" : ""))
  }

  /// A counter that falls has begun anew.
  private mutating func carryCounters(_ row: inout TraceRow) {
    var isReset = false
    for quantity in TraceQuantity.allCases where quantity.isCounter {
      guard let value = row[quantity] else { continue }
      var carried: Int64 = 0
      if let before = counters[quantity.rawValue] {
        carried = before.carried
        if value < before.last {
          carried = carried &+ before.last
          isReset = true
        }
      }
      counters[quantity.rawValue] = (value, carried)
      row[quantity] = value &+ carried
    }
    if isReset { understood.resets += 1 }
  }

  /// Ends the beginning: the usual interval is the median of those so far.
  private mutating func begin(_ place: TraceField) throws(TraceFault) {
    isPassing = true
    if waiting.isEmpty { return }
    let distances = zip(waiting, waiting.dropFirst()).map { $1.time - $0.time }.sorted()
    if let step = options.step {
      let others = distances.filter { $0 % step.nanoseconds != 0 }
      // A tool that was started anew may begin in between.
      if let other = others.first, 2 * others.count > distances.count {
        throw place.fault(
          "the file tells times, such as \(SimDuration.nanoseconds(other).text) between two samples: leave out the step "
            + "of \(step.text), which is for files without times")
      }
    }
    understood.interval =
      options.step?.nanoseconds ?? distances.dropFirst(distances.count / 2).first
    var present: UInt32 = 0
    for row in waiting { present |= row.present }
    let columns = TraceQuantity.allCases.filter { present >> $0.rawValue & 1 == 1 }
    sink.begin(columns: columns, understood: understood)
    let rows = waiting
    (waiting, lastTime) = ([], nil)
    for var row in rows { try pass(&row, place) }
  }

  private mutating func pass(_ row: inout TraceRow, _ place: TraceField) throws(TraceFault) {
    if let lastTime, let interval = understood.interval {
      let distance = row.time - lastTime
      if distance > interval, distance - interval > interval / 2 {
        understood.gaps += 1
        understood.longestGap = max(understood.longestGap, distance)
        noteSummerTime(distance - interval, after: lastTime)
        if let last { try fill(from: last, to: row, interval, place) }
      }
    }
    lastTime = row.time
    if options.gaps != .left { last = row }
    understood.samples += 1
    sink.take(&row)
  }

  /// A gap of an hour in local time may be none.
  private mutating func noteSummerTime(_ missing: Int64, after time: Int64) {
    let hour: Int64 = 3_600_000_000_000
    guard understood.isLocalTime, abs(missing - hour) < hour / 60 else { return }
    understood.note(
      "the gap of an hour after \(TimeStamp.text(time)) may be the beginning of summer time")
  }

  private mutating func fill(
    from last: TraceRow, to row: TraceRow, _ interval: Int64, _ place: TraceField
  ) throws(TraceFault) {
    let distance = row.time - last.time
    // The last added sample keeps at least half an interval from the next recorded one.
    let count = (distance - interval / 2 - 1) / interval
    if count > Self.longestFilling {
      throw place.fault(
        "filling \(SimDuration.nanoseconds(distance).text) before this takes \(count) samples, "
          + "more than \(Self.longestFilling): leave gaps, or cut the trace")
    }
    for index in 0..<max(0, count) {
      var added = last
      let offset = interval * (index + 1)
      added.time = last.time + offset
      if options.gaps == .interpolated {
        let share = Double(offset) / Double(distance)
        for quantity in TraceQuantity.allCases {
          guard let from = last[quantity], let to = row[quantity] else { continue }
          added[quantity] = from + Int64((Double(to - from) * share).rounded())
        }
      }
      understood.filled += 1
      understood.samples += 1
      sink.take(&added)
    }
  }
}

/// What an import found out.
struct TraceUnderstanding {
  /// The version of the tool that wrote it, guessed or told.
  var version: String?
  /// The machine.
  var host: String?
  /// The time zone in words, where times are not UTC.
  var zone: String?
  /// Whether times are those of a wall clock that is put forward and back.
  var isLocalTime = false
  /// Whether times count from 1970.
  var isAbsolute = false
  /// All columns' names, in the order of the file.
  var names: [String] = []
  /// The columns that are read.
  private(set) var columns: [(name: String, quantity: TraceQuantity)] = []
  var substituted: [String] = []
  /// Over what samples are averages.
  var averages: String?
  var notes: [String] = []
  /// Provenance lines of a CSV of our own.
  var origin: [String] = []
  var start: Int64?
  var end: Int64 = 0
  /// Nanoseconds since 1970 at `start`, where it is known but times do not count from there.
  var epoch: Int64?
  var interval: Int64?
  var samples = 0
  var missing = 0
  var filled = 0
  var gaps = 0
  var longestGap: Int64 = 0
  var resets = 0
  var restarts = 0
  /// How many samples had less than nothing of what stands for committed memory.
  var clamped = 0

  mutating func declare(_ name: String, as quantity: TraceQuantity) {
    if !columns.contains(where: { $0 == (name, quantity) }) { columns.append((name, quantity)) }
  }

  /// Says once what stands for something.
  mutating func substitute(_ text: String) {
    if !substituted.contains(text) { substituted.append(text) }
  }

  /// Adds a remark once.
  mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }
}
