internal import Crypto
internal import MemoryModel
internal import SimulationEngine

/// Reads traces of committed memory.
public enum TraceReader {
  /// The largest file that is read, in bytes.
  static let byteLimit = 4 << 30
  /// The largest amount of memory that a trace may name, in kB: 2^40, a pebibyte.
  static let kilobyteLimit: Int64 = 1 << 40

  /// Reads the trace in `file`; the time it takes grows linearly with the file.
  ///
  /// - Throws: `UnreadableFile`, or `TraceProblem` for the first thing that is wrong in it.
  public static func read(_ file: String) throws -> CommittedTrace {
    try read(bytes: contents(ofFile: file, limit: byteLimit), file: file)
  }

  /// Reads a trace's bytes as if they stood in `file`.
  ///
  /// - Throws: `TraceProblem`.
  public static func read(bytes: [UInt8], file: String) throws(TraceProblem) -> CommittedTrace {
    let digest = SHA256.hash(data: bytes)
    let sha256 = digest.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
    do throws(TraceFault) {
      let (format, table) = try bytes.withUnsafeBufferPointer { (buffer) throws(TraceFault) in
        try parse(TraceLines(buffer))
      }
      let samples = try table.samples()
      let provenance = TraceProvenance(
        path: file, sha256: sha256, format: format, rows: samples.count,
        span: samples[samples.count - 1].at - .zero, columns: table.columns)
      return CommittedTrace(samples: samples, provenance: provenance)
    } catch {
      throw TraceProblem(file: file, line: error.line, column: error.column, message: error.message)
    }
  }

  private static func parse(
    _ lines: TraceLines
  ) throws(TraceFault) -> (format: TraceFormat, table: TraceTable) {
    let format = try recognise(lines)
    switch format {
    case .csv: return (format, try CSVTrace.read(lines))
    case .meminfo: return (format, try MeminfoTrace.read(lines))
    }
  }

  /// A log of /proc/meminfo has one of its lines among the first two hundred; CSV has a comma in the first line.
  private static func recognise(_ lines: TraceLines) throws(TraceFault) -> TraceFormat {
    var lines = lines
    var first: TraceField?
    var count = 0
    while count < 200, let line = lines.next() {
      let text = line.trimmed()
      if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
      if text.hasPrefix("MemTotal:") || text.hasPrefix("Committed_AS:") { return .meminfo }
      first = first ?? text
      count += 1
    }
    guard let first else {
      throw TraceFault(line: 1, column: 1, message: "no samples: the file is empty")
    }
    if first.contains(UInt8(ascii: ",")) || first.hasPrefix("time_s") { return .csv }
    throw first.fault("neither a CSV header (time_s,committed_kb,...) nor a log of /proc/meminfo")
  }
}

/// What is wrong in a trace, before its file is known.
struct TraceFault: Error {
  var line: Int
  var column: Int
  var message: String
}

/// The samples of a trace as they were read.
struct TraceTable {
  /// The names of the columns.
  var columns: [String]
  /// Times in nanoseconds of any clock, committed and touched kB.
  var rows: [(time: Int64, committed: Int64, touched: Int64?)] = []

  /// Adds a row; `place` is where its time stands.
  mutating func append(
    time: Int64, committed: Int64, touched: Int64?, place: TraceField
  ) throws(TraceFault) {
    if let last = rows.last?.time, time <= last {
      let step = SimDuration.nanoseconds(last - time).text
      throw place.fault(
        time == last
          ? "the time is that of the row before; times must rise"
          : "the time goes back by \(step); times must rise")
    }
    if let first = rows.first?.time, time.subtractingReportingOverflow(first).overflow {
      throw place.fault("the time is too far from the first")
    }
    rows.append((time, committed, touched))
  }

  /// The samples with the first time at zero and kB as whole pages, rounded down.
  func samples() throws(TraceFault) -> [CommittedPoint] {
    guard let first = rows.first?.time else {
      throw TraceFault(line: 1, column: 1, message: "no samples")
    }
    return rows.map { row in
      CommittedPoint(
        at: SimTime(nanoseconds: row.time - first), committed: PageCount(Int(row.committed / 4)),
        touched: row.touched.map { PageCount(Int($0 / 4)) })
    }
  }
}
