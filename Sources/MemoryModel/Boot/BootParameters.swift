/// What decides a guest's zones, marks and reserves at boot.
public struct BootParameters: Hashable, Sendable {
  /// Boot-time maximum, 16 MiB to 1 TiB.
  public var memory: PageCount
  /// Virtual CPUs, at least 1.
  public var vcpus: Int
  /// By which kernel's rules.
  public var policy: KernelPolicy
  /// Whether transparent huge pages are on (`always` or `madvise`) and raise min_free_kbytes.
  public var transparentHugePages: Bool
  /// Pages given to the allocator after the marks were computed (facts 5.3 (a)).
  public var lateFreed: PageCount
  /// Pages of `memory` that the domain is not given at boot: they begin on the balloon's list.
  public var ballooned: PageCount
  /// Whether the kernel sees all of `memory` when it sets its marks, and is ballooned only then: so with virtio's balloon,
  /// while a guest of Xen's begins with what it was given (facts 2.1).
  public var setsMarksOfWhole: Bool
  /// Where the frames lie, and what the allocator manages in the end, late-freed pages included.
  public var layout: BootLayout

  /// A guest of which the size is known, and perhaps more.
  ///
  /// - Parameters:
  ///   - memory: Boot-time maximum.
  ///   - vcpus: Virtual CPUs, at least 1.
  ///   - policy: By which kernel's rules.
  ///   - transparentHugePages: Whether transparent huge pages are on.
  ///   - bootReserved: Pages that never reach the allocator; nothing: the policy's prediction. More or
  ///     fewer than predicted are taken from, or given to, the zones as in ballooning.
  ///   - lateFreed: Pages freed after the marks were computed; nothing: the policy's default.
  ///   - ballooned: Pages of `memory` that are not there at boot.
  ///   - setsMarksOfWhole: Whether marks and reserves are those of all of `memory` nevertheless.
  ///   - layout: Zones that are known; nothing: the policy's prediction.
  public init(
    memory: PageCount, vcpus: Int = 1, policy: KernelPolicy = .linux4_19,
    transparentHugePages: Bool = false, bootReserved: PageCount? = nil, lateFreed: PageCount? = nil,
    ballooned: PageCount = .zero, setsMarksOfWhole: Bool = false, layout: BootLayout? = nil
  ) {
    self.memory = memory
    self.vcpus = vcpus
    self.policy = policy
    self.transparentHugePages = transparentHugePages
    self.ballooned = ballooned
    self.setsMarksOfWhole = setsMarksOfWhole
    self.lateFreed = lateFreed ?? policy.lateFreed
    self.layout = layout ?? policy.layout(memory: memory)
    if let bootReserved {
      let wanted = max(.zero, memory - bootReserved)
      let present = self.layout.zones.map(\.present)
      _ = self.layout.move((wanted - self.layout.managed).pages, limits: present)
    }
  }
}
