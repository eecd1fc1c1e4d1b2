private import Synchronization

/// Traces by their paths, each read once, however many scenarios follow it.
///
/// Safe to use from several threads. A file that changes between two readings is the same for all who share a cache.
final class TraceCache: Sendable {
  private let traces = Mutex<[String: CommittedTrace]>([:])

  /// The trace in the file at `path`; throws what `TraceReader.read` does.
  func trace(_ path: String) throws -> CommittedTrace {
    if let known = traces.withLock({ $0[path] }) { return known }
    let trace = try TraceReader.read(path)
    return traces.withLock { known in
      if let first = known[path] { return first }
      known[path] = trace
      return trace
    }
  }
}
