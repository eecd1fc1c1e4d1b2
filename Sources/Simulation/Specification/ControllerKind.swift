public import Policies

/// Who decides about a guest's memory: a policy of the catalogue by its name, or nobody.
public struct ControllerKind: RawRepresentable, CaseIterable, Hashable, Sendable {
  /// The name in scenarios.
  public let rawValue: String

  /// The kind of a name; nil: there is no such policy.
  public init?(rawValue: String) {
    if rawValue != "none" && PolicyCatalogue.guestPolicy(named: rawValue) == nil { return nil }
    self.rawValue = rawValue
  }

  private init(known name: String) { rawValue = name }

  /// Nobody: a static guest.
  public static let none = ControllerKind(known: "none")
  /// The policy that a guest has by itself, where its machine can have had it: the first of the catalogue.
  public static let usual = ControllerKind(known: PolicyCatalogue.guestPolicies[0].card.name)
  /// All names.
  public static let allCases =
    PolicyCatalogue.guestPolicies.map { ControllerKind(known: $0.card.name) } + [.none]

  /// The policy; nil: a static guest.
  public var policy: (any GuestPolicy.Type)? { PolicyCatalogue.guestPolicy(named: rawValue) }
}
