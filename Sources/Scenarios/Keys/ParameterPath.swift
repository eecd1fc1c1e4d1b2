internal import Simulation
internal import Units

/// Where a value of a scenario stands: the keys and names that lead to it, as `--set` takes them.
///
/// Paths are written with points between their steps: `guests.build.swap.size`, `host.disks.ssd.write`, `seed`.
public struct ParameterPath: Hashable, Sendable, CustomStringConvertible {
  /// The keys and names, at least one.
  public let steps: [String]

  /// The steps of a text; empty ones are kept, as in `guests..memory`.
  public init(_ text: String) {
    steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  /// A path of steps.
  init(steps: [String]) { self.steps = steps }

  /// Whether it can be the path of a value: not too long, and without empty steps.
  var isWhole: Bool { steps.count <= 16 && steps.allSatisfy { !$0.isEmpty } }

  /// A value of a guest: `.of(guest: "build", "swap.size")`.
  public static func of(guest: String, _ key: String) -> ParameterPath {
    ParameterPath(steps: ["guests", guest] + ParameterPath(key).steps)
  }

  /// A tunable of a guest.
  public static func tunable(_ name: String, of guest: String) -> ParameterPath {
    ParameterPath(steps: ["guests", guest, "tunables", name])
  }

  /// The path as it is written.
  public var description: String { steps.joined(separator: ".") }

  /// The guest whose value it is.
  public var guest: String? { steps.count > 2 && steps[0] == "guests" ? steps[1] : nil }

  /// What it is of that guest: the path without the guest's name.
  public var inGuest: ParameterPath? {
    guest.map { _ in ParameterPath(steps: Array(steps.dropFirst(2))) }
  }

  /// A tunable of the host's policy.
  public static func hostTunable(_ name: String) -> ParameterPath {
    ParameterPath(steps: ["host", "tunables", name])
  }

  /// The tunable that it is, of a guest's policy or of the host's.
  public var tunable: String? {
    if steps.count == 3 && steps[0] == "host" && steps[1] == "tunables" { return steps[2] }
    return steps.count == 4 && guest != nil && steps[2] == "tunables" ? steps[3] : nil
  }

  /// Its last step, the name of the value.
  public var name: String { steps[steps.count - 1] }

  /// Whether a text names it: as a whole, or by its last steps.
  public func isNamed(by text: String) -> Bool {
    let end = ParameterPath(text).steps
    return steps.suffix(end.count).elementsEqual(end)
  }

  /// Its last step, or as many as tell it apart among others.
  public func short(among others: [ParameterPath]) -> String {
    for count in steps.indices.map({ $0 + 1 }) {
      let end = steps.suffix(count).joined(separator: ".")
      if others.count(where: { $0.isNamed(by: end) }) == 1 { return end }
    }
    return description
  }

  /// Whether it is a condition, which a guest must do under and nobody chooses, such as the demand or the seed: the tables of
  /// keys say so. All else is a setting.
  public var isCondition: Bool {
    switch steps[0] {
    case "guests": steps.count > 2 && GuestSpec.keys.isCondition(steps[2])
    case "host": steps.count > 2 && steps[1] != "tunables" && HostSpec.keys.isCondition(steps[1])
    default: Scenario.keys.isCondition(description)
    }
  }
}

extension ParameterPath {
  /// What a value is in a run that was recorded before there was its key; nil if there always was.
  public var laterDefault: String? {
    inGuest.flatMap { Self.laterDefaults[$0.description] }
  }

  /// The values that runs of a guest had before there were keys for them.
  static func laterValues(of guest: String) -> [(path: ParameterPath, text: String)] {
    laterDefaults.sorted { $0.key < $1.key }.map { (of(guest: guest, $0.key), $0.value) }
  }

  private static let laterDefaults = {
    let standard = GuestSpec(name: "guest", memory: .gibibytes(1))
    let rows = GuestSpec.keys.flatMap { $0.laterRows(standard) }
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.path, $0.value ?? "") })
  }()
}

extension Array {
  /// Whether a key is a condition.
  fileprivate func isCondition<Section>(_ name: String) -> Bool
  where Element == ScenarioKey<Section> {
    contains { $0.name == name && $0.isCondition }
  }
}
