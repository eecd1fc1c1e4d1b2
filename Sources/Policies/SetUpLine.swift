/// A line that sets something of a policy on a real machine, to be pasted.
public struct SetUpLine: Hashable, Sendable {
  /// Where it goes, as in `on the Proxmox host` or `in /etc/momd.conf`.
  public var place: String
  /// The line. `{name}` stands for a guest's name, which is put in quoted for a shell; all else is plain ASCII of the policy's own,
  /// and texts of settings that the policy itself read back.
  public var text: String
  /// The guest whose name is meant by `{name}`; nil: it is of the host.
  public var guest: String?

  /// A line.
  public init(_ text: String, _ place: String, guest: String? = nil) {
    self.text = text
    self.place = place
    self.guest = guest
  }
}

/// What an operator gives a guest that a policy of the host moves.
public struct GuestFrame: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// Its least size in MiB; nil: not given.
  public var least: Int64?
  /// Its largest size in MiB.
  public var most: Int64
  /// Its shares; nil: not given.
  public var shares: Int64?

  /// A guest's frame.
  public init(name: String, least: Int64?, most: Int64, shares: Int64?) {
    self.name = name
    self.least = least
    self.most = most
    self.shares = shares
  }
}

extension MemoryPolicy {
  /// The settings that have another value than they have when nobody sets them, or are among `always`, as the policy reads them.
  public static func changed(
    _ texts: [(name: String, text: String)], always: Set<String> = []
  ) -> [(setting: PolicySetting, text: String)] {
    var policy = Self(version: card.versions[0])
    return texts.compactMap { name, text in
      guard let setting = card.setting(name), policy?.write(setting.name, text).status == .ok,
        let value = policy?.read(setting.name),
        value != setting.initial || always.contains(setting.name)
      else { return nil }
      return (setting, value)
    }
  }
}
