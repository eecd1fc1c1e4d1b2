public import MemoryModel
public import Policies
public import Units

/// One guest: its kernel, its devices, its settings and its work.
public struct GuestSpec: Sendable {
  /// The guest's name.
  public var name: String
  /// Boot-time maximum (max_pfn), 16 MiB to 1 TiB.
  public var memory: PageCount
  /// What it is given at boot, the rest being ballooned out; nil: all of its memory.
  public var bootMemory: PageCount?
  /// The least size that a host's policy may give it; nil: none was said.
  public var minimumMemory: PageCount?
  /// The largest size that a host's policy may give it; nil: all of its memory.
  public var maximumMemory: PageCount?
  /// Its shares or weight with a host's policy; nil: none was said.
  public var shares: Int?
  /// How its kernel was built and is set.
  public var kernel: KernelSettings
  /// Pages that never reach the page allocator; nil: the fitted default.
  public var bootReserved: PageCount?
  /// Pages given to the allocator after the marks were computed.
  public var lateFreed: PageCount
  /// Whether this is the initial domain, in which a driver may refuse to start.
  public var isInitialDomain = false
  /// The kernel command line.
  public var boot: String
  /// The version of the guest's kernel as its boot options and its driver go by it.
  public var driver = DriverGeneration.linux4_19
  /// The policy that decides about its memory, or that none does.
  public var controller: ControllerKind
  /// The version of the policy, if it is none that `driver` says.
  public var policyVersion: String?
  /// Settings of the policy that are written at boot: name and text, in the order of the file.
  public var tunables: [(attribute: String, text: String)] = []
  /// Swap devices, highest priority first.
  public var swap: [SwapSpec] = []
  /// The weight of the guest's ephemeral pages against those of others; 0: none.
  public var tmemWeight = 0
  /// Reclaimable slab pages; nil: the fitted default.
  public var slabReclaimable: PageCount?
  /// What of the kernel's memory that nothing reclaims counts as reclaimable slab: its objects are in use.
  public var slabInUse = PageCount.zero
  /// Kernel memory that nothing reclaims; nil: the fitted default.
  public var kernelUnreclaimable: PageCount?
  /// Processes that work through a script, instead of committed memory.
  public var workload: ScriptSpec?
  /// Committed_AS over time.
  public var committed = CommittedSpec.none
  /// What becomes of committed memory.
  public var anon = AnonSpec()
  /// File streams.
  public var files: [FileStreamSpec] = []
  /// Whether it may have what no machine with its kernel and balloon had (`systemWarning`).
  public var isCounterfactual = false

  /// What it has when it has booted.
  public var memoryAtBoot: PageCount { bootMemory ?? memory }

  /// A guest that commits nothing, with what a machine with this kernel and balloon had.
  public init(name: String, memory: PageCount, kernel: KernelSettings = KernelSettings()) {
    self.name = name
    self.memory = memory
    self.kernel = kernel
    let hasTmem = Self.hasTmem(kernel)
    lateFreed = min(kernel.policy.lateFreed, memory)
    boot = hasTmem ? "tmem" : ""
    controller = hasTmem ? .usual : .none
  }
}

/// A swap device.
public struct SwapSpec: Sendable {
  /// Its size.
  public var size: PageCount
  /// The disk it is on.
  public var disk: String

  /// A device on a disk of the host.
  public init(size: PageCount, disk: String) {
    self.size = size
    self.disk = disk
  }
}
