import Traces

/// The import of a trace, its CSV thrown away.
enum TraceImport {
  /// `import FILE MEBIBYTES`: reads a file of that size.
  static func run(_ arguments: Arguments) throws {
    let size = Double(try arguments.count(1, "MEBIBYTES"))
    let watch = Stopwatch()
    var written = 0
    let provenance = try TraceReader.write(
      [try arguments.text(0, "FILE")], options: ImportOptions()
    ) { written += $0.count }
    print(
      "import MB_s=\(decimal(size * 1.048576 / watch.processor)) samples=\(provenance.rows)",
      "written=\(written) peak_MiB=\(Stopwatch.peakMemory >> 20)")
  }
}
