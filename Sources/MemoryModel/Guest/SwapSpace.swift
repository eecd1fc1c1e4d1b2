import Glibc

/// The swap slots of a guest over all its swap devices.
///
/// Slots of all devices are numbered through in the order of priority, each device's first being its
/// header, so that "highest priority first, then lowest free slot" is "lowest free number". Slot parking is
/// not modelled (Docs/kernel.md 3.3 and 3.4 allow both). Memory: 4 bytes and 2 bits a slot.
struct SwapSpace: ~Copyable {
  /// One swap device's range of slot numbers.
  struct Device {
    /// The first slot that can be used, and the one behind the last.
    let slots: Range<Int>
    /// The host's disk behind it.
    let disk: Int
    /// Slots with the frontswap bit.
    var frontswapPages = 0
  }

  private(set) var devices: [Device] = []
  /// Slots in all, and those not in use.
  let totalSlots: Int
  private(set) var freeSlots: Int
  /// F: slots whose page is in frontswap.
  private(set) var frontswapPages = 0

  private let owners: UnsafeMutablePointer<UInt32>
  /// A bit for each slot that is in use, a header's and those behind the last device included.
  private let used: UnsafeMutablePointer<UInt64>
  private let inFrontswap: UnsafeMutablePointer<UInt64>
  private let words: Int
  /// No word before this one has a free slot.
  private var firstFreeWord = 0

  /// Swap on `devices`: pages and disk, highest priority first.
  init(_ specs: [(pages: Int, disk: Int)]) {
    var end = 0
    var usable = 0
    for spec in specs {
      let first = end + 1
      end += max(spec.pages, 1)
      devices.append(Device(slots: first..<end, disk: spec.disk))
      usable += end - first
    }
    totalSlots = usable
    freeSlots = usable
    words = (end + 63) / 64
    owners = Self.zeroes(max(end, 1))
    used = Self.zeroes(max(words, 1))
    inFrontswap = Self.zeroes(max(words, 1))
    var next = 0
    for device in devices {
      for slot in next..<device.slots.lowerBound { used[slot >> 6] |= 1 << UInt64(slot & 63) }
      next = device.slots.upperBound
    }
    for slot in next..<max(words, 1) << 6 { used[slot >> 6] |= 1 << UInt64(slot & 63) }
  }

  deinit {
    Glibc.free(owners)
    Glibc.free(used)
    Glibc.free(inFrontswap)
  }

  /// `count` zeroes that take memory only where they are written.
  private static func zeroes<Word: FixedWidthInteger & BitwiseCopyable>(
    _ count: Int
  ) -> UnsafeMutablePointer<Word> {
    guard let memory = calloc(count, MemoryLayout<Word>.stride) else {
      preconditionFailure("no memory for \(count) swap slots")
    }
    return memory.bindMemory(to: Word.self, capacity: count)
  }

  /// Slots in use.
  var usedSlots: Int { totalSlots - freeSlots }
  /// Whether more than half of the slots are in use.
  ///
  /// Source: Docs/kernel.md 3.2, `free_slots * 2 < total_slots`.
  var isMoreThanHalfFull: Bool { freeSlots * 2 < totalSlots }

  /// The page that `slot` belongs to.
  func owner(of slot: UInt32) -> UInt32 { owners[Int(slot)] }
  /// Whether the copy of `slot` is in frontswap.
  func isInFrontswap(_ slot: UInt32) -> Bool {
    inFrontswap[Int(slot) >> 6] & (1 << UInt64(slot & 63)) != 0
  }
  /// Whether `slot` is in use.
  func isUsed(_ slot: UInt32) -> Bool { used[Int(slot) >> 6] & (1 << UInt64(slot & 63)) != 0 }
  /// The device that `slot` is on.
  func device(of slot: UInt32) -> Int {
    devices.firstIndex { $0.slots.contains(Int(slot)) } ?? 0
  }

  /// get_swap_pages(): gives `page` the lowest free slot; nil if there is none.
  mutating func allocate(for page: UInt32) -> UInt32? {
    if freeSlots == 0 { return nil }
    while used[firstFreeWord] == .max { firstFreeWord += 1 }
    let bit = (~used[firstFreeWord]).trailingZeroBitCount
    used[firstFreeWord] |= 1 << UInt64(bit)
    freeSlots -= 1
    let slot = firstFreeWord << 6 | bit
    owners[slot] = page
    return UInt32(slot)
  }

  /// Gives a slot back that is not in frontswap any more.
  mutating func release(_ slot: UInt32) {
    assert(!isInFrontswap(slot), "slot \(slot) released with its frontswap bit")
    used[Int(slot) >> 6] &= ~(1 << UInt64(slot & 63))
    owners[Int(slot)] = 0
    freeSlots += 1
    firstFreeWord = min(firstFreeWord, Int(slot) >> 6)
  }

  /// Notes that the copy of `slot` is now in frontswap, or no longer is.
  mutating func setInFrontswap(_ slot: UInt32, _ isStored: Bool) {
    let mask: UInt64 = 1 << UInt64(slot & 63)
    precondition((inFrontswap[Int(slot) >> 6] & mask != 0) != isStored, "frontswap bit of \(slot)")
    inFrontswap[Int(slot) >> 6] ^= mask
    let change = isStored ? 1 : -1
    devices[device(of: slot)].frontswapPages += change
    frontswapPages += change
  }

  /// find_next_to_unuse(): the first slot of `device` in frontswap at `start` or behind it; nil if there is none.
  func firstInFrontswap(from start: Int, device: Int) -> UInt32? {
    let range = devices[device].slots
    var slot = max(start, range.lowerBound)
    while slot < range.upperBound {
      let rest = inFrontswap[slot >> 6] >> UInt64(slot & 63)
      if rest != 0 {
        let found = slot + rest.trailingZeroBitCount
        return found < range.upperBound ? UInt32(found) : nil
      }
      slot = (slot >> 6 + 1) << 6
    }
    return nil
  }
}
