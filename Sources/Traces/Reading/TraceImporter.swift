/// One format of recordings: how it is recognised, and how its lines become samples.
///
/// Adding a format is a file in `Importers/` and a line in `TraceFormat.importers`; for its tests a folder of its name in
/// `Fuzzing/Corpus` and a recording in `RecordedTraces.swift`; a row in `Docs/traces.md`, section 1. Errors quote what was
/// read with `quoted` of the module Text.
protocol TraceImporter: SendableMetatype {
  /// The format's name and what it is.
  static var format: TraceFormat { get }

  /// Whether a file that begins so is of this format; of all importers at most one may say so, but for plain CSV,
  /// which comes last.
  static func recognises(_ head: TraceHead) -> Bool

  /// Whether a recording is usually a folder of files of this format.
  static var comesInManyFiles: Bool { get }

  /// An importer before the first file.
  init(_ options: ImportOptions)

  /// Begins a file of this name.
  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault)

  /// Reads the next line; samples that it completes go to `intake`.
  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault)

  /// Ends a file; `isOpen` if its last line had no end.
  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault)

  /// Ends the last file: samples that still wait go to `intake`.
  mutating func end(into intake: inout TraceIntake) throws(TraceFault)
}

extension TraceImporter {
  static var comesInManyFiles: Bool { false }

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {}

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    if isOpen { throw intake.lastLine.fault("the line has no end: it seems cut off") }
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {}
}

/// A format of traces.
public struct TraceFormat: Hashable, Sendable, CustomStringConvertible {
  /// Its name, as `--format` takes it.
  public var name: String
  /// What writes it.
  public var summary: String

  /// The name.
  public var description: String { name }

  /// All formats, in the order in which a file is held against them.
  public static var all: [TraceFormat] { importers.map { $0.format } }

  /// All importers; the first that recognises a file reads it.
  static let importers: [any TraceImporter.Type] = [
    SadfRowsImporter.self, SadfValuesImporter.self, SadfJSONImporter.self, SadfXMLImporter.self,
    SarTextImporter.self, PrometheusJSONImporter.self, PrometheusTextImporter.self,
    VmstatImporter.self, AtopImporter.self, PCPTextImporter.self, CollectdImporter.self,
    BitbrainsImporter.self, AlibabaImporter.self, GoogleImporter.self, PerfettoImporter.self,
    XentopImporter.self, FreeImporter.self, DstatImporter.self, NmonImporter.self,
    PmstatImporter.self,
    MeminfoImporter.self, CSVImporter.self,
  ]
}
