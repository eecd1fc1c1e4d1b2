public import Units

/// Memory that a guest reported as free: the host discards it, and finds other memory when the guest uses it again.
///
/// QEMU does so with madvise(MADV_DONTNEED) or a hole in the file behind the guest's memory; the guest's RAM stays what it is.
/// Nothing keeps for a guest what it reported, so memory can be promised twice. What the host lacks then it is taken to find by
/// swapping out other memory; how much that is, is `overdrawnPages`.
extension Host {
  /// Pages of a domain's RAM that hold no memory of the host.
  public func discarded(of domain: Int) -> PageCount { PageCount(domains[domain].discarded) }

  /// Pages for which the host had no memory, so that other memory of guests lies in the host's swap. Paid off by what comes back.
  public var overdrawnPages: PageCount { PageCount(overdrawn) }

  /// Discards `count` free pages of a domain, which must hold memory.
  mutating func discard(_ count: Int, of domain: Int) {
    domains[domain].discarded += count
    returnToHeap(count)
  }

  /// Gives a domain memory again for `count` of its discarded pages. Returns for how many the host had none and has to swap.
  mutating func restore(_ count: Int, of domain: Int) -> Int {
    let missing = count - takeFromHeap(count, for: domain)
    domains[domain].discarded -= count
    overdrawn += missing
    return missing
  }
}
