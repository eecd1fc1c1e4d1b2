/// How many slots a swap-in reads at once: a window that grows with its hits.
///
/// Source: Docs/kernel.md 3.2; Linux 4.19, mm/swap_state.c, __swapin_nr_pages().
struct SwapReadAhead {
  /// The largest window in pages, a power of two; 1: no read-ahead.
  let largest: Int
  /// Pages read ahead that were then asked for, since the last fault. Linux starts with 4.
  private var hits = 4
  /// The slot of the last fault that had no hit before it, and the window of the last fault.
  private var previousSlot: Int64 = 0
  private var window = 0

  /// A window of at most 2^`pageCluster` pages.
  init(pageCluster: Int) { largest = 1 << pageCluster }

  /// Notes that a page read ahead was asked for.
  mutating func hit() { hits += 1 }

  /// swapin_nr_pages(): the aligned block of slots, as numbered on their device, that a fault on `slot` reads.
  mutating func block(around slot: Int) -> ClosedRange<Int> {
    if largest == 1 { return slot...slot }
    var pages = 4
    if hits == 0 {
      pages = abs(Int64(slot) - previousSlot) == 1 ? 2 : 1
      previousSlot = Int64(slot)
    } else {
      while pages < hits + 2 { pages *= 2 }
    }
    window = max(min(pages, largest), window / 2)
    hits = 0
    return slot & ~(window - 1)...slot | (window - 1)
  }
}
