public import Units

/// What a guest kernel is built with: how it is set, and the memory and devices that it finds.
public struct GuestConfiguration: Sendable {
  /// How it is set.
  public var kernel: KernelSettings
  /// Memory at boot: zones, marks and reserves.
  public var zones: GuestZones
  /// Pages of each file set, and the disk it is on.
  public var fileSets: [(pages: PageCount, disk: Int)] = []
  /// Size of each swap device, header included, and its disk; highest priority first.
  public var swap: [(size: PageCount, disk: Int)] = []
  /// Kernel memory that nothing reclaims, at boot.
  public var kernelUnreclaimable = PageCount.zero
  /// Pages of `kernelUnreclaimable` that the kernel counts as reclaimable slab: their objects are in use.
  public var slabInUse = PageCount.zero
  /// Reclaimable slab at boot.
  public var slabReclaimable = PageCount.zero
  /// Whether the cleancache backend is registered.
  public var cleancache = true
  /// Whether the frontswap backend is registered.
  public var frontswap = true

  /// A guest with nothing but memory.
  public init(_ kernel: KernelSettings = KernelSettings(), zones: GuestZones) {
    self.kernel = kernel
    self.zones = zones
  }
}
