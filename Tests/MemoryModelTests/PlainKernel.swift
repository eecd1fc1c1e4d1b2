/// A second guest kernel, written for nothing but to be plain: every list an array, every page a struct.
///
/// It follows Docs/kernel.md 3, 5.5 and 6 for reads of files, anonymous memory and swap into a frontswap that always has
/// room, and for later kernels section 2.13 of the model. No kswapd, no writes to files, no process killed: the tests do
/// not get there.
struct PlainKernel {
  /// From 5.9 on: what a written and a kept page cost, and how many pages a batch holds.
  struct Later {
    let written: Int
    let kept: Int
    let batch: Int
  }

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
    var wasActive = false
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
  /// Nothing: 4.19.
  let later: Later?
  /// New pages not yet on their lists, though they stand there already.
  var unlisted: [Place: Int] = [:]
  /// File pages that stand on the active list, though reclaim sees them on the inactive one.
  var unmoved = 0
  var cost: (anon: Int, file: Int) = (0, 0)
  /// Owners of the swap slots; slot 0 is the header.
  var slots: [Int?]
  /// Slots whose page is in frontswap.
  var stored: Set<Int> = []
  var clock = 0
  var refaults = 0
  var refaultActivations = 0
  var activationsAtLastRound = 0
  var anonRefaults = 0
  var anonRefaultActivations = 0
  var anonActivationsAtLastRound = 0
  var passedOver = false
  /// What the pass under way may deactivate, in later kernels.
  var decision: (anon: Bool, file: Bool) = (false, false)
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
  /// What reclaim sees of a list.
  private func seen(_ list: Place) -> Int {
    let listed = Swift.max(size(list) - unlisted[list, default: 0], 0)
    switch list {
    case .activeFile: return Swift.max(listed - unmoved, 0)
    case .inactiveFile:
      let active = Swift.max(size(.activeFile) - unlisted[.activeFile, default: 0], 0)
      return listed + Swift.min(unmoved, active)
    default: return listed
    }
  }
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

  /// A new page comes to a list, by way of a batch.
  private mutating func add(_ page: Int, to list: Place) {
    put(page, on: list)
    guard let later else { return }
    unlisted[list, default: 0] += 1
    if unlisted.values.reduce(0, +) == later.batch { unlisted = [:] }
  }

  /// A page with a shadow comes back: whether it goes to the active list.
  private mutating func refault(_ page: Int, isFile: Bool) -> Bool {
    guard let shadow = pages[page].shadow else { return false }
    var room = seen(.activeFile)
    if later != nil {
      if !isFile { room += seen(.inactiveFile) }
      if freeSlots > 0 { room += seen(.activeAnon) + (isFile ? seen(.inactiveAnon) : 0) }
    }
    if isFile { refaults += 1 } else { anonRefaults += 1 }
    let isNear = clock - shadow <= room
    if isNear {
      clock += 1
      if isFile { refaultActivations += 1 } else { anonRefaultActivations += 1 }
      if pages[page].wasActive { charge(isFile: isFile, written: 1, kept: 0) }
    } else {
      pages[page].wasActive = false
    }
    pages[page].shadow = nil
    return isNear
  }

  private mutating func charge(isFile: Bool, written: Int, kept: Int) {
    guard let later else { return }
    let more = written * later.written + kept * later.kept
    if more == 0 { return }
    if isFile { cost.file += more } else { cost.anon += more }
    let all = Self.order.reduce(0) { $0 + seen($1) }
    if cost.anon + cost.file > all / 4 { cost = (cost.anon / 2, cost.file / 2) }
  }

  // MARK: what programs do

  mutating func readFile(_ page: Int, follows previous: Int?) {
    if pages[page].place == .nowhere {
      allocate()
      add(page, to: refault(page, isFile: true) ? .activeFile : .inactiveFile)
      if pages[page].isInCleancache { gets += 1 } else { diskReads += 1 }
      pages[page].isInCleancache = false
      pages[page].isReferenced = true
      return
    }
    if page == previous { return }
    if pages[page].place == .inactiveFile && pages[page].isReferenced {
      take(page)
      put(page, on: .activeFile)
      pages[page].isReferenced = false
      clock += 1
      if let later { unmoved = unmoved + 1 == later.batch ? 0 : unmoved + 1 }
    } else {
      pages[page].isReferenced = true
    }
  }

  mutating func touch(_ page: Int) {
    allocate()
    add(page, to: later == nil ? .activeAnon : .inactiveAnon)
    pages[page].isAccessed = true
    pages[page].isDirty = true
  }

