internal import Text

/// One import: files of one format, one after another, to one sink.
struct ImportPass {
  private let options: ImportOptions
  private var intake: TraceIntake
  private var importer: (any TraceImporter)?
  private var sources: [TraceProvenance.Source] = []

  init(options: ImportOptions, sink: any TraceSink) {
    self.options = options
    intake = TraceIntake(options: options, sink: sink)
  }

  /// Reads one file to its end.
  mutating func read(_ bytes: TraceBytes, name: String) throws(TraceFault) {
    var lines = TraceLines(bytes)
    if bytes.failure != nil { return }
    let type = try lines.head { (head) throws(TraceFault) in try importerType(head, bytes) }
    var importer = self.importer ?? type.init(options)
    if let before = self.importer, Swift.type(of: before) != type {
      throw TraceFault(
        line: 1, column: 1,
        message: "is \(type.format), but the files before are \(Swift.type(of: before).format)")
    }
    try drive(&importer, &lines, name: name)
    self.importer = importer
    sources.append(TraceProvenance.Source(path: name, sha256: bytes.sha256))
  }

  /// Ends the trace.
  mutating func finish() throws(TraceFault) {
    try importer?.end(into: &intake)
    try intake.finish()
  }

  /// What was found out.
  func provenance(path: String) -> TraceProvenance {
    let format = importer.map { type(of: $0).format } ?? CSVImporter.format
    return TraceProvenance(
      path: path, sources: sources, format: format, intake.understood, options: options)
  }

  private func importerType(
    _ head: TraceHead, _ bytes: TraceBytes
  ) throws(TraceFault) -> any TraceImporter.Type {
    if let fault = bytes.fault { throw TraceFault(line: 1, column: 1, message: fault) }
    if let name = options.format {
      if let type = TraceFormat.importers.first(where: { $0.format.name == name }) { return type }
      throw TraceFault(
        line: 1, column: 1,
        message: unknownWord("format", name, known: TraceFormat.all.map(\.name)))
    }
    if let type = TraceFormat.recognise(head) { return type }
    guard let first = head.content.first else {
      throw TraceFault(line: 1, column: 1, message: "no samples: the file is empty")
    }
    throw first.fault(
      "no known format begins with \(quoted(first.text)); `balloonsim trace formats` lists those that are known"
    )
  }

  private mutating func drive<Importer: TraceImporter>(
    _ importer: inout Importer, _ lines: inout TraceLines, name: String
  ) throws(TraceFault) {
    try importer.beginFile(name, into: &intake)
    while let line = try lines.next() {
      intake.lastLine = line
      try importer.read(line, into: &intake)
      if intake.hasFailed { return }
    }
    try importer.endFile(isOpen: lines.isOpen, into: &intake)
  }
}

extension TraceFormat {
  /// The importer of a file that begins so.
  static func recognise(_ head: TraceHead) -> (any TraceImporter.Type)? {
    importers.first { $0.recognises(head) }
  }
}
