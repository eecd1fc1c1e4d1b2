/// A setting of a policy that is a value of its settings: one table of these reads, writes and describes them all.
struct SettingItem<Root> {
  /// What kind of value it is, where it stands, and which values it takes.
  enum Kind {
    case number(WritableKeyPath<Root, Int64>, ClosedRange<Int64>)
    case decimal(WritableKeyPath<Root, Double>, ClosedRange<Double>)
    case flag(WritableKeyPath<Root, Bool>)
  }

  /// The name on a real machine, and in a scenario.
  let name: String
  let short: String
  let kind: Kind
  /// What it counts.
  let unit: String?
  /// What it does.
  let meaning: String
  /// How one sets it on a real machine.
  let place: String

  init(
    _ name: String, short: String? = nil, _ kind: Kind, unit: String? = nil, _ meaning: String,
    place: String
  ) {
    self.name = name
    self.short = short ?? name
    self.kind = kind
    self.unit = unit
    self.meaning = meaning
    self.place = place
  }

  /// The value as text.
  func read(_ root: Root) -> String {
    switch kind {
    case .number(let path, _): "\(root[keyPath: path])"
    case .decimal(let path, _):
      Int64(exactly: root[keyPath: path]).map { "\($0)" } ?? "\(root[keyPath: path])"
    case .flag(let path): "\(root[keyPath: path])"
    }
  }

  /// Writes a text; one that is no value of it changes nothing.
  func write(_ text: String, _ root: inout Root) -> WriteOutcome {
    switch kind {
    case .number(let path, let range):
      guard let value = Int64(text), range.contains(value) else { return WriteOutcome(.invalid) }
      root[keyPath: path] = value
    case .decimal(let path, let range):
      // Digits and a point: no words for infinity, no powers.
      guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }),
        let value = Double(text), range.contains(value)
      else { return WriteOutcome(.invalid) }
      root[keyPath: path] = value
    case .flag(let path):
      guard let value = Bool(text) else { return WriteOutcome(.invalid) }
      root[keyPath: path] = value
    }
    return WriteOutcome(.ok)
  }
}

extension Array {
  /// The text of a setting; nil: no such setting.
  func read<Root>(_ name: String, _ root: Root) -> String? where Element == SettingItem<Root> {
    first { $0.name == name }?.read(root)
  }

  /// Writes a setting.
  func write<Root>(_ name: String, _ text: String, _ root: inout Root) -> WriteOutcome
  where Element == SettingItem<Root> {
    first { $0.name == name }?.write(text, &root) ?? WriteOutcome(.noAttribute)
  }

  /// The lines of a policy's card.
  func settings<Root>(_ root: Root, versions: [String]) -> [PolicySetting]
  where Element == SettingItem<Root> {
    map { item in
      PolicySetting(
        item.name, short: item.short, initial: item.read(root), unit: item.unit, item.meaning,
        place: item.place, versions: versions)
    }
  }
}

extension Sentence {
  /// Millionths as per cent with one decimal, as in `15.2%`.
  static func percent(_ millionths: Int64) -> String {
    let tenths = (millionths.magnitude + 500) / 1_000
    return "\(millionths < 0 ? "-" : "")\(tenths / 10).\(tenths % 10)%"
  }
}

extension Int64 {
  /// A share in millionths.
  init(millionthsOf share: Double) { self.init(cut: (share * 1_000_000).rounded()) }
}
