/// What a guest kernel is built with and how it is set.
public struct GuestConfiguration: Sendable {
  /// By which kernel's rules it works.
  public var kernel: KernelPolicy
  /// Memory at boot: zones, marks and reserves.
  public var zones: GuestZones
  /// Virtual CPUs.
  public var vcpus: Int
  /// Pages of each file set, and the disk it is on.
  public var fileSets: [(pages: PageCount, disk: Int)]
  /// Size of each swap device, header included, and its disk; highest priority first.
  public var swap: [(size: PageCount, disk: Int)]
  /// Whether the swap devices are RAM (zram): nothing is waited for, and a page that is swapped in gives its slot up.
  public var swapsToMemory: Bool
  /// vm.swappiness, 0 to 100.
  public var swappiness: Int
  /// vm.page-cluster: swap is read ahead in blocks of up to 2 to this power, 0 to 10.
  public var pageCluster: Int
  /// vm.dirty_ratio and vm.dirty_background_ratio, in percent, 0 to 100.
  public var dirtyRatio: Int
  /// See `dirtyRatio`.
  public var dirtyBackgroundRatio: Int
  /// vm.overcommit_memory.
  public var overcommit: OvercommitMode
  /// vm.overcommit_ratio, in percent, not negative.
  public var overcommitRatio: Int
  /// Kernel memory that nothing reclaims, and reclaimable slab, at boot.
  public var kernelUnreclaimable: PageCount
  /// See `kernelUnreclaimable`.
  public var slabReclaimable: PageCount
  /// Whether the cleancache backend is registered.
  public var cleancache: Bool
  /// Whether the frontswap backend is registered.
  public var frontswap: Bool
  /// The generation of the balloon driver.
  public var balloon: BalloonGeneration
  /// Time that things take.
  public var costs: Costs

  /// A guest of `zones` with nothing but memory.
  public init(zones: GuestZones, vcpus: Int = 1) {
    kernel = .linux4_19
    self.zones = zones
    self.vcpus = vcpus
    fileSets = []
    swap = []
    swapsToMemory = false
    swappiness = 60
    pageCluster = 0
    dirtyRatio = 20
    dirtyBackgroundRatio = 10
    overcommit = .granted
    overcommitRatio = 50
    kernelUnreclaimable = .zero
    slabReclaimable = .zero
    cleancache = true
    frontswap = true
    balloon = .linux4_19
    costs = Costs()
  }
}
