public import Units

/// What decides a guest's zones, marks and reserves at boot.
public struct BootParameters: Hashable, Sendable {
  /// Boot-time maximum, 16 MiB to 1 TiB.
  public var memory: PageCount
  /// How the kernel is set.
  public var kernel: KernelSettings
  /// Pages given to the allocator after the marks were computed (Docs/kernel.md 5.3 (a)).
  public var lateFreed: PageCount
  /// Pages of `memory` that the domain is not given at boot: they begin on the balloon's list.
  public var ballooned: PageCount
  /// Where the frames lie, and what the allocator manages in the end, late-freed pages included.
  public var layout: BootLayout

  /// Whether the kernel sees all of `memory` when it sets its marks, and is ballooned only then: so with virtio's balloon,
  /// while a guest of Xen's begins with what it was given (Docs/kernel.md 2.1).
  var setsMarksOfWhole: Bool { kernel.balloon == .virtio }

  /// A guest of which the size is known, and perhaps more.
  ///
  /// - Parameters:
  ///   - memory: Boot-time maximum.
  ///   - kernel: How the kernel is set.
  ///   - bootReserved: Pages that never reach the allocator; nil: the policy's prediction. More or
  ///     fewer than predicted are taken from, or given to, the zones as in ballooning.
  ///   - lateFreed: Pages freed after the marks were computed; nil: the policy's default.
  ///   - ballooned: Pages of `memory` that are not there at boot.
  ///   - layout: Zones that are known; nil: the policy's prediction.
  public init(
    memory: PageCount, kernel: KernelSettings = KernelSettings(), bootReserved: PageCount? = nil,
    lateFreed: PageCount? = nil, ballooned: PageCount = .zero, layout: BootLayout? = nil
  ) {
    self.memory = memory
    self.kernel = kernel
    self.ballooned = ballooned
    self.lateFreed = lateFreed ?? kernel.policy.lateFreed
    self.layout = layout ?? kernel.policy.layout(memory: memory)
    if let bootReserved {
      let wanted = max(.zero, memory - bootReserved)
      let present = self.layout.zones.map(\.present)
      _ = self.layout.move((wanted - self.layout.managed).pages, limits: present)
    }
  }
}