  mutating func accessAnon(_ page: Int, isWrite: Bool) {
    if pages[page].place == .swapped {
      allocate()
      loads += 1
      let isActive = later == nil || refault(page, isFile: false)
      add(page, to: isActive ? .activeAnon : .inactiveAnon)
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

  mutating func shrinkFrontswap(to target: Int, atMost limit: Int) {
    // Upwards from where it is, then from the start again; what comes home is counted, not what is left.
    var wanted = Swift.min(target == 0 ? Int.max : stored.count - target, limit)
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
      pages[page].isReferenced = false
      pages[page].wasActive = false
      pages[page].shadow = nil
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
    passedOver = false
    if round(isForced: false) == 0 && passedOver { _ = round(isForced: true) }
  }

  private mutating func round(isForced: Bool) -> Int {
    var freed = 0
    for priority in (0...12).reversed() {
      freed += pass(priority, isForced: isForced)
      if freed >= 32 { break }
    }
    activationsAtLastRound = refaultActivations
    anonActivationsAtLastRound = anonRefaultActivations
    return freed
  }

  private func isLow(_ inactive: Place, _ active: Place) -> Bool {
    // Below 1 GiB the ratio is 1.
    seen(inactive) < seen(active)
  }

  private func mayDeactivate(_ list: Place) -> Bool {
    if later != nil { return list == .activeAnon ? decision.anon : decision.file }
    if list == .activeAnon { return hasSwap && isLow(.inactiveAnon, .activeAnon) }
    if refaultActivations != activationsAtLastRound { return size(.activeFile) > 0 }
    return isLow(.inactiveFile, .activeFile)
  }

  private mutating func plan(_ priority: Int) -> [Place: Int] {
    var plan: [Place: Int] = [:]
    for list in Self.order { plan[list] = seen(list) / (1 << priority) }
    let isAnonLow = later == nil ? hasSwap && isLow(.inactiveAnon, .activeAnon) : decision.anon
    let isFileLow = later == nil ? isLow(.inactiveFile, .activeFile) : decision.file
    if freeSlots == 0 {
      (plan[.inactiveAnon], plan[.activeAnon]) = (0, 0)
    } else if priority == 0 && swappiness > 0 {
      return plan
    } else if file + free <= sumOfHigh && !isAnonLow && seen(.inactiveAnon) >> priority > 0 {
      (plan[.inactiveFile], plan[.activeFile]) = (0, 0)
    } else if !isFileLow && seen(.inactiveFile) >> priority > 0 {
      (plan[.inactiveAnon], plan[.activeAnon]) = (0, 0)
    } else if later != nil {
      let both = cost.anon + cost.file
      let (ac, fc) = (both + cost.anon, both + cost.file)
      let ap = swappiness * (ac + fc + 1) / (ac + 1)
      let fp = (200 - swappiness) * (ac + fc + 1) / (fc + 1)
      for list in Self.order {
        let share = list == .inactiveAnon || list == .activeAnon ? ap : fp
        plan[list] = plan[list, default: 0] * share / (ap + fp)
      }
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

  private mutating func pass(_ priority: Int, isForced: Bool) -> Int {
    decision = (
      isForced || anonRefaultActivations != anonActivationsAtLastRound
        || (hasSwap && isLow(.inactiveAnon, .activeAnon)),
      isForced || refaultActivations != activationsAtLastRound
        || isLow(.inactiveFile, .activeFile)
    )
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
        default:
          if mayDeactivate(list) { deactivate(list, count) } else { passedOver = later != nil }
        }
      }
      if freed < 32 || isCut { continue }
      if !cut(&left, planned) { break }
      isCut = later == nil
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
    (unlisted, unmoved) = ([:], 0)
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
      if later != nil { pages[page].wasActive = true }
      put(page, on: list == .activeAnon ? .inactiveAnon : .inactiveFile)
    }
  }

  private mutating func scan(_ list: Place, _ count: Int) -> Int {
    (unlisted, unmoved) = ([:], 0)
    var freed = 0
    var activated = 0
    let (taken, storesBefore) = (Swift.min(count, size(list)), stores)
    for _ in 0..<taken {
      guard let page = lists[list]?.last else { break }
      take(page)
      if list == .inactiveFile {
        scanned.file += 1
        clock += 1
        pages[page] = Page(
          wasActive: pages[page].wasActive, shadow: later == nil ? clock : clock - 1,
          isInCleancache: true)
        puts += 1
      } else {
        scanned.anon += 1
        if pages[page].isAccessed {
          pages[page].isAccessed = false
          if later != nil && !pages[page].isReferenced {
            pages[page].isReferenced = true
            put(page, on: .inactiveAnon)
            continue
          }
          rotated.anon += 1
          activated += 1
          put(page, on: .activeAnon)
          continue
        }
        pages[page].isReferenced = false
        if pages[page].slot == nil {
          guard let slot = slots.indices.dropFirst().first(where: { slots[$0] == nil }) else {
            rotated.anon += 1
            activated += 1
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
        if later != nil {
          pages[page].shadow = clock
          clock += 1
        }
      }
      freed += 1
      free += 1
    }
    if later != nil { clock += activated }
    charge(isFile: list == .inactiveFile, written: stores - storesBefore, kept: taken - freed)
    return freed
  }
}
