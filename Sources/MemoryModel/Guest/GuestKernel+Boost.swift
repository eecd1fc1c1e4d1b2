public import Units

/// Where free memory lies, as far as raised marks depend on it.
///
/// Linux keeps free pages in blocks of 512, and pages of the balloon apart from those that can be moved. A page that the balloon
/// takes out of a block which others use in part makes the marks rise; out of a free block it does not.
/// Assumed: free pages that were in use at any time since boot, but for those the balloon gave back, lie in blocks in use.
struct Fragments {
  /// Free pages in blocks that are free as a whole, as of the last look; no more than are free.
  var whole = 0
  /// `watermark_boost`: pages by which all three marks are raised.
  var boost = 0

  /// Pages of a block, by which a mark rises at a time. Source: Linux 6.1, mm/page_alloc.c, boost_watermark().
  static let block = 512
}

extension GuestKernel {
  /// Notes that pages are about to be freed: only what is free now can lie in free blocks.
  @inline(__always)
  mutating func noteFragments() { fragments.whole = min(fragments.whole, free) }

  /// boost_watermark(): the marks rise by a block if the balloon takes pages out of blocks in use. kswapd is woken.
  ///
  /// Linux raises them once for each block whose pages change hands; here a batch is taken for one block.
  /// Source: Docs/kernel.md 6.3a.
  mutating func boostMarks(for count: Int) {
    noteFragments()
    let fromWhole = min(count, fragments.whole)
    fragments.whole -= fromWhole
    guard fromWhole < count else { return }
    let high = zones.preferredHighMark.pages
    let share = high * boostFactor / 10_000
    guard zones.preferredManaged.pages >= 4 * Fragments.block, share > 0 else { return }
    let most = max(share, Fragments.block)
    let boost = min(fragments.boost + Fragments.block, most)
    guard boost > fragments.boost else { return }
    fragments.boost = boost
    updateLimits()
    wakeKswapd()
  }

  /// Puts a recorded guest's marks in the place of those computed, raised by `boost` pages.
  ///
  /// `zones` are DMA, DMA32 and Normal, in this order; `maxPFN` is nil if it is not known.
  public mutating func adopt(marksOf zones: [Zone], maxPFN: PageCount?, boost: PageCount) {
    self.zones.adopt(marksOf: zones, maxPFN: maxPFN)
    fragments.boost = boost.pages
    updateLimits()
  }

  /// balance_pgdat(), its end: what was raised when kswapd began is taken back.
  mutating func endBoost(_ raised: Int) {
    if raised == 0 { return }
    fragments.boost -= min(fragments.boost, raised)
    updateLimits()
  }
}
