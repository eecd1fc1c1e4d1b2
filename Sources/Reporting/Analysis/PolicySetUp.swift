internal import Policies
public import Recording
internal import Scenarios
internal import Text

/// How what a run sets of a policy is set on real machines: the policy's own lines, in its own words.
public struct PolicySetUp: Sendable {
  /// Whose settings.
  public let title: String
  private let policy: any MemoryPolicy.Type
  private let settings: [(name: String, text: String)]
  private let guests: [GuestFrame]

  /// The host's policy among the parameters of a run; nil: it has none that is known.
  public init?(_ parameters: [Parameter]) {
    let values = Dictionary(
      parameters.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    guard let name = values["host.controller"]?.value,
      let policy = PolicyCatalogue.hostPolicy(named: name)
    else { return nil }
    self.policy = policy
    title = policy.card.title
    settings = policy.card.settings.compactMap { setting in
      values[ParameterPath.hostTunable(setting.name).description].map { (setting.name, $0.value) }
    }
    guests = KernelTunables.guests(in: parameters).map { guest in
      func mebibytes(_ key: String) -> Int64? {
        let number = values[ParameterPath.of(guest: guest, key).description]?.number
        return number.flatMap { Int64(exactly: ($0 / 256).rounded(.up)) }
      }
      let shares = values[ParameterPath.of(guest: guest, "shares").description]?.number
      return GuestFrame(
        name: guest, least: mebibytes("minimum_memory"),
        most: mebibytes("maximum_memory") ?? mebibytes("memory") ?? 0,
        shares: shares.flatMap { Int64(exactly: $0) })
    }
  }

  /// A guest's policy among the parameters of a run; nil: it has none that is known.
  init?(guest: String, _ parameters: [Parameter]) {
    let values = Dictionary(
      parameters.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    func text(_ path: ParameterPath) -> String? { values[path.description] }
    guard let name = text(.of(guest: guest, "controller")),
      let policy = PolicyCatalogue.guestPolicy(named: name)
    else { return nil }
    self.policy = policy
    title = policy.card.title
    settings = policy.card.settings.compactMap { setting in
      text(.tunable(setting.name, of: guest)).map { (setting.name, $0) }
    }
    guests = [GuestFrame(name: guest, least: nil, most: 0, shares: nil)]
  }

  /// The lines, each with where it goes. `always` are the paths of parameters that are named even if they are as shipped.
  private func lines(always: Set<String>) -> [(place: String, line: String)] {
    let named = Set(always.map(ParameterPath.init).compactMap(\.tunable))
    return policy.setUp(policy.changed(settings, always: named), guests).map { line in
      let name = line.guest.map { shellCommand([$0]) } ?? ""
      return (line.place, line.text.replacing("{name}", with: name))
    }
  }

  /// The lines below the places where they go; those of one place together.
  public func text(always: Set<String>, width: Int? = nil) -> String {
    let lines = lines(always: always)
    if lines.isEmpty { return "Nothing has to be set of \(title): all is as shipped." }
    var text: [String] = []
    var place: String?
    for line in lines {
      if line.place != place {
        text.append(TableText.wrapped("For \(title), \(line.place):", width: width))
      }
      place = line.place
      text.append(TerminalText.line(line.line))
    }
    return text.joined(separator: "\n")
  }

  /// The lines as a JSON list.
  func json(always: Set<String>) -> JSON {
    .array(lines(always: always).map { ["place": $0.place, "line": $0.line] as JSON })
  }
}
