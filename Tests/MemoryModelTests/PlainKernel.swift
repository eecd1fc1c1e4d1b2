/// A second guest kernel, written for nothing but to be plain: every list an array, every page a struct.
///
/// It follows facts 3, 5.5 and 6 for reads of files, anonymous memory and swap into a frontswap that always has
/// room. No kswapd, no writes to files, no process killed: the tests do not get there.
struct PlainKernel {
  enum Place: Equatable {
    case nowhere
    case inactiveAnon, activeAnon, inactiveFile, activeFile
    case swapped
  }

  struct Page: Equatable {
    var place = Place.nowhere
    var isReferenced = false
    var isAccessed = false
    var isDirty = false
    var slot: Int?
    var shadow: Int?
    var isInCleancache = false
  }

  var pages: [Page]
  /// The lists, youngest first.
  var lists: [Place: [Int]] = [
    .inactiveAnon: [], .activeAnon: [], .inactiveFile: [], .activeFile: [],
  ]
  var free: Int
  let low: Int
  let min: Int
  let sumOfHigh: Int
  let swappiness: Int
  /// Owners of the swap slots; slot 0 is the header.
  var slots: [Int?]
  /// Slots whose page is in frontswap.
  var stored: Set<Int> = []
  var clock = 0
  var refaults = 0
  var refaultActivations = 0
  var activationsAtLastRound = 0
  var scanned: (anon: Int, file: Int) = (0, 0)
  var rotated: (anon: Int, file: Int) = (0, 0)
  var diskReads = 0
  var puts = 0
  var gets = 0
  var stores = 0
  var loads = 0
  var directReclaims = 0

  private static let order: [Place] = [.inactiveAnon, .activeAnon, .inactiveFile, .activeFile]

  private func size(_ list: Place) -> Int { lists[list, default: []].count }
  private var anon: Int { size(.inactiveAnon) + size(.activeAnon) }
  private var file: Int { size(.inactiveFile) + size(.activeFile) }
  private var freeSlots: Int { slots.dropFirst().count { $0 == nil } }
  private var hasSwap: Bool { slots.count > 1 }

  private mutating func take(_ page: Int) {
    lists[pages[page].place]?.removeAll { $0 == page }
  }

  private mutating func put(_ page: Int, on list: Place) {
    pages[page].place = list
    lists[list]?.insert(page, at: 0)
  }

  // MARK: what programs do

  mutating func readFile(_ page: Int, follows previous: Int?) {
    if pages[page].place == .nowhere {
      allocate()
      if let shadow = pages[page].shadow {
        refaults += 1
        if clock - shadow <= size(.activeFile) {
          clock += 1
          refaultActivations += 1
          put(page, on: .activeFile)
        } else {
          put(page, on: .inactiveFile)
        }
      } else {
        put(page, on: .inactiveFile)
      }
      if pages[page].isInCleancache { gets += 1 } else { diskReads += 1 }
      pages[page].isInCleancache = false
      pages[page].shadow = nil
      pages[page].isReferenced = true
      return
    }
    if page == previous { return }
    if pages[page].place == .inactiveFile && pages[page].isReferenced {
      take(page)
      put(page, on: .activeFile)
      pages[page].isReferenced = false
      clock += 1
    } else {
      pages[page].isReferenced = true
    }
  }

  mutating func touch(_ page: Int) {
    allocate()
    put(page, on: .activeAnon)
    pages[page].isAccessed = true
    pages[page].isDirty = true
  }

  mutating func accessAnon(_ page: Int, isWrite: Bool) {
    if pages[page].place == .swapped {
      allocate()
      loads += 1
      put(page, on: .activeAnon)
      pages[page].isDirty = false
      if freeSlots * 2 < slots.count - 1 { giveUpSlot(page) }
    }
    pages[page].isAccessed = true
    if isWrite {
      if pages[page].slot != nil { giveUpSlot(page) }
      pages[page].isDirty = true
    }
  }

  private mutating func giveUpSlot(_ page: Int) {
    guard let slot = pages[page].slot else { return }
    slots[slot] = nil
    stored.remove(slot)
    pages[page].slot = nil
    pages[page].isDirty = true
  }

  mutating func release(_ page: Int) {
    if pages[page].place != .nowhere && pages[page].place != .swapped {
      take(page)
      free += 1
    }
    giveUpSlot(page)
    pages[page] = Page()
  }

  mutating func shrinkFrontswap(to target: Int) {
    // Upwards from where it is, then from the start again; what comes home is counted, not what is left.
    var wanted = target == 0 ? Int.max : stored.count - target
    var position = 0
    while wanted > 0 {
      let above = stored.filter { $0 > position }
      guard let slot = above.min() ?? stored.min(), let page = slots[slot] else { return }
      position = slot
      wanted -= 1
      if pages[page].place == .swapped {
        allocate()
        loads += 1
      } else {
        take(page)
      }
      giveUpSlot(page)
      put(page, on: .activeAnon)
      pages[page].isAccessed = false
    }
  }

  // MARK: reclaim

  private mutating func allocate() {
    var rounds = 0
    while free <= min {
      precondition(rounds < 100, "a test that needs the OOM killer")
      directReclaim()
      rounds += 1
    }
    free -= 1
  }

  private mutating func directReclaim() {
    directReclaims += 1
    var freed = 0
    for priority in (0...12).reversed() {
      freed += pass(priority)
      if freed >= 32 { break }
    }
    activationsAtLastRound = refaultActivations
  }

