public import Units

extension Host {
  /// Another user of the host asks for memory: takes up to `count` pages of the heap, and returns how many.
  ///
  /// As any allocation of the heap it evicts ephemeral pages if it must, and it gets no persistent ones. It holds
  /// them until `releaseClaim`; another claim adds to them. Source: Docs/kernel.md 4.4, trigger b.
  @discardableResult
  public mutating func claim(_ count: PageCount) -> PageCount {
    let taken = takeFromHeap(count.pages, for: nil)
    claimed += taken
    return PageCount(taken)
  }

  /// Takes all that can be had, and until `releaseClaim` whatever guests and tmem give back: the host is out of memory.
  @discardableResult
  public mutating func claimEverything() -> PageCount {
    isExhausted = true
    return claim(PageCount(memory))
  }

  /// Gives back to the heap what was claimed.
  public mutating func releaseClaim() {
    isExhausted = false
    release(PageCount(claimed))
  }

  /// Gives back to the heap so much of what was claimed, at most all of it.
  public mutating func release(_ count: PageCount) {
    let pages = min(count.pages, claimed)
    claimed -= pages
    returnToHeap(pages)
  }

  /// tmemc_freeze_pools(): stops or resumes taking puts of a guest; what it has stays, and can be got and flushed.
  ///
  /// Source: Docs/kernel.md 4.6.
  public mutating func setFrozen(_ isFrozen: Bool, of domain: Int) {
    domains[domain].isFrozen = isFrozen
  }

  /// Holds the pools of a guest to the pages that they have now, or no longer.
  public mutating func setFull(_ isFull: Bool, of domain: Int) {
    domains[domain].capacity =
      isFull ? (ephemeral.count(of: domain), domains[domain].persistent) : nil
  }
}
