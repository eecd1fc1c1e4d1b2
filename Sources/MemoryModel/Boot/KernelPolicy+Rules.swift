public import Units

extension KernelPolicy {
  /// The most that the kernel sets min_free_kbytes to by itself, in KiB.
  ///
  /// Source: Docs/kernel.md 5.3; 6.1: mm/page_alloc.c, calculate_min_free_kbytes().
  var minFreeCeiling: Int {
    switch self {
    case .linux4_19: 65_536
    case .linux6_1, .linux6_18: 262_144
    }
  }

  /// Whether min_free_kbytes is computed a second time, from managed minus high, without huge pages.
  ///
  /// Source: Docs/kernel.md 5.3 (c).
  var recomputesWithoutHugePages: Bool {
    switch self {
    case .linux4_19: false
    case .linux6_1, .linux6_18: true
    }
  }

  /// Pages given to the allocator after the marks were computed, unless something else is known.
  ///
  /// Source: Docs/kernel.md 5.3 (a) for 6.1; the guests of Docs/kernel.md 5.4 have none.
  public var lateFreed: PageCount {
    switch self {
    case .linux4_19: .zero
    case .linux6_1, .linux6_18: PageCount(2440)
    }
  }

  /// Whether vm_memory_committed() adds up what every CPU keeps to itself.
  ///
  /// Source: Docs/kernel.md 5.1 for 4.19; the recorded guests of 6.1, whose Committed_AS shows every mapping at once.
  var readsCommittedExactly: Bool {
    switch self {
    case .linux4_19: false
    case .linux6_1, .linux6_18: true
    }
  }

  /// Where the frames of a guest of this size lie, as far as its size tells.
  ///
  /// Each policy comes with the machine it was seen on: 4.19 a Xen guest, 6.1 QEMU's `pc`.
  public func layout(memory: PageCount) -> BootLayout {
    switch self {
    case .linux4_19: .xen(memory: memory)
    case .linux6_1, .linux6_18: .pcMachine(memory: memory)
    }
  }
}
