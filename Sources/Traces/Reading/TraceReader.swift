internal import Foundation
public import Units

/// Reads traces of committed memory in any format that there is an importer for.
public enum TraceReader {
  /// The largest amount of memory that a trace may name, in kB: 2^40, a pebibyte.
  static let kilobyteLimit: Int64 = 1 << 40

  /// Reads the trace in `path`, which may be a folder; the time it takes grows linearly with the file.
  ///
  /// - Throws: `UnreadableFile`, or `TraceProblem` for the first thing that is wrong in it.
  public static func read(
    _ path: String, options: ImportOptions = ImportOptions()
  ) throws -> CommittedTrace {
    let samples = TraceSamples()
    let provenance = try stream([path], options: options, into: samples)
    return samples.trace(provenance)
  }

  /// The same, all columns going to `columns` too.
  static func read(
    _ path: String, options: ImportOptions, besides columns: TraceColumns
  ) throws -> CommittedTrace {
    let samples = TraceSamples(besides: columns)
    let provenance = try stream([path], options: options, into: samples)
    return samples.trace(provenance)
  }

  /// Reads a trace's bytes as if they stood in `file`.
  ///
  /// - Throws: `TraceProblem`.
  public static func read(
    bytes: [UInt8], file: String, options: ImportOptions = ImportOptions()
  ) throws(TraceProblem) -> CommittedTrace {
    let samples = TraceSamples()
    var pass = ImportPass(options: options, sink: samples)
    do throws(TraceFault) {
      try pass.read(TraceBytes(bytes), name: file)
      try pass.finish()
    } catch {
      throw TraceProblem(error, file: file)
    }
    return samples.trace(pass.provenance(path: file))
  }

  /// Writes the trace in `paths` as CSV: one file, one folder, or several files with parts of one recording; `-` is
  /// standard input. Changes are made one after another. Takes the same memory however long the trace is, if its
  /// format has its samples in order.
  ///
  /// - Throws: `UnreadableFile`, `TraceProblem`, `TraceChangeError`, or what `write` throws.
  public static func write(
    _ paths: [String], options: ImportOptions, changes: [TraceChange] = [],
    to write: @escaping ([UInt8]) throws -> Void
  ) throws -> TraceProvenance {
    let writer = TraceWriter(to: write)
    let tally = TraceTally(into: writer)
    var stages: [any TraceStage] = []
    for change in changes.reversed() {
      stages.insert(change.stage(into: stages.first ?? tally), at: 0)
    }
    writer.comment("imported by balloonsim; whole with a last line '# end'")
    for path in paths { writer.comment("source: \(path)") }
    var provenance = try stream(paths, options: options, into: stages.first ?? tally)
    for stage in stages {
      stage.end()
      if let fault = stage.fault {
        throw TraceChangeError(description: "\(paths.joined(separator: " ")): \(fault)")
      }
    }
    provenance.changes = changes.map(\.text)
    for case .resample(let step, .mean) in changes {
      provenance.averages = "each over the \(step.text) after it"
    }
    if !changes.isEmpty { provenance.outcome = tally.outcome }
    try writer.finish([provenance])
    return provenance
  }

  /// Writes the sum of traces as CSV; each of `paths` is a trace of its own, read whole into memory.
  ///
  /// - Throws: `UnreadableFile`, `TraceProblem`, `TraceChangeError`, or what `write` throws.
  public static func merge(
    _ paths: [String], options: ImportOptions, alignment: TraceAlignment, outside: TraceOutside,
    to write: @escaping ([UInt8]) throws -> Void
  ) throws -> [TraceProvenance] {
    let traces = paths.map { _ in TraceColumns() }
    var provenances: [TraceProvenance] = []
    for (path, trace) in zip(paths, traces) {
      provenances.append(try stream([path], options: options, into: trace))
      let start = trace.times.first ?? 0
      let epoch = trace.understood.isAbsolute ? start : trace.understood.epoch
      guard alignment == .start || epoch != nil else {
        throw TraceChangeError(
          description:
            "\(path): the trace does not tell the time of day: align traces by their start")
      }
      trace.move(by: (alignment == .clock ? epoch ?? 0 : 0) - start)
    }
    var understood = TraceUnderstanding()
    understood.start = traces.compactMap(\.times.first).min()
    understood.isAbsolute = alignment == .clock
    let sum = TraceSum(traces, outside: outside)
    let writer = TraceWriter(to: write)
    let tally = TraceTally(into: writer)
    writer.comment("imported by balloonsim; whole with a last line '# end'")
    for path in paths { writer.comment("source: \(path)") }
    if let fault = sum.write(to: tally, understood: understood) {
      throw TraceChangeError(description: fault)
    }
    let change =
      "sum of \(paths.count) traces, aligned by \(alignment.rawValue), \(outside.rawValue) outside"
    for index in provenances.indices {
      provenances[index].changes = [change]
      provenances[index].outcome = tally.outcome
      let left = traces[index].columns.filter { !sum.columns.contains($0) }.map(\.column)
      if !left.isEmpty {
        provenances[index].notes.append(
          "not in all traces and left out: \(left.joined(separator: ", "))")
      }
    }
    try writer.finish(provenances)
    return provenances
  }

