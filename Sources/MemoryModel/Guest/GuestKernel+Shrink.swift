public import Units

/// A frontswap shrink under way: a partial swapoff of one device.
///
/// Source: Docs/kernel.md 3.6 and 3.7.
public struct FrontswapShrink: Sendable {
  let device: Int
  /// Pages still to bring home; nil: all that are in frontswap.
  var remaining: Int?
  /// The slot to look at next.
  var position: Int
  /// Pages brought home so far.
  public private(set) var shrunk = 0

  init(device: Int, remaining: Int?, position: Int) {
    self.device = device
    self.remaining = remaining
    self.position = position
  }

  /// Notes one page brought home; false when that was the last one wanted.
  mutating func count() -> Bool {
    shrunk += 1
    guard let left = remaining else { return true }
    remaining = left - 1
    return left > 1
  }
}

/// How far a shrink has come.
public enum ShrinkProgress: Sendable {
  /// There is more to do, when the time it took is over.
  case goesOn
  /// Done, or given up for want of memory.
  case ended
}

extension GuestKernel {
  /// Pages brought home in one step of a shrink, after which others get their turn.
  static let shrinkStep = 32

  /// frontswap_shrink(): chooses the device and how much of it is to come home.
  ///
  /// Nil if there is nothing to do, or no device passes the memory check. In Linux 3.6
  /// (`allMeansNothing`) a shrink of everything did nothing. Source: Docs/kernel.md 3.6 and 3.8.
  public mutating func beginShrink(to target: PageCount, allMeansNothing: Bool = false)
    -> FrontswapShrink?
  {
    guard swap.frontswapPages > target.pages else { return nil }
    let wanted = swap.frontswapPages - target.pages
    for (index, device) in swap.devices.enumerated() {
      let isAll = wanted >= device.frontswapPages
      let need = isAll ? device.frontswapPages : wanted
      guard couldCommit(need) else { continue }
      if isAll && allMeansNothing { return nil }
      return FrontswapShrink(
        device: index, remaining: isAll ? nil : wanted, position: device.slots.lowerBound)
    }
    return nil
  }

  /// __frontswap_unuse_pages(), its memory check: the overcommit test for the kernel itself.
  ///
  /// It charges what it asks for and takes it back at once; if that reaches the batch of the commit
  /// counter, what the worker's CPU kept to itself shows. Source: Docs/kernel.md 3.8 and 5.2.
  mutating func couldCommit(_ need: Int) -> Bool {
    commit.add(need, cpu: 0)
    defer { commit.add(-need, cpu: 0) }
    return hasEnough(need, isKernels: true)
  }

  /// total_swapcache_pages(): pages that are in memory and in a slot. O(1) only through its uses: slots in use less swapped pages.
  var swapCachePages: Int { swap.usedSlots - (regions.touched - sizes.anon) }

  /// try_to_unuse(), a step of it: brings up to 32 pages home, lowest slot first.
  ///
  /// Each goes to the head of the active list, old and dirty, and its slot is freed. Source: Docs/kernel.md 3.7.
  public mutating func continueShrink(
    _ shrink: inout FrontswapShrink, _ host: inout Host
  ) -> ShrinkProgress {
    for _ in 0..<Self.shrinkStep {
      guard
        let slot = swap.firstInFrontswap(from: shrink.position, device: shrink.device)
          ?? swap.firstInFrontswap(from: 0, device: shrink.device)
      else { return .ended }
      let page = swap.owner(of: slot)
      if !pages.records[Int(page)].state.isOnList {
        switch allocate(.kernel, &host) {
        case .granted: break
        case .mustWait: return .goesOn
        case .failed: return .ended
        }
        guard pages.records[Int(page)].state.contains(.swapped) else {
          free += 1
          continue
        }
        counters[.frontswapLoads] += 1
        elapsed += getCost(host)
        sizes.activeAnon += 1
      } else {
        activateForShrink(page)
      }
      freeSlot(slot, &host)
      pages.records[Int(page)].state = [.resident, .active, .dirty]
      pages.pushHead(page, .activeAnon)
      shrink.position = Int(slot) + 1
      if !shrink.count() { return .ended }
    }
    return .goesOn
  }

  /// activate_page(), its first half: takes a page that is in the swap cache off its list, to be put at the active head.
  private mutating func activateForShrink(_ page: UInt32) {
    let list = LRUList(pages.records[Int(page)].state)
    pages.remove(page, from: list)
    if list == .inactiveAnon {
      sizes.inactiveAnon -= 1
      sizes.activeAnon += 1
      counters[.pgactivate] += 1
    }
  }
}
