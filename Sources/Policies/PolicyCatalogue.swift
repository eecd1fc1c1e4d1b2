/// The policies that there are. This file and the folders are the places that know them by name.
public enum PolicyCatalogue {
  /// Those that run in a guest.
  public static let guestPolicies: [any GuestPolicy.Type] = [
    SelfBalloon.self,
    FirstSelfBalloon.self,
    Xenballoond.self,
    DamonPolicy.self,
  ]

  /// Those that run on the host.
  public static let hostPolicies: [any HostPolicy.Type] = [
    SqueezedPolicy.self,
    MomPolicy<MomRules>.self,
    MomPolicy<VdsmRules>.self,
    ProxmoxPolicy.self,
    SenpaiPolicy.self,
    OomdSenpaiPolicy.self,
    HyperVPolicy.self,
    ESXPolicy.self,
    VPAPolicy.self,
    SmarTmemPolicy.self,
  ]

  /// All of them.
  public static let all: [any MemoryPolicy.Type] = guestPolicies + hostPolicies

  /// The policy of a name, wherever it runs; nil: there is none.
  public static func policy(named name: String) -> (any MemoryPolicy.Type)? {
    all.first { $0.card.name == name }
  }

  /// The host's policy of a name; nil: there is none.
  public static func hostPolicy(named name: String) -> (any HostPolicy.Type)? {
    hostPolicies.first { $0.card.name == name }
  }

  /// The guest's policy of a name; nil: there is none.
  public static func guestPolicy(named name: String) -> (any GuestPolicy.Type)? {
    guestPolicies.first { $0.card.name == name }
  }
}

extension PolicyCatalogue {
  /// The kinds of recorded vectors that there are of the real programs.
  public static let replays: [any PolicyReplay.Type] = [
    MomReplay.self,
    ProxmoxReplay.self,
    VPABucketReplay.self,
    VPAReplay.self,
    FirstSelfBalloonReplay.self,
    XenballoondReplay.self,
    HyperVReplay.self,
    SqueezedReplay.self,
    DamonReplay.self,
    SenpaiReplay.self,
    OomdSenpaiReplay.self,
  ]
}
