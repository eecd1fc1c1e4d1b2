public import Policies

/// The policy of a host: which, in which version, and what is set of it.
public struct HostPolicySpec: Sendable {
  /// Its name in the catalogue.
  public var name: String
  /// Its version; nil: the newest.
  public var version: String?
  /// Settings that are written at its start: name and text, in the order of the file.
  public var tunables: [(attribute: String, text: String)] = []

  /// A policy as it is when nobody sets anything; nil: there is none of that name.
  public init?(name: String) {
    if PolicyCatalogue.hostPolicy(named: name) == nil { return nil }
    self.name = name
  }

  /// What there is to know of it.
  public var card: PolicyCard { type.card }

  private var type: any HostPolicy.Type {
    guard let type = PolicyCatalogue.hostPolicy(named: name) else {
      preconditionFailure("\(name) is no policy of a host")
    }
    return type
  }

  /// The policy before its start, with its settings.
  public var policy: any HostPolicy {
    let usual = card.versions[0]
    guard var policy = type.init(version: version ?? usual) ?? type.init(version: usual) else {
      preconditionFailure("\(name) has no version \(usual)")
    }
    for setting in tunables { _ = policy.write(setting.attribute, setting.text) }
    return policy
  }
}
