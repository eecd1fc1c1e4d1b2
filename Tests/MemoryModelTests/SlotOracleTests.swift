import SimulationEngine
import Testing
import Units

@testable import MemoryModel

/// Swap slots and ephemeral pages beside arrays that are searched from one end to the other.
@Suite("Slots and ephemeral pages beside plain arrays")
struct SlotOracleTests {
  /// A slot as a plain record; device headers are never free.
  private struct Slot {
    var device: Int
    var isHeader: Bool
    var owner: UInt32?
    var isStored = false
  }

  @Test("Swap space hands out, frees and finds slots as an array searched slot by slot does")
  func swapSpace() {
    for seed in UInt64(0)..<20 {
      var random = RandomStream(seed: seed, purpose: "slots")
      let sizes = (0...random.below(3)).map { _ in 1 + Int(random.below(150)) }
      var swap = SwapSpace(sizes.enumerated().map { ($1, $0) })
      var slots = sizes.enumerated().flatMap { device, size in
        (0..<size).map { Slot(device: device, isHeader: $0 == 0) }
      }
      let usable = slots.count { !$0.isHeader }

      for step in 0..<400 {
        let used = slots.indices.filter { slots[$0].owner != nil }
        let choice = random.below(4)
        if choice < 2 || used.isEmpty {
          let page = UInt32(step + 1)
          let expected = slots.firstIndex { !$0.isHeader && $0.owner == nil }
          let got = swap.allocate(for: page)
          #expect(got.map(Int.init) == expected, "seed \(seed), step \(step)")
          if let expected { slots[expected].owner = page }
        } else {
          let slot = used[Int(random.below(UInt64(used.count)))]
          if choice == 2 || slots[slot].isStored {
            swap.setInFrontswap(UInt32(slot), !slots[slot].isStored)
            slots[slot].isStored.toggle()
          } else {
            swap.release(UInt32(slot))
            slots[slot].owner = nil
          }
        }
        let isEqual = compare(swap, slots, usable, from: Int(random.below(200)))
        #expect(isEqual, "seed \(seed), step \(step)")
        if !isEqual { return }
      }
    }
  }

  private func compare(_ swap: borrowing SwapSpace, _ slots: [Slot], _ usable: Int, from: Int)
    -> Bool
  {
    let used = slots.count { $0.owner != nil }
    var isEqual =
      swap.totalSlots == usable && swap.usedSlots == used && swap.freeSlots == usable - used
      && swap.frontswapPages == slots.count(where: \.isStored)
      && swap.isMoreThanHalfFull == ((usable - used) * 2 < usable)
    for (index, slot) in slots.enumerated() where !slot.isHeader {
      let number = UInt32(index)
      isEqual =
        isEqual && swap.isUsed(number) == (slot.owner != nil)
        && swap.isInFrontswap(number) == slot.isStored && swap.device(of: number) == slot.device
        && (slot.owner == nil || swap.owner(of: number) == slot.owner)
    }
    for device in swap.devices.indices {
      let first = slots.indices.first {
        $0 >= from && slots[$0].device == device && slots[$0].isStored
      }
      isEqual =
        isEqual && swap.firstInFrontswap(from: from, device: device).map(Int.init) == first
        && swap.devices[device].frontswapPages
          == slots.count { $0.device == device && $0.isStored }
    }
    return isEqual
  }

  @Test("The ephemeral list drops, keeps and counts pages as an array in the order of puts does")
  func ephemeralList() {
    for seed in UInt64(0)..<10 {
      var random = RandomStream(seed: seed, purpose: "ephemeral")
      var list = EphemeralList()
      var array: [(handle: UInt32, page: UInt32, domain: Int)] = []
      var gone: [(handle: UInt32, page: UInt32, domain: Int)] = []

      for step in 0..<1_000 {
        switch random.below(8) {
        case 0..<4:
          let (page, domain) = (UInt32(step), Int(random.below(3)))
          array.append((list.append(page: page, domain: domain), page, domain))
        case 4, 5:
          let isRemoved = list.removeOldest() != nil
          #expect(isRemoved == !array.isEmpty, "seed \(seed), step \(step)")
          if isRemoved { gone.append(array.removeFirst()) }
        case 6:
          guard !array.isEmpty else { continue }
          let index = Int(random.below(UInt64(array.count)))
          let entry = array.remove(at: index)
          let isRemoved = list.remove(entry.handle, page: entry.page, domain: entry.domain)
          #expect(isRemoved, "seed \(seed), step \(step)")
          gone.append(entry)
        default:
          // A handle of a page that is gone misses, even if another page has its entry now.
          guard !gone.isEmpty else { continue }
          let entry = gone[Int(random.below(UInt64(gone.count)))]
          let isRemoved = list.remove(entry.handle, page: entry.page, domain: entry.domain)
          #expect(!isRemoved, "seed \(seed), step \(step)")
        }
        let counts = (0..<3).map { domain in array.count { $0.domain == domain } }
        let got = (0..<3).map { list.count(of: $0) }
        #expect(got == counts && list.count == array.count, "seed \(seed), step \(step)")
      }
    }
  }
}
