internal import Text

/// What `vmstat -t` prints, in all its variants (-w, -n, -a, repeated headers, called once or once a sample).
///
/// vmstat has no Committed_AS. Its unit is not in its output: KiB, unless `unit` says what -S was.
struct VmstatImporter: TraceImporter {
  static let format = TraceFormat(name: "vmstat", summary: "vmstat -t, also -a -w -n")

  /// So many rows without any change are called frozen.
  private static let frozenRows = 20

  private let options: ImportOptions
  private var columns: [String] = []
  private var rates = TraceRates()
  private var last: Int64?
  private var rowsSinceHeader = 0
  private var isFirstOfCall = true
  private var count: Int64 = 0
  private var memory: [Int64?] = []
  private var activity: [String] = []
  private var isFrozen = true
  private var isIdle = true

  init(_ options: ImportOptions) { self.options = options }

  static func recognises(_ head: TraceHead) -> Bool {
    head.lines.prefix(3).contains {
      $0.contains("swpd") && $0.contains("free") && $0.contains(" si ")
    }
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let words = line.words()
    guard let first = words.first else { return }
    if first.hasPrefix("procs") || first.hasPrefix("--procs") || first.hasPrefix("-procs") {
      return
    }
    if first.text == "r" { return readHeader(words, &intake) }
    if columns.isEmpty { throw line.fault("a row without a header line before it") }
    guard words.count >= columns.count else {
      throw line.fault("\(words.count) of \(columns.count) fields: the line seems cut off")
    }
    var row = TraceRow()
    row.time = try time(Array(words.dropFirst(columns.count)), line, &intake)
    let seconds = last.map { Double(row.time &- $0) / 1e9 }
    if let last { try intake.checkOrder(row.time, after: last, line) }
    last = row.time
    let unit = try options.unitBytes(.kibibytes, at: line)
    var amounts: [Int64?] = []
    var moved: [String] = []
    for (name, word) in zip(columns, words) {
      switch Self.columns[name] {
      case .amount(let quantity)?:
        row[quantity] = try word.memory(name, unit: unit)
        amounts.append(row[quantity])
      case .rate(let quantity, let kilobytes)?:
        guard let rate = try word.rate(name) else { break }
        moved.append(word.text)
        // The first row of each call tells averages since boot.
        let amount = isFirstOfCall ? 0 : rate * (seconds ?? 0) / kilobytes
        row[quantity] = rates.add(quantity, amount)
      case nil: break
      }
    }
    observe(amounts, moved)
    (isFirstOfCall, rowsSinceHeader, count) = (false, rowsSinceHeader + 1, count + 1)
    try intake.emit(&row, at: line)
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    if isOpen { throw intake.lastLine.fault("the line has no end: it seems cut off") }
    if isFrozen, !isIdle, count >= Self.frozenRows {
      intake.understood.note(
        "the memory columns never change while others do: vmstat of procps 4.0.2 freezes them at their first values "
          + "when it runs with a delay; call it once a sample")
    }
  }

  /// What a column is: an amount, or a rate whose amounts become counters of so many kB.
  private enum Column {
    case amount(TraceQuantity)
    case rate(TraceQuantity, kilobytes: Double)
  }

  private static let columns: [String: Column] = [
    "swpd": .amount(.swapUsed), "free": .amount(.free), "buff": .amount(.buffers),
    "cache": .amount(.cached), "inact": .amount(.inactive), "active": .amount(.active),
    "si": .rate(.swapIn, kilobytes: 4), "so": .rate(.swapOut, kilobytes: 4),
    "bi": .rate(.pageIn, kilobytes: 1), "bo": .rate(.pageOut, kilobytes: 1),
  ]

  private static let names: Set<String> = [
    "r", "b", "swpd", "free", "buff", "cache", "inact", "active", "si", "so", "bi", "bo", "in",
    "cs", "us", "sy", "id", "wa", "st", "gu",
  ]

  private mutating func readHeader(_ words: [TraceField], _ intake: inout TraceIntake) {
    // A header after one or two rows is that of another call, not of another screenful.
    if rowsSinceHeader < 3 { isFirstOfCall = true }
    rowsSinceHeader = 0
    let names = words.map(\.text)
    columns = Array(names.prefix { Self.names.contains($0) })
    for name in columns where !intake.understood.names.contains(name) {
      intake.understood.names.append(name)
      switch Self.columns[name] {
      case .amount(let quantity)?, .rate(let quantity, _)?: intake.declare(name, as: quantity)
      case nil: break
      }
    }
    if names.count > columns.count {
      let zone = names[columns.count]
      if zone != "UTC", zone != "timestamp" { intake.understood.zone = zone }
      intake.understood.isLocalTime = intake.understood.zone != nil
    }
    intake.understood.note(
      options.unit == nil
        ? "amounts are read as KiB, vmstat's usual unit (--unit tells another)"
        : "amounts are read as \(options.unit?.rawValue ?? "")")
  }

  private func time(
    _ words: [TraceField], _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) -> Int64 {
    if let day = words.first, words.count >= 2 {
      guard let stamp = TimeStamp(day: day.text, clock: words[1].text, zone: "UTC") else {
        throw day.fault("expected a time, found \(quoted(day.text))")
      }
      intake.understood.isAbsolute = true
      return stamp.nanoseconds
    }
    if !words.isEmpty { throw line.fault("the time seems cut off") }
    guard let step = options.step else {
      throw line.fault("no time in it: run vmstat with -t, or give --step")
    }
    return try step.times(count, at: line)
  }

  private mutating func observe(_ amounts: [Int64?], _ moved: [String]) {
    if memory.isEmpty { memory = amounts }
    if count == 1 { activity = moved }
    if amounts != memory { isFrozen = false }
    if count > 1, moved != activity { isIdle = false }
  }
}
