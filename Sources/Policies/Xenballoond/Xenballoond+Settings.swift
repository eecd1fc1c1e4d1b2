extension Xenballoond {
  /// The daemon's configuration file as it was shipped, but for `isSelf`.
  ///
  /// Shipped, self-ballooning is off, and the daemon does what domain 0 asks for. Who names it in a scenario means the other.
  public struct Configuration: Hashable, Sendable {
    /// `XENBALLOON_SELF`: whether Committed_AS is the goal.
    var isSelf = true
    /// `XENBALLOON_MINMEM` in MiB; 0: the built-in floor.
    public var leastMemory: Int64 = 0
    /// `XENBALLOON_INTERVAL` in seconds: between two rounds when not self-ballooning.
    public var interval: Int64 = 1
    /// `XENBALLOON_SELF_INTERVAL` in seconds: between two rounds when self-ballooning.
    var selfInterval: Int64 = 1
    /// `XENBALLOON_AUTO_DOWNHYSTERESIS`; 0: to the goal at once.
    public var downHysteresis: Int64 = 10
    /// `XENBALLOON_AUTO_UPHYSTERESIS`; 0 ends the daemon.
    public var upHysteresis: Int64 = 1
    /// `XENBALLOON_PRESWAP_SHRINK`: whether preswap is shrunk.
    public var shrinksPreswap = false
    /// `XENBALLOON_PRESWAP_INERTIA`: still rounds until preswap is shrunk.
    public var preswapInertia: Int64 = 10
    /// `XENBALLOON_PRESWAP_HYSTERESIS`: a shrink gives up one part in so many.
    public var preswapHysteresis: Int64 = 20

    /// The defaults.
    public init() {}

    /// The file as it was shipped.
    public static var shipped: Configuration {
      var configuration = Configuration()
      configuration.isSelf = false
      return configuration
    }
  }

  /// What domain 0 can write below `memory/` in the xenstore; nil: the key is not there.
  public struct Store: Hashable, Sendable {
    /// Whether the guest has the tools to read it.
    public var isEnabled = true
    /// Only 1 has a meaning: self-ballooning, whatever the file says.
    public var selfballoon: Int64?
    /// The size wanted in kB, where self-ballooning is off.
    public var target: Int64?
    /// Seconds between two rounds.
    public var interval: Int64?
    /// Overrides the file.
    public var downHysteresis: Int64?
    /// Overrides the file.
    public var upHysteresis: Int64?
    /// Overrides the file.
    public var preswapInertia: Int64?
    /// Overrides the file.
    public var preswapHysteresis: Int64?

    /// Nothing is there.
    public init() {}

    /// A key, if the guest can read it.
    func value(_ key: KeyPath<Store, Int64?>) -> Int64? { isEnabled ? self[keyPath: key] : nil }
  }

  /// A number or a switch of the configuration file.
  enum Item {
    case number(WritableKeyPath<Configuration, Int64>, String?)
    case flag(WritableKeyPath<Configuration, Bool>)
  }

  /// The file's names, what they are, and since when.
  static var items: [(name: String, short: String, item: Item, since: Version, meaning: String)] {
    [
      (
        "XENBALLOON_SELF", "self", .flag(\.isSelf), .year2008,
        "whether Committed_AS is the goal, or what domain 0 asks for"
      ),
      (
        "XENBALLOON_MINMEM", "minmem", .number(\.leastMemory, "MiB"), .year2008,
        "the least memory; 0: by size"
      ),
      (
        "XENBALLOON_INTERVAL", "interval", .number(\.interval, "s"), .year2008,
        "time between two rounds when not self-ballooning"
      ),
      (
        "XENBALLOON_SELF_INTERVAL", "self_interval", .number(\.selfInterval, "s"), .year2008,
        "time between two rounds when self-ballooning"
      ),
      (
        "XENBALLOON_AUTO_DOWNHYSTERESIS", "downhysteresis", .number(\.downHysteresis, nil),
        .year2008, "divides the distance to a goal below; 0: to the goal at once"
      ),
      (
        "XENBALLOON_AUTO_UPHYSTERESIS", "uphysteresis", .number(\.upHysteresis, nil), .year2008,
        "divides the distance to a goal above; 0 ends the daemon"
      ),
      (
        "XENBALLOON_PRESWAP_SHRINK", "preswap_shrink", .flag(\.shrinksPreswap), .year2009,
        "whether pages are brought home from frontswap"
      ),
      (
        "XENBALLOON_PRESWAP_INERTIA", "preswap_inertia", .number(\.preswapInertia, "rounds"),
        .year2009, "still rounds until a shrink"
      ),
      (
        "XENBALLOON_PRESWAP_HYSTERESIS", "preswap_hysteresis", .number(\.preswapHysteresis, nil),
        .year2009, "divides a shrink"
      ),
    ]
  }

  /// The keys in the xenstore.
  static var keys:
    [(name: String, path: WritableKeyPath<Store, Int64?>, unit: String?, since: Version)]
  {
    [
      ("selfballoon", \.selfballoon, nil, .year2008), ("target", \.target, "KiB", .year2008),
      ("interval", \.interval, "s", .year2008),
      ("downhysteresis", \.downHysteresis, nil, .year2008),
      ("uphysteresis", \.upHysteresis, nil, .year2008),
      ("preswapinertia", \.preswapInertia, "rounds", .year2009),
      ("preswaphysteresis", \.preswapHysteresis, nil, .year2009),
    ]
  }

  /// The text of a line of the file, or of a key that is there.
  public func read(_ setting: String) -> String? {
    if let entry = Self.items.first(where: { $0.name == setting }) {
      guard has(entry.since) else { return nil }
      return switch entry.item {
      case .number(let path, _): "\(configuration[keyPath: path])"
      case .flag(let path): configuration[keyPath: path] ? "true" : "false"
      }
    }
    guard let key = Self.key(setting), has(key.since) else { return nil }
    return store[keyPath: key.path].map { "\($0)" }
  }

  /// Writes a line of the file, which counts only before the start, or a key of the xenstore, which an empty text removes.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    let number = ShellNumber(text)
    if let entry = Self.items.first(where: { $0.name == setting }) {
      guard has(entry.since) else { return WriteOutcome(.noAttribute) }
      if hasStarted { return WriteOutcome(.unheard) }
      switch entry.item {
      case .number(let path, _):
        guard case .value(let value) = number else { return WriteOutcome(number.status) }
        configuration[keyPath: path] = value
      case .flag(let path):
        guard text == "true" || text == "false" else { return WriteOutcome(.invalid) }
        configuration[keyPath: path] = text == "true"
      }
      return WriteOutcome(.ok)
    }
    guard let key = Self.key(setting), has(key.since) else { return WriteOutcome(.noAttribute) }
    if text.isEmpty {
      store[keyPath: key.path] = nil
      return WriteOutcome(.ok)
    }
    guard case .value(let value) = number else { return WriteOutcome(number.status) }
    store[keyPath: key.path] = value
    return WriteOutcome(.ok)
  }

  /// A floor, then quicker steps up, then slower ones down.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    [
      PolicyRelief("XENBALLOON_MINMEM", PolicyRelief.sizes(upTo: mebibytes)),
      PolicyRelief("XENBALLOON_SELF_INTERVAL", PolicyRelief.below(configuration.selfInterval)),
      PolicyRelief("XENBALLOON_AUTO_UPHYSTERESIS", PolicyRelief.below(configuration.upHysteresis)),
      PolicyRelief(
        "XENBALLOON_AUTO_DOWNHYSTERESIS", PolicyRelief.above(configuration.downHysteresis)),
    ].compactMap(\.self)
  }

  private func has(_ since: Version) -> Bool { since == .year2008 || version == .year2009 }

  private static func key(
    _ setting: String
  ) -> (path: WritableKeyPath<Store, Int64?>, since: Version)? {
    guard setting.hasPrefix("memory/") else { return nil }
    let name = setting.dropFirst("memory/".count)
    return keys.first { $0.name == name }.map { ($0.path, $0.since) }
  }
}

/// A decimal number with a sign, as a shell computes with.
private enum ShellNumber {
  case value(Int64)
  case malformed
  case overflow

  init(_ text: String) {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      self = .malformed
      return
    }
    self = Int64(text).map(Self.value) ?? .overflow
  }

  var status: WriteOutcome.Status {
    switch self {
    case .value: .ok
    case .malformed: .invalid
    case .overflow: .outOfRange
    }
  }
}
