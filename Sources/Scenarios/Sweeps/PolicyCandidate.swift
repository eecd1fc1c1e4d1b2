internal import MemoryModel
public import Policies
internal import Simulation
internal import Units

/// A policy that a scenario's guests can be run under, and what has to be set of the scenario for it.
public struct PolicyCandidate: Sendable {
  /// Its name in a table: with its version where there are several.
  public let title: String
  /// What there is to know of it; nil: static guests.
  public let card: PolicyCard?
  /// Its version.
  private let version: String?
  /// The balloon that its guests are to have; nil: their own.
  private let balloon: PolicyCard.Balloon?

  private init(
    title: String, card: PolicyCard?, version: String?, balloon: PolicyCard.Balloon? = nil
  ) {
    self.title = title
    self.card = card
    self.version = version
    self.balloon = balloon ?? card?.balloon
  }

  /// Guests that nobody moves.
  public static let none = PolicyCandidate(title: "static", card: nil, version: nil)

  /// Guests that nobody moves, on the machine of policies that move virtio's balloon: without tmem.
  private static let noneOfVirtio = PolicyCandidate(
    title: "static, virtio", card: nil, version: nil, balloon: .virtio)

  /// Each version of each policy, static guests first.
  public static let all =
    [none]
    + PolicyCatalogue.all.flatMap { type in
      let card = type.card
      return card.versions.map { version in
        PolicyCandidate(
          title: card.versions.count > 1 ? "\(card.name) \(version)" : card.name, card: card,
          version: version)
      }
    }

  /// Whether a name, or `NAME=VERSION`, means it.
  public func isNamed(_ name: String, version: String?) -> Bool {
    card?.name == name && (version == nil || version == self.version)
  }

  /// These candidates, and static guests of virtio's if there are policies that move virtio's balloon where guests have tmem.
  public static func withBaselines(
    _ candidates: [PolicyCandidate], for base: ResolvedScenario
  ) -> [PolicyCandidate] {
    guard let first = candidates.firstIndex(where: { $0.balloon == .virtio }),
      base.scenario.guests.contains(where: \.hasTmem)
    else { return candidates }
    var candidates = candidates
    candidates.insert(noneOfVirtio, at: first)
    return candidates
  }

  /// What is set of a scenario so that its guests have this policy and no other.
  public func settings(for base: ResolvedScenario) -> [String] {
    policySettings(for: base) + base.scenario.guests.flatMap(machineSettings)
  }

  /// What gives a guest the balloon that the policy moves.
  private func machineSettings(_ guest: GuestSpec) -> [String] {
    func setting(_ key: String, _ value: String) -> String {
      "\(ParameterPath.of(guest: guest.name, key))=\(value)"
    }
    switch balloon {
    case .virtio:
      return (guest.kernel.balloon == .virtio ? [] : [setting("balloon.model", "virtio")])
        + (guest.hasTmem ? [setting("boot", "\"\"")] : [])
    case .xen where guest.kernel.balloon == .virtio:
      let model: BalloonGeneration = guest.kernel.policy == .linux4_19 ? .linux4_19 : .linux6_1
      return [setting("balloon.model", model.rawValue)]
    default: return []
    }
  }

  private func policySettings(for base: ResolvedScenario) -> [String] {
    let guests = base.scenario.guests
    func each(_ key: String, _ value: String) -> [String] {
      guests.map { "\(ParameterPath.of(guest: $0.name, key))=\(value)" }
    }
    guard let card, let version else {
      return each("controller", "none")
        + (base.scenario.host.policy == nil ? [] : ["host.controller=none"])
    }
    if card.place == .host {
      return each("controller", "none") + hostSettings(card, version, base)
    }
    // The usual policy's version is that of the guest's driver.
    let key = card.name == ControllerKind.usual.rawValue ? "driver" : "policy_version"
    return (base.scenario.host.policy == nil ? [] : ["host.controller=none"])
      + each("controller", card.name) + each(key, version)
      + card.activation.flatMap { each("tunables.\($0.setting)", $0.text) }
  }

  private func hostSettings(
    _ card: PolicyCard, _ version: String, _ base: ResolvedScenario
  ) -> [String] {
    var settings = ["host.controller=\(card.name)"]
    if card.versions.count > 1 { settings.append("host.policy_version=\(version)") }
    settings += card.activation.map { "host.tunables.\($0.setting)=\($0.text)" }
    if !base.statesHostMemory { settings.append("host.memory=\(base.guestMemory.text)") }
    if !card.takesLeastSize { return settings }
    return settings
      + base.scenario.guests.compactMap { guest in
        if guest.minimumMemory != nil { return nil }
        let least = PageCount(guest.memory.pages / Self.leastShare)
        return "\(ParameterPath.of(guest: guest.name, "minimum_memory"))=\(least.text)"
      }
  }

  /// Guests to which nobody gave a least size may be taken down to one part in so many by a host's policy. Assumed.
  public static let leastShare = 4

  /// What the runs of these candidates rest on besides the scenario, a sentence each.
  public static func assumptions(
    of candidates: [PolicyCandidate], for base: ResolvedScenario
  ) -> [String] {
    let hosts = candidates.filter { $0.card?.place == .host }
    var sentences: [String] = []
    for (kind, words) in [
      (PolicyCard.Balloon.virtio, "virtio's balloon and without tmem, as on KVM"),
      (.xen, "Xen's balloon"),
    ] {
      let moved = candidates.filter { candidate in
        candidate.card != nil && candidate.balloon == kind
          && base.scenario.guests.contains { !candidate.machineSettings($0).isEmpty }
      }
      if moved.isEmpty { continue }
      sentences.append("\(names(moved)) were run with \(words), unlike the scenario.")
    }
    if hosts.isEmpty { return sentences }
    if !base.statesHostMemory {
      sentences.append(
        "Policies of the host (\(names(hosts))) were run on a host of \(base.guestMemory.text), which its "
          + "guests fill; what they take follows from that. `--set host.memory=SIZE` says otherwise."
      )
    }
    let bounded = hosts.filter { $0.card?.takesLeastSize == true }
    if !bounded.isEmpty, base.scenario.guests.contains(where: { $0.minimumMemory == nil }) {
      sentences.append(
        "\(names(bounded)) may take a guest without `minimum_memory` down to a quarter of its memory, "
          + "an assumption.")
    }
    for host in hosts {
      for (setting, text) in host.card?.activation ?? [] {
        sentences.append(
          "\(host.title) was run with \(setting)=\(text), without which it does nothing.")
      }
    }
    return sentences
  }
}

private func names(_ candidates: [PolicyCandidate]) -> String {
  candidates.map(\.title).joined(separator: ", ")
}

extension GuestSpec {
  /// Whether its kernel is booted with tmem.
  fileprivate var hasTmem: Bool { Self.hasTmem(kernel) && !boot.isEmpty }
}

extension ResolvedScenario {
  /// Whether its file or its overrides say how much memory the host has.
  fileprivate var statesHostMemory: Bool { states(["host", "memory"]) }

  /// What all guests have together.
  fileprivate var guestMemory: PageCount {
    scenario.guests.reduce(PageCount.zero) { $0 + $1.memory }
  }
}
