internal import Text

/// `dstat --output` (dool, pcp-dstat): five lines about itself, two header lines, rows.
///
/// dstat has no Committed_AS. pcp-dstat writes kB, the others bytes. Its own time lacks the year: `-T` adds the epoch.
struct DstatImporter: TraceImporter {
  static let format = TraceFormat(
    name: "dstat", summary: "dstat -T --mem --output, dool, pcp dstat")

  private let options: ImportOptions
  private var isPCP = false
  private var groups: [String] = []
  private var names: [String] = []
  private var quantities: [TraceQuantity?] = []
  private var epoch: Int?
  private var count: Int64 = 0
  /// How many fields the first row has.
  private var width = 0

  private var lastNeeded: Int {
    max(epoch ?? 0, quantities.lastIndex { $0 != nil } ?? 0)
  }

  init(_ options: ImportOptions) { self.options = options }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let first = head.first?.text.lowercased() else { return false }
    return (first.contains("dstat") || first.contains("dool")) && first.contains("csv output")
  }

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {
    (groups, names) = ([], [])
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    let fields = line.csvFields(UInt8(ascii: ","))
    if names.isEmpty {
      let text = fields[0].text
      if text.lowercased().contains("csv output") {
        intake.understood.version = text.replacing(" CSV Output", with: "")
        isPCP = text.contains("pcp")
      } else if text == "Host:", fields.count > 1 {
        intake.understood.host = fields[1].text
      } else if text.hasSuffix(":") {
        return
      } else if groups.isEmpty {
        groups = fields.map(\.text)
      } else {
        readHeader(fields.map(\.text), &intake)
      }
      return
    }
    // pcp-dstat writes one cell for both of swap's where there is no swap.
    if count == 0 { width = fields.count }
    guard fields.count == names.count || fields.count == width && width > lastNeeded else {
      throw line.fault("\(fields.count) of \(names.count) fields: the line seems cut off")
    }
    var row = TraceRow()
    if let epoch {
      guard let time = fields[epoch].decimal(places: 9), time >= 0, time < .max else {
        throw fields[epoch].fault(
          "expected seconds since 1970, found \(quoted(fields[epoch].text))")
      }
      row.time = time
    } else if let step = options.step {
      row.time = try step.times(count, at: line)
    } else {
      throw line.fault("no column epoch: run dstat with -T, or give --step")
    }
    count += 1
    let unit = try options.unitBytes(isPCP ? .kernelKilobytes : .bytes, at: line)
    for (index, quantity) in quantities.enumerated() {
      if let quantity { row[quantity] = try fields[index].memory(names[index], unit: unit) }
    }
    try intake.emit(&row, at: line)
  }

  private mutating func readHeader(_ columns: [String], _ intake: inout TraceIntake) {
    names = columns
    epoch = columns.firstIndex(of: "epoch")
    intake.understood.isAbsolute = epoch != nil
    var group = ""
    var known: Set<TraceQuantity> = []
    quantities = columns.enumerated().map { index, name in
      if index < groups.count, !groups[index].isEmpty { group = groups[index] }
      guard group.hasSuffix("memory usage"), let quantity = Self.columns[name],
        known.insert(quantity).inserted
      else { return nil }
      intake.declare("\(group): \(name)", as: quantity)
      return quantity
    }
    intake.understood.names = columns
  }

  private static let columns: [String: TraceQuantity] = [
    "total": .total, "used": .used, "free": .free, "buf": .buffers, "buff": .buffers,
    "cach": .cached, "cache": .cached, "avai": .available, "dirty": .dirty, "shmem": .shmem,
    "recl": .slabReclaimable,
  ]
}
