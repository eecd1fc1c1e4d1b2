internal import Text

/// Which machine, domain or series of a file is read: the one that was asked for, or the only one that there is.
struct HostChoice {
  private let wanted: String?
  private var first: String?
  private var isFound = false

  init(_ options: ImportOptions) { wanted = options.host }

  /// Whether what belongs to `name` is read.
  ///
  /// `aliases` are other names by which it may have been asked for. A second one without a choice is refused.
  mutating func takes(
    _ name: String, aliases: [String] = [], at place: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) -> Bool {
    if name == first { return true }
    if let wanted {
      guard name == wanted || aliases.contains(wanted) else { return false }
      isFound = true
    }
    if let first {
      throw place.fault("both \(quoted(first)) and \(quoted(name)) are in it: choose with --host")
    }
    first = name
    if intake.understood.host == nil { intake.understood.host = name }
    return true
  }

  /// Refuses a file in which the machine that was asked for is not.
  func check(_ place: TraceField) throws(TraceFault) {
    if let wanted, !isFound { throw place.fault("no \(quoted(wanted)) in it (--host)") }
  }
}
