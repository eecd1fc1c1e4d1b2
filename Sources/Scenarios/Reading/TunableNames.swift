internal import Policies
internal import Simulation

/// The names of all policies' settings as they are written on a machine, in the order of their cards.
let tunableNames: [String] = PolicyCatalogue.all.flatMap { $0.card.settings.map(\.name) }
  .reduce(into: []) { names, name in if !names.contains(name) { names.append(name) } }

extension GuestSpec {
  /// The settings of the guest's policy with their texts after boot; nothing: set at boot from the command line or the guest's
  /// size. A static guest has those of the usual policy, which are of no effect.
  var tunableDefaults: [(name: String, text: String?)] {
    let card = (controller.policy ?? PolicyCatalogue.guestPolicies[0]).card
    return card.settings.filter { !$0.isKey }.map { ($0.name, $0.initial) }
  }
}
