public import MemoryModel
public import Policies

/// One guest: its kernel, its devices, its settings and its work.
public struct GuestSpec: Sendable {
  /// The guest's name.
  public var name: String
  /// Boot-time maximum (max_pfn), 16 MiB to 1 TiB.
  public var memory: PageCount
  /// Virtual CPUs, 1 to 512; they set the commit counter's batch.
  public var vcpus: Int
  /// Rules by which the kernel lays out zones and marks, and reclaims memory.
  public var kernel: KernelPolicy
  /// Whether transparent huge pages raise min_free_kbytes at boot.
  public var transparentHugePages: Bool
  /// Pages that never reach the page allocator; nothing: the fitted default.
  public var bootReserved: PageCount?
  /// Pages given to the allocator after the marks were computed.
  public var lateFreed: PageCount
  /// Whether this is the initial domain, in which selfballooning refuses to start.
  public var isInitialDomain: Bool
  /// The kernel command line.
  public var boot: String
  /// The generation of the selfballoon driver.
  public var driver: DriverGeneration
  /// What moves the balloon.
  public var controller: ControllerKind
  /// sysfs writes made right after boot: attribute and text, in the order of the file.
  public var tunables: [(attribute: String, text: String)]
  /// Swap devices, highest priority first.
  public var swap: [SwapSpec]
  /// Whether swap is compressed memory that takes none (zram of same-filled pages) instead of the disks named.
  public var swapsToMemory = false
  /// vm.swappiness, 0 to 100.
  public var swappiness: Int
  /// The weight of the guest's ephemeral pages against those of others; 0: none.
  public var tmemWeight = 0
  /// vm.page-cluster, 0 to 10; 0: swap is not read ahead.
  public var pageCluster = 0
  /// vm.dirty_ratio and vm.dirty_background_ratio, in percent.
  public var dirtyRatio = 20
  /// See `dirtyRatio`.
  public var dirtyBackgroundRatio = 10
  /// vm.overcommit_memory, or that every mapping is granted as in the recording.
  public var overcommit = OvercommitMode.granted
  /// vm.overcommit_ratio, in percent.
  public var overcommitRatio = 50
  /// Reclaimable slab pages; nothing: the fitted default.
  public var slabReclaimable: PageCount?
  /// Kernel memory that nothing reclaims; nothing: the fitted default.
  public var kernelUnreclaimable: PageCount?
  /// Committed_AS over time.
  public var committed: CommittedSpec
  /// What becomes of committed memory.
  public var anon: AnonSpec
  /// File streams.
  public var files: [FileStreamSpec]
  /// Processes that work through a script, besides or instead of the above.
  public var workload: ScriptSpec?
  /// The generation of the balloon driver.
  public var balloon: BalloonGeneration
  /// Time that things take.
  public var costs: Costs
  /// Whether it may have what no machine with its kernel and balloon had (`systemWarning`).
  public var isCounterfactual = false
  /// What it is given at boot, the rest being ballooned out; nothing: all of its memory.
  public var bootMemory: PageCount?
  /// What it has when it has booted.
  public var memoryAtBoot: PageCount { bootMemory ?? memory }
}

/// What moves a guest's balloon.
public enum ControllerKind: String, CaseIterable, Sendable {
  /// The selfballoon worker, if the boot options start it.
  case selfballoon
  /// Nothing: a static guest.
  case none
}

/// A swap device.
public struct SwapSpec: Sendable {
  /// Its size.
  public var size: PageCount
  /// The disk it is on.
  public var disk: String
}
