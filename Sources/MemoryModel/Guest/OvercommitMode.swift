internal import Units

/// What a kernel does about programs that ask for more memory than there is: vm.overcommit_memory.
///
/// Source: Docs/kernel.md 5.2.
public enum OvercommitMode: String, CaseIterable, Sendable {
  /// Every mapping is granted, for a recorded demand was granted where it was recorded; the kernel's own test before a
  /// shrink of frontswap is that of mode 0.
  case granted
  /// Each request by itself must fit into what could be freed: the default of Linux.
  case heuristic = "0"
  /// Every request is granted.
  case always = "1"
  /// All requests together must stay below CommitLimit.
  case never = "2"
}

extension GuestKernel {
  /// __vm_enough_memory(): whether `pages`, which are charged already, may be committed.
  ///
  /// A request is that of a new process of that size, or the kernel's own, which has administrator's rights and no
  /// process. Source: Docs/kernel.md 5.2 and 3.8.
  func hasEnough(_ pages: Int, isKernels: Bool) -> Bool {
    switch settings.overcommit {
    case .always: return true
    case .granted, .heuristic:
      if settings.overcommit == .granted && !isKernels { return true }
      let reclaimable =
        free + sizes.file + slabReclaimable + slabInUse + swap.freeSlots + swapCachePages
      let left = reclaimable - zones.totalReserve.pages
      return left > 0 && left - (isKernels ? 0 : adminReserve) > pages
    case .never:
      let limit = GuestZones.commitLimit(
        totalRAM: memTotal, swap: PageCount(swap.totalSlots), ratio: settings.overcommitRatio
      ).pages
      let allowed = isKernels ? limit : limit - adminReserve - min(pages / 32, userReserve)
      return commit.read.pages < allowed
    }
  }
}
