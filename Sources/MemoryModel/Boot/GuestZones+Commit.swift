public import Units

extension GuestZones {
  /// mm_compute_batch(): the batch of the per-CPU counter vm_committed_as, in pages.
  ///
  /// - Parameters:
  ///   - totalRAM: totalram_pages at boot.
  ///   - vcpus: At least 1.
  ///
  /// Source: Docs/kernel.md 5.1, Linux 4.19; the policy does not change it.
  public static func commitBatch(totalRAM: PageCount, vcpus: Int) -> Int {
    max(2 * vcpus, 32, min(totalRAM.pages / vcpus / 256, Int(Int32.max)))
  }

  /// vm_commit_limit(): CommitLimit, what may be committed with vm.overcommit_memory 2.
  ///
  /// - Parameters:
  ///   - totalRAM: totalram_pages of the moment, so that ballooning moves the limit.
  ///   - swap: All swap space.
  ///   - ratio: vm.overcommit_ratio in percent, not negative.
  ///
  /// Source: Docs/kernel.md 5.2, without huge TLB pages.
  public static func commitLimit(totalRAM: PageCount, swap: PageCount, ratio: Int = 50) -> PageCount
  {
    PageCount(totalRAM.pages * ratio / 100) + swap
  }

  /// init_admin_reserve(): what only an administrator may commit, 1/32 of the memory free at boot, at most 8 MiB.
  ///
  /// Source: Docs/kernel.md 5.2.
  public static func adminReserve(freeAtBoot: PageCount) -> PageCount {
    reserve(freeAtBoot: freeAtBoot, ceiling: 8192)
  }

  /// init_user_reserve(): what a process leaves to others in mode 2, 1/32 of the memory free at boot, at most 128 MiB.
  ///
  /// Source: Docs/kernel.md 5.2.
  public static func userReserve(freeAtBoot: PageCount) -> PageCount {
    reserve(freeAtBoot: freeAtBoot, ceiling: 131_072)
  }

  /// 1/32 of some memory, computed in KiB as the kernel does, and at most `ceiling` KiB.
  private static func reserve(freeAtBoot: PageCount, ceiling: Int) -> PageCount {
    PageCount(min(freeAtBoot.pages * 4 / 32, ceiling) >> 2)
  }
}
