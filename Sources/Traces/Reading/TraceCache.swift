private import Synchronization

/// Traces by their paths and how they are understood, each read once, however many scenarios follow it.
///
/// Safe to use from several threads. A file that changes between two readings is the same for all who share a cache.
public final class TraceCache: Sendable {
  private let traces = Mutex<[Key: CommittedTrace]>([:])

  /// A cache without traces.
  public init() {}

  private struct Key: Hashable {
    var path: String
    var options: ImportOptions
  }

  /// The trace in the file or folder at `path`; throws what `TraceReader.read` does.
  public func trace(_ path: String, _ options: ImportOptions) throws -> CommittedTrace {
    let key = Key(path: path, options: options)
    if let known = traces.withLock({ $0[key] }) { return known }
    try InputFile.checkIsStored(path)
    let trace = try TraceReader.read(path, options: options)
    return traces.withLock { known in
      if let first = known[key] { return first }
      known[key] = trace
      return trace
    }
  }
}
