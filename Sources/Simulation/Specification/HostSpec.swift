public import MemoryModel
public import Units

/// The machine below the guests.
public struct HostSpec: Sendable {
  /// The host's RAM without what the hypervisor keeps for itself.
  public var memory: PageCount
  /// Transcendent memory.
  public var tmem: TmemConfiguration
  /// The disks, by name.
  public var disks: [DiskSpec]
  /// Who decides on the host about its guests' memory; nil: nobody.
  public var policy: HostPolicySpec?

  /// A host with one SSD.
  public init(
    memory: PageCount, tmem: TmemConfiguration = TmemConfiguration(),
    disks: [DiskSpec] = [DiskSpec(name: "ssd", parameters: .sataSSD)]
  ) {
    self.memory = memory
    self.tmem = tmem
    self.disks = disks
  }
}

/// A disk of the host.
public struct DiskSpec: Sendable {
  /// The name by which guests refer to it.
  public var name: String
  /// Its service times.
  public var parameters: DiskParameters

  /// A disk with a name.
  public init(name: String, parameters: DiskParameters) {
    self.name = name
    self.parameters = parameters
  }
}
