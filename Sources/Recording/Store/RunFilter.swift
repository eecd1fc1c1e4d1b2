/// Which runs to list; what is nil or empty does not restrict.
public struct RunFilter: Hashable, Sendable {
  /// How far the run has come.
  public var status: RunStatus?
  /// The scenario's name.
  public var scenario: String?
  /// The generation of the selfballoon driver.
  public var driver: String?
  /// The sweep whose plan it belongs to, whoever computed it.
  public var sweep: Int64?
  /// Values that parameters must have, as text.
  public var parameters: [Parameter] = []
  /// At most so many.
  public var limit: Int?

  /// All runs.
  public init() {}
}

/// In which order to list runs; equal ones by number.
public struct RunOrder: Hashable, Sendable {
  /// What to compare; runs without the value come last.
  public enum Key: Hashable, Sendable {
    case number
    case started
    case scenario
    case driver
    case seed
    case status
    case simulated
    /// The largest value of a metric over the guests.
    case metric(String)
  }
  /// What to compare.
  public var key: Key
  /// Whether the largest comes first.
  public var isDescending: Bool

  /// The words for what a list can be sorted by, metrics aside.
  static let words: [(word: String, key: Key)] = [
    ("number", .number), ("started", .started), ("scenario", .scenario), ("driver", .driver),
    ("seed", .seed), ("status", .status), ("simulated", .simulated),
  ]

  /// The order that a text names: one of the words, or else a metric; with a minus in front the other way
  /// round.
  public init(_ text: String) {
    isDescending = text.hasPrefix("-")
    let name = isDescending ? String(text.dropFirst()) : text
    key = Self.words.first { $0.word == name }?.key ?? .metric(name)
  }

  /// An order.
  public init(_ key: Key, isDescending: Bool = false) {
    self.key = key
    self.isDescending = isDescending
  }
}
