internal import Text

/// What `atop -P MEM,SWP,PAG` prints (`-P ALL` too): committed memory stands in SWP, in pages.
struct AtopImporter: TraceImporter {
  static let format = TraceFormat(name: "atop", summary: "atop -P MEM,SWP,PAG")

  private var row = TraceRow()
  private var place: TraceField?
  private var rates = TraceRates()
  private var hosts: HostChoice
  private var isSinceBoot = false

  init(_ options: ImportOptions) { hosts = HostChoice(options) }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let first = head.first?.text else { return false }
    return first == "RESET" || first == "SEP"
      || head.lines.prefix(3).contains {
        ["MEM", "SWP", "PAG", "CPU", "cpu"].contains($0.words().first?.text)
          && $0.words().count > 8 && $0.words()[2].decimal(places: 0) != nil
      }
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let words = line.words()
    guard let label = words.first?.text else { return }
    switch label {
    case "RESET":
      if place != nil { intake.understood.restarts += 1 }
      isSinceBoot = true
    case "SEP":
      try finish(&intake)
      isSinceBoot = false
    case "MEM", "SWP", "PAG": try read(label, words, line, &intake)
    default:
      guard words.count > 5 else {
        throw line.fault("expected a line of atop -P, found \(quoted(line.text))")
      }
    }
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    try finish(&intake)
  }

  /// The fields of each label after the first six, by their places. Source: trace-formats, `atop -P`.
  private static let fields: [String: [(index: Int, quantity: TraceQuantity)]] = [
    "MEM": [
      (7, .total), (8, .free), (9, .cached), (10, .buffers), (11, .slab), (12, .dirty),
      (13, .slabReclaimable), (15, .shmem), (30, .available),
    ],
    "SWP": [
      (7, .swapTotal), (8, .swapFree), (9, .swapCached), (10, .committed), (11, .commitLimit),
    ],
    "PAG": [(10, .swapIn), (11, .swapOut), (12, .kills)],
  ]
  private static let fewest = ["MEM": 14, "SWP": 12, "PAG": 12]

  private mutating func read(
    _ label: String, _ words: [TraceField], _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    guard words.count >= Self.fewest[label] ?? 0 else {
      throw line.fault("\(words.count) fields of \(label): the line seems cut off")
    }
    guard try hosts.takes(words[1].text, at: words[1], &intake) else { return }
    guard let time = words[2].decimal(places: 9), time >= 0, time < .max else {
      throw words[2].fault("expected seconds since 1970, found \(quoted(words[2].text))")
    }
    guard let pageSize = words[6].decimal(places: 0), [4_096, 16_384, 65_536].contains(pageSize)
    else { throw words[6].fault("expected a page size, found \(quoted(words[6].text))") }
    if let place, time != row.time { throw place.fault("no SEP after this sample") }
    if place == nil { (row.time, place) = (time, words[2]) }
    intake.understood.isAbsolute = true
    for (index, quantity) in Self.fields[label] ?? [] where index < words.count {
      let name = "\(label) field \(index + 1)"
      if row[quantity] != nil { throw words[index].fault("a second \(label) in the sample") }
      intake.declare(name, as: quantity)
      if quantity.isCounter {
        // Counts of the interval; those since boot are the beginning, or tell nothing after a restart.
        guard let amount = try words[index].rate(name) else { continue }
        let isAfresh = isSinceBoot && intake.understood.restarts > 0
        row[quantity] = rates.add(quantity, isAfresh ? 0 : amount)
      } else {
        row[quantity] = try words[index].memory(name, unit: Double(pageSize))
      }
    }
  }

  private mutating func finish(_ intake: inout TraceIntake) throws(TraceFault) {
    guard let place else { return }
    if let total = row[.swapTotal], let free = row[.swapFree] {
      row[.swapUsed] = max(0, total - free)
    }
    try intake.emit(&row, at: place)
    row.clear()
    self.place = nil
  }
}
