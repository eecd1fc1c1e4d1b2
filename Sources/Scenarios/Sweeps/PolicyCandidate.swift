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
  /// The machine that its guests have.
  private let machine: Machine
  /// What is set of each guest besides.
  private var extra: [(key: String, value: String)] = []

  /// A machine on which a policy runs.
  private enum Machine {
    /// The scenario's own.
    case own
    /// Xen's balloon, if the scenario's is another.
    case xen
    /// virtio's balloon and no tmem, as on KVM.
    case virtio
    /// The same with Linux 6.1, if the scenario's kernel is older than what the policy needs.
    case today

    /// The one that a policy needs.
    init(_ card: PolicyCard) {
      switch card.balloon {
      case _ where card.needsPressure || card.firstKernel != nil: self = .today
      case .virtio: self = .virtio
      case .xen: self = .xen
      case .any, .none: self = .own
      }
    }

    /// In words.
    var text: String {
      switch self {
      case .own: "the scenario's machine"
      case .xen: "Xen's balloon"
      case .virtio: "virtio's balloon and without tmem, as on KVM"
      case .today: "Linux 6.1, virtio's balloon and without tmem, as on KVM"
      }
    }
  }

  private init(title: String, card: PolicyCard?, version: String?, machine: Machine) {
    self.title = title
    self.card = card
    self.version = version
    self.machine = machine
  }

  /// Guests that nobody moves.
  public static let none = PolicyCandidate(title: "static", card: nil, version: nil, machine: .own)

  /// Guests that nobody moves, on the machines of others.
  private static let baselines = [
    PolicyCandidate(title: "static/virtio", card: nil, version: nil, machine: .virtio),
    PolicyCandidate(title: "static/6.1+virtio", card: nil, version: nil, machine: .today),
  ]

  /// Guests that nobody moves, whose balloon device reports free pages to the host.
  private static let reporting: PolicyCandidate = {
    var candidate = PolicyCandidate(
      title: "free page reporting", card: nil, version: nil, machine: .today)
    candidate.extra = [("balloon.free_page_reporting", "true")]
    return candidate
  }()

  /// Each version of each policy, static guests first.
  public static let all =
    [none, reporting]
    + PolicyCatalogue.all.flatMap { type in
      let card = type.card
      return card.versions.map { version in
        var candidate = PolicyCandidate(
          title: card.versions.count > 1 ? "\(card.name) \(version)" : card.name, card: card,
          version: version, machine: Machine(card))
        // What reclaims within the guest gives the host nothing back by itself.
        if card.balloon == .none && card.looksAtPages { candidate.extra = reporting.extra }
        return candidate
      }
    }

  /// The names by which candidates are chosen, besides static guests.
  public static let names =
    PolicyCatalogue.all.map { $0.card.name } + [reporting.name].compactMap(\.self)

  /// Its name without a version, in one word; nil: static guests.
  public var name: String? {
    card?.name ?? (extra.isEmpty ? nil : title.split(separator: " ").joined(separator: "-"))
  }

  /// Whether it decides on the host by the host's memory; what reads a guest's pressure does not.
  public var movesForHost: Bool {
    card.map { $0.place == .host && $0.mindsHostMemory && $0.movesBalloons } ?? false
  }

  /// Whether it goes by the guest's pressure.
  public var readsPressure: Bool { card?.needsPressure == true }

  /// The versions by which it can be chosen.
  public static func versions(of name: String) -> [String] {
    PolicyCatalogue.policy(named: name)?.card.versions ?? []
  }

  /// Whether a name, or `NAME=VERSION`, means it.
  public func isNamed(_ name: String, version: String?) -> Bool {
    self.name == name && (version == nil || version == self.version)
  }

  /// These candidates, and static guests of each other machine that some of them have, before them.
  public static func withBaselines(
    _ candidates: [PolicyCandidate], for base: ResolvedScenario
  ) -> [PolicyCandidate] {
    let others = baselines.filter { baseline in
      candidates.contains { $0.machine == baseline.machine }
        && base.scenario.guests.contains { !baseline.machineSettings($0).isEmpty }
    }
    return [none] + others + candidates.filter { $0.name != nil }
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
    let toVirtio =
      (guest.kernel.balloon == .virtio ? [] : [setting("balloon.model", "virtio")])
      + (guest.hasTmem ? [setting("boot", "\"\"")] : [])
    switch machine {
    case .virtio: return toVirtio
    case .today where !guest.kernel.policy.hasPressure:
      return [setting("kernel", KernelPolicy.linux6_1.rawValue)] + toVirtio
    case .today where card == nil || !extra.isEmpty: return toVirtio
    case .xen where guest.kernel.balloon == .virtio:
      let model: BalloonGeneration = guest.kernel.policy == .linux4_19 ? .linux4_19 : .linux6_1
      return [setting("balloon.model", model.rawValue)]
    case .own, .today, .xen: return []
    }
  }

  private func policySettings(for base: ResolvedScenario) -> [String] {
    let guests = base.scenario.guests
    func each(_ key: String, _ value: String) -> [String] {
      guests.map { "\(ParameterPath.of(guest: $0.name, key))=\(value)" }
    }
    guard let card, let version else {
      return each("controller", "none") + extra.flatMap { each($0.key, $0.value) }
        + (base.scenario.host.policy == nil ? [] : ["host.controller=none"])
    }
    if card.place == .host {
      return each("controller", "none") + hostSettings(card, version, base)
    }
    // The usual policy's version is that of the guest's driver.
    let key = card.name == ControllerKind.usual.rawValue ? "driver" : "policy_version"
    return (base.scenario.host.policy == nil ? [] : ["host.controller=none"])
      + extra.flatMap { each($0.key, $0.value) } + each("controller", card.name)
      + each(key, version)
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
    let hosts = candidates.filter(\.movesForHost)
    var sentences: [String] = []
    for machine in [Machine.virtio, .today, .xen] {
      let moved = candidates.filter { candidate in
        candidate.name != nil && candidate.machine == machine
          && base.scenario.guests.contains { !candidate.machineSettings($0).isEmpty }
      }
      if moved.isEmpty { continue }
      sentences.append("\(list(moved)) were run with \(machine.text), unlike the scenario.")
    }
    for candidate in candidates where candidate.card != nil && !candidate.extra.isEmpty {
      sentences.append(
        "\(candidate.title) was run with free page reporting, without which the host gets nothing back."
      )
    }
    if !hosts.isEmpty && !base.statesHostMemory {
      sentences.append(
        "Policies of the host (\(list(hosts))) were run on a host of \(base.guestMemory.text), which its "
          + "guests fill; what they take follows from that. `--set host.memory=SIZE` says otherwise."
      )
    }
    let bounded = candidates.filter {
      $0.card?.place == .host && $0.card?.movesBalloons == true && $0.card?.takesLeastSize == true
    }
    if !bounded.isEmpty, base.scenario.guests.contains(where: { $0.minimumMemory == nil }) {
      sentences.append(
        "\(list(bounded)) may take a guest without `minimum_memory` down to a quarter of its memory, "
          + "an assumption.")
    }
    for candidate in candidates {
      for (setting, text) in candidate.card?.activation ?? [] {
        sentences.append(
          "\(candidate.title) was run with \(setting)=\(text), without which it does nothing.")
      }
    }
    return sentences
  }
}

private func list(_ candidates: [PolicyCandidate]) -> String {
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
