internal import Policies
internal import Simulation

/// The names of all guests' policies' settings as they are written on a machine, in the order of their cards.
let tunableNames = names(of: PolicyCatalogue.guestPolicies)

/// The same of hosts' policies.
let hostTunableNames = names(of: PolicyCatalogue.hostPolicies)

private func names(of policies: [any MemoryPolicy.Type]) -> [String] {
  policies.flatMap { $0.card.settings.map(\.name) }
    .reduce(into: []) { names, name in if !names.contains(name) { names.append(name) } }
}

/// Whether 0 is a value that every guest's policy with this setting refuses.
func isZeroRefused(_ tunable: String) -> Bool {
  let owners = PolicyCatalogue.guestPolicies.filter {
    $0.card.settings.contains { $0.name == tunable }
  }
  return !owners.isEmpty
    && owners.allSatisfy { type in
      var policy = type.init(version: type.card.versions[0])
      return policy?.write(tunable, "0").status != .ok
    }
}

extension GuestSpec {
  /// The settings of the guest's policy with their texts after boot; nothing: set at boot from the command line or the guest's
  /// size. A static guest has those of the usual policy, which are of no effect.
  var tunableDefaults: [(name: String, text: String?)] {
    let card = (controller.policy ?? PolicyCatalogue.guestPolicies[0]).card
    return card.settings.filter { !$0.isKey }.map { ($0.name, $0.initial) }
  }
}
