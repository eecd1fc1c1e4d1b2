public import Units

/// Reads and writes over one set of file pages.
public struct FileStreamSpec: Sendable {
  /// The stream's name.
  public var name: String
  /// The size of the file set.
  public var size: PageCount
  /// The disk it is on.
  public var disk: String
  /// Open or closed loop.
  public var load: LoadSpec
  /// What is accessed, phase after phase; the last phase lasts to the end.
  public var phases: [PatternPhase]
  /// The share of accesses that write, in millionths.
  public var writePPM: Int64
  /// The largest window that is read ahead; nothing of it: no read-ahead.
  public var readAhead: PageCount

  /// A stream that reads, unless it is said otherwise.
  public init(
    name: String, size: PageCount, disk: String, load: LoadSpec,
    phases: [PatternPhase] = [PatternPhase(pattern: .usual, end: .never)], writePPM: Int64 = 0,
    readAhead: PageCount = .zero
  ) {
    self.name = name
    self.size = size
    self.disk = disk
    self.load = load
    self.phases = phases
    self.writePPM = writePPM
    self.readAhead = readAhead
  }
}

/// How a stream decides when to make its next access.
public enum LoadSpec: Hashable, Sendable {
  /// At a rate, whatever becomes of the accesses.
  case open(Rate)
  /// A number of accesses by some threads, each waiting for its own.
  case closed(work: Int64, threads: Int)
}