  private func isLow(_ inactive: Place, _ active: Place) -> Bool {
    // Below 1 GiB the ratio is 1.
    size(inactive) < size(active)
  }

  private func mayDeactivate(_ list: Place) -> Bool {
    if list == .activeAnon { return hasSwap && isLow(.inactiveAnon, .activeAnon) }
    if refaultActivations != activationsAtLastRound { return size(.activeFile) > 0 }
    return isLow(.inactiveFile, .activeFile)
  }

  private mutating func plan(_ priority: Int) -> [Place: Int] {
    var plan: [Place: Int] = [:]
    for list in Self.order { plan[list] = size(list) / (1 << priority) }
    let isAnonLow = hasSwap && isLow(.inactiveAnon, .activeAnon)
    if freeSlots == 0 {
      (plan[.inactiveAnon], plan[.activeAnon]) = (0, 0)
    } else if priority == 0 && swappiness > 0 {
      return plan
    } else if file + free <= sumOfHigh && !isAnonLow && size(.inactiveAnon) >> priority > 0 {
      (plan[.inactiveFile], plan[.activeFile]) = (0, 0)
    } else if !isLow(.inactiveFile, .activeFile) && size(.inactiveFile) >> priority > 0 {
      (plan[.inactiveAnon], plan[.activeAnon]) = (0, 0)
    } else {
      if scanned.anon > anon / 4 {
        scanned.anon /= 2
        rotated.anon /= 2
      }
      if scanned.file > file / 4 {
        scanned.file /= 2
        rotated.file /= 2
      }
      let ap = swappiness * (scanned.anon + 1) / (rotated.anon + 1)
      let fp = (200 - swappiness) * (scanned.file + 1) / (rotated.file + 1)
      for list in Self.order {
        let share = list == .inactiveAnon || list == .activeAnon ? ap : fp
        let (whole, rest) = (plan[list, default: 0] * share).quotientAndRemainder(
          dividingBy: ap + fp + 1)
        plan[list] = rest > 0 ? whole + 1 : whole
      }
    }
    return plan
  }

  private mutating func pass(_ priority: Int) -> Int {
    let planned = plan(priority)
    var left = planned
    var freed = 0
    var isCut = priority == 12
    while left[.inactiveAnon, default: 0] > 0 || left[.activeFile, default: 0] > 0
      || left[.inactiveFile, default: 0] > 0
    {
      for list in Self.order {
        let count = Swift.min(left[list, default: 0], 32)
        if count == 0 { continue }
        left[list, default: 0] -= count
        switch list {
        case .inactiveAnon, .inactiveFile: freed += scan(list, count)
        default: if mayDeactivate(list) { deactivate(list, count) }
        }
      }
      if freed < 32 || isCut { continue }
      if !cut(&left, planned) { break }
      isCut = true
    }
    if hasSwap && isLow(.inactiveAnon, .activeAnon) { deactivate(.activeAnon, 32) }
    return freed
  }

  private func cut(_ left: inout [Place: Int], _ planned: [Place: Int]) -> Bool {
    let anonLists: [Place] = [.inactiveAnon, .activeAnon]
    let fileLists: [Place] = [.inactiveFile, .activeFile]
    func sum(_ counts: [Place: Int], _ lists: [Place]) -> Int {
      lists.reduce(0) { $0 + counts[$1, default: 0] }
    }
    let (anon, file) = (sum(left, anonLists), sum(left, fileLists))
    if anon == 0 || file == 0 { return false }
    let (small, large) = file > anon ? (anonLists, fileLists) : (fileLists, anonLists)
    let percent = sum(left, small) * 100 / (sum(planned, small) + 1)
    for list in small { left[list] = 0 }
    for list in large {
      let done = planned[list, default: 0] - left[list, default: 0]
      left[list] = Swift.max(planned[list, default: 0] * (100 - percent) / 100 - done, 0)
    }
    return true
  }

  private mutating func deactivate(_ list: Place, _ count: Int) {
    for _ in 0..<Swift.min(count, size(list)) {
      guard let page = lists[list]?.last else { return }
      take(page)
      if list == .activeAnon {
        scanned.anon += 1
        if pages[page].isAccessed { rotated.anon += 1 }
      } else {
        scanned.file += 1
      }
      pages[page].isAccessed = false
      put(page, on: list == .activeAnon ? .inactiveAnon : .inactiveFile)
    }
  }

  private mutating func scan(_ list: Place, _ count: Int) -> Int {
    var freed = 0
    for _ in 0..<Swift.min(count, size(list)) {
      guard let page = lists[list]?.last else { break }
      take(page)
      if list == .inactiveFile {
        scanned.file += 1
        clock += 1
        pages[page] = Page(shadow: clock, isInCleancache: true)
        puts += 1
      } else {
        scanned.anon += 1
        if pages[page].isAccessed {
          pages[page].isAccessed = false
          rotated.anon += 1
          put(page, on: .activeAnon)
          continue
        }
        if pages[page].slot == nil {
          guard let slot = slots.indices.dropFirst().first(where: { slots[$0] == nil }) else {
            rotated.anon += 1
            put(page, on: .activeAnon)
            continue
          }
          slots[slot] = page
          pages[page].slot = slot
          pages[page].isDirty = true
        }
        if pages[page].isDirty, let slot = pages[page].slot {
          stored.insert(slot)
          stores += 1
          pages[page].isDirty = false
        }
        pages[page].place = .swapped
      }
      freed += 1
      free += 1
    }
    return freed
  }
}
