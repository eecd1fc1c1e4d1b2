internal import Policies
internal import Text

extension SourceNode {
  /// The scenario with every `policy:` of a guest and of the host in the words that the keys have for it: `controller`,
  /// `driver` or `policy_version`, and `tunables`.
  ///
  /// `policy: none` and `policy: NAME` are the short forms of `policy: { NAME: { version: ..., SETTING: ... } }`. What an
  /// option of the command line says in the other words wins.
  func withPoliciesAsKeys(log: ProblemLog) -> SourceNode {
    guard case .mapping(let entries) = content else { return self }
    var root = self
    root.content = .mapping(
      entries.map { entry in
        var entry = entry
        if entry.key == "host" {
          entry.value = entry.value.withPolicyAsKeys(
            path: "host", among: PolicyCatalogue.hostPolicies, log: log)
        }
        guard entry.key == "guests", case .list(let guests) = entry.value.content else {
          return entry
        }
        entry.value.content = .list(
          guests.enumerated().map { index, guest in
            guest.withPolicyAsKeys(
              path: entry.value.itemPath(of: guest, index: index),
              among: PolicyCatalogue.guestPolicies, log: log)
          })
        return entry
      })
    return root
  }

  private func itemPath(of guest: SourceNode, index: Int) -> String {
    guest.itemPath(in: "guests", index: index)
  }

  /// A guest, or the host, with its `policy` in other words.
  private func withPolicyAsKeys(
    path: String, among policies: [any MemoryPolicy.Type], log: ProblemLog
  ) -> SourceNode {
    guard case .mapping(let entries) = content,
      let policy = entries.first(where: { $0.key == "policy" })
    else { return self }
    var others = entries.filter { $0.key != "policy" }
    let path = "\(path).policy"
    guard let (name, settings) = policy.value.policyName(path: path, log: log) else {
      return withContent(.mapping(others))
    }
    let card = policies.first { $0.card.name == name.text }?.card
    if card == nil && name.text != "none" {
      log.report(name.place, path, Self.unknownPolicy(name.text, among: policies))
      return withContent(.mapping(others))
    }
    if let controller = others.first(where: { $0.key == "controller" }) {
      if case .file = controller.keyPlace {
        log.report(
          controller.keyPlace, path,
          "`policy` and `controller` say who decides; leave one of them out")
      }
      // What the command line says of who decides leaves nothing of another's settings.
      if controller.value.text != name.text { return withContent(.mapping(others)) }
    } else {
      others.append(
        Entry(
          key: "controller", keyPlace: name.place,
          value: SourceNode(content: .scalar(name.text, isQuoted: false), place: name.place)))
    }
    if let card { others.take(settings, of: card, path: "\(path).\(name.text)", log: log) }
    return withContent(.mapping(others))
  }

  /// What to say of a name that none of these policies has.
  private static func unknownPolicy(
    _ name: String, among policies: [any MemoryPolicy.Type]
  ) -> String {
    if let other = PolicyCatalogue.policy(named: name) {
      return other.card.place == .host
        ? "\(other.card.title) decides on the host: say `host: { policy: \(name) }`"
        : "\(other.card.title) decides in a guest: say `policy: \(name)` of the guest"
    }
    return unknownWord("policy", name, known: ["none"] + policies.map { $0.card.name })
  }

  private func withContent(_ content: Content) -> SourceNode {
    SourceNode(content: content, place: place)
  }

  /// The name in a `policy`, and what is set of it; nil after a problem.
  private func policyName(
    path: String, log: ProblemLog
  ) -> (name: (text: String, place: ScenarioProblem.Place), settings: [Entry])? {
    switch content {
    case .scalar(let text, _) where !isNothing: return ((text, place), [])
    case .mapping(let entries) where entries.count == 1:
      let entry = entries[0]
      let name = (text: entry.key, place: entry.keyPlace)
      if case .mapping(let settings) = entry.value.content { return (name, settings) }
      if entry.value.isNothing { return (name, []) }
      log.report(
        entry.value.place, "\(path).\(entry.key)",
        "expected settings: a mapping, found \(entry.value.found)")
      return nil
    default:
      log.report(
        place, path, "expected one policy: `none`, a name, or `NAME: { ... }`, found \(found)")
      return nil
    }
  }
}

extension [SourceNode.Entry] {
  /// Takes a policy's settings over under the names that they have on a machine, before those that stand there.
  fileprivate mutating func take(
    _ settings: [SourceNode.Entry], of card: PolicyCard, path: String, log: ProblemLog
  ) {
    var writes: [SourceNode.Entry] = []
    for var setting in settings {
      if setting.key == "version" {
        let key = card.hasKeyOfItsOwn ? "driver" : "policy_version"
        if key == "policy_version", let text = setting.value.text, !card.versions.contains(text) {
          log.report(
            setting.value.place, "\(path).version",
            "expected one of \(card.versions.joined(separator: ", ")), found \(setting.value.found)"
          )
        } else if !contains(where: { $0.key == key }) {
          setting.key = key
          append(setting)
        }
      } else if let known = card.setting(setting.key) {
        if writes.contains(where: { $0.key == known.name }) {
          log.report(
            setting.keyPlace, path, "\(quoted(setting.key)) sets \(known.name) a second time")
          continue
        }
        setting.key = known.name
        writes.append(setting)
      } else {
        log.report(
          setting.keyPlace, path,
          unknownWord(
            "setting", setting.key, known: ["version"] + card.settings.map(\.short)))
      }
    }
    if writes.isEmpty { return }
    guard let place = firstIndex(where: { $0.key == "tunables" }) else {
      let first = writes[0]
      append(
        SourceNode.Entry(
          key: "tunables", keyPlace: first.keyPlace,
          value: SourceNode(content: .mapping(writes), place: first.keyPlace)))
      return
    }
    guard case .mapping(let given) = self[place].value.content else { return }
    let kept = writes.filter { write in !given.contains { $0.key == write.key } }
    self[place].value.content = .mapping(kept + given)
  }
}

extension PolicyCard {
  /// Whether its version has the key `driver`, from the time when there was one policy.
  fileprivate var hasKeyOfItsOwn: Bool { name == PolicyCatalogue.guestPolicies[0].card.name }
}