  /// Writes samples that were made up as CSV, `text` saying how.
  ///
  /// - Throws: what `write` throws.
  public static func write(
    generated levels: [(committed: Int, touched: Int?)], step: SimDuration, memory: PageCount?,
    text: String, to write: @escaping ([UInt8]) throws -> Void
  ) throws {
    let writer = TraceWriter(to: write)
    writer.comment("generated by balloonsim; whole with a last line '# end'")
    writer.comment("generated: \(text)")
    let isTouched = levels.first?.touched != nil
    let columns: [TraceQuantity] =
      [.committed] + (isTouched ? [.anon] : []) + (memory == nil ? [] : [.total])
    writer.begin(columns: columns, understood: TraceUnderstanding())
    for (index, level) in levels.enumerated() {
      var row = TraceRow()
      row.time = step.nanoseconds * Int64(index)
      row[.committed] = Int64(level.committed) * 4
      row[.anon] = level.touched.map { Int64($0) * 4 }
      row[.total] = memory.map { Int64($0.pages) * 4 }
      writer.take(&row)
    }
    try writer.finish([])
  }

  private static func stream(
    _ paths: [String], options: ImportOptions, into sink: any TraceSink
  ) throws -> TraceProvenance {
    var pass = ImportPass(options: options, sink: sink)
    var file = paths.first ?? ""
    do {
      for path in paths {
        for part in try parts(of: path) {
          file = part
          let bytes = try TraceBytes(path: part)
          try pass.read(bytes, name: part)
          if let failure = bytes.failure { throw failure }
        }
      }
      try pass.finish()
    } catch let fault as TraceFault {
      throw TraceProblem(fault, file: file)
    }
    return pass.provenance(path: paths.joined(separator: " "))
  }

  /// Whether a scenario's place may be taken by the trace in `path`: it is recognised, and plain CSV by its time_s.
  ///
  /// - Throws: `UnreadableFile`.
  public static func isTrace(_ path: String) throws -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
      return false
    }
    if try parts(of: path) != [path] { return true }
    let source = try TraceBytes(path: path)
    let lines = TraceLines(source)
    do {
      return try lines.head { head in
        guard let type = TraceFormat.recognise(head) else { return false }
        return type.format != CSVImporter.format || head.content.first?.hasPrefix("time_s") ?? false
      }
    } catch {
      return false
    }
  }

  /// The files that a path stands for: itself, or what a folder holds of a format of many files.
  private static func parts(of path: String) throws -> [String] {
    var status = stat()
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      return [path]
    }
    var format: TraceFormat?
    var parts: [String] = []
    for (index, part) in try TraceFolder.files(in: path).enumerated() {
      guard format != nil || index < TraceFolder.strangerLimit else { break }
      let bytes = try TraceBytes(path: part)
      let type = try TraceLines(bytes).head { TraceFormat.recognise($0) }
      guard let type, type.comesInManyFiles else { continue }
      if format == nil { format = type.format }
      if format == type.format { parts.append(part) }
    }
    if parts.isEmpty { throw UnreadableFile(path: path, reason: "is a directory") }
    return parts
  }
}

/// A change that cannot be made of a trace: a sentence without a full stop.
public struct TraceChangeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The trace, and why.
  public var description: String
}

extension TraceProblem {
  init(_ fault: TraceFault, file: String) {
    self.init(file: file, line: fault.line, column: fault.column, message: fault.message)
  }
}

/// Counts the samples that pass.
private final class TraceTally: TraceSink {
  private let sink: any TraceSink
  private var first: Int64?
  private var last: Int64 = 0
  private var rows = 0

  init(into sink: any TraceSink) { self.sink = sink }

  var hasFailed: Bool { sink.hasFailed }
  /// What has passed.
  var outcome: TraceProvenance.Outcome {
    TraceProvenance.Outcome(rows: rows, span: .nanoseconds(last - (first ?? last)))
  }

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    sink.begin(columns: columns, understood: understood)
  }

  func take(_ row: inout TraceRow) {
    if first == nil { first = row.time }
    last = row.time
    rows += 1
    sink.take(&row)
  }
}

/// Keeps samples as a simulation takes them.
private final class TraceSamples: TraceSink {
  private var rows: [(time: Int64, committed: Int64, touched: Int64?)] = []
  private var total: Int64 = 0
  private let columns: TraceColumns?
  let hasFailed = false

  init(besides columns: TraceColumns? = nil) { self.columns = columns }

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    self.columns?.begin(columns: columns, understood: understood)
  }

  func take(_ row: inout TraceRow) {
    columns?.take(&row)
    total = max(total, row[.total] ?? 0)
    rows.append((row.time, row[.committed] ?? 0, row[.anon]))
  }

  /// The trace: the first time at zero, kB as whole pages, rounded down.
  func trace(_ provenance: TraceProvenance) -> CommittedTrace {
    var provenance = provenance
    let start = rows.first?.time ?? 0
    let lacking = rows.count { $0.touched == nil }
    let isTouched = lacking == 0
    if !isTouched, lacking < rows.count {
      provenance.notes.append(
        "anon_kb is not used: \(lacking) of \(rows.count) samples do not have it")
    }
    let samples = rows.map { row in
      CommittedPoint(
        at: SimTime(nanoseconds: row.time - start), committed: PageCount(Int(row.committed / 4)),
        touched: isTouched ? row.touched.map { PageCount(Int($0 / 4)) } : nil)
    }
    let step: Int64 = 128 << 10
    let machine = PageCount(Int((total + step - 1) / step * step / 4))
    return CommittedTrace(
      samples: samples, machineMemory: total > 0 ? machine : nil, provenance: provenance)
  }
}
