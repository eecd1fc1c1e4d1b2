public import MemoryModel

/// The machine below the guests.
public struct HostSpec: Sendable {
  /// The host's RAM without what the hypervisor keeps for itself.
  public var memory: PageCount
  /// Transcendent memory.
  public var tmem: TmemConfiguration
  /// The disks, by name.
  public var disks: [DiskSpec]
}

/// A disk of the host.
public struct DiskSpec: Sendable {
  /// The name by which guests refer to it.
  public var name: String
  /// Its service times.
  public var parameters: DiskParameters
}
