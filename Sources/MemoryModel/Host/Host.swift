public import Units

/// The machine and its hypervisor: memory that no guest holds, tmem, domains' reservations, disks.
///
/// Every page of the host is in exactly one place: free heap, tmem's free list, an ephemeral page, or
/// charged to a domain (its RAM, its persistent pages and their metadata). Source: Docs/kernel.md 4.
public struct Host: ~Copyable {
  /// What the hypervisor knows of one guest.
  struct Domain {
    /// RAM the guest holds: B of the balloon driver, once a batch is through.
    var ram: Int
    /// `max_pages`: what RAM, persistent pages and their metadata may come to.
    var maxPages: Int
    /// Persistent (frontswap) pages.
    var persistent = 0
    /// Pages charged for their data: as many, unless they are compressed.
    var data = 0
    /// Pages of metadata charged for them.
    var metadata = 0
    /// The weight by which its share of the ephemeral pages is judged; 0: not at all (Docs/kernel.md 4.4).
    var weight = 0
    /// Whether puts are refused (Docs/kernel.md 4.6).
    var isFrozen = false
    /// What its frontswap may hold.
    var frontswapLimit = Int.max
    /// What its pools may come to while they are full; nil: what the host has room for.
    var capacity: (ephemeral: Int, persistent: Int)?

    /// Pages of its RAM that it reported as free and that hold no memory of the host now.
    var discarded = 0

    /// `tot_pages`.
    var total: Int { ram &+ data &+ metadata }
    /// What it holds of the host's memory.
    var held: Int { total &- discarded }
    /// How many more pages the domain may be given.
    var headroom: Int { maxPages - total }
  }

  /// RAM of the host.
  let memory: Int
  /// Pages free in the Xen heap.
  private(set) var heapFree: Int
  /// Pages that another user of the host holds for the time being.
  var claimed = 0
  /// Whether that user takes whatever is given back.
  var isExhausted = false
  /// Pages that guests use again after they had been discarded, and for which the host had no memory left: it swaps for them.
  var overdrawn = 0
  /// Pages free in tmem's own list.
  private(set) var tmemFree = 0
  /// The heap's mid-size reserve: 1/128 of the most that was ever free (Docs/kernel.md 4.4).
  private(set) var midsizeReserve: Int
  var domains = GrowingRow<Domain>(room: 4)
  /// The weights of all domains.
  private var totalWeight = 0
  let tmem: TmemConfiguration
  /// The disks, by the number that guests use.
  let disks: UnsafeMutablePointer<Disk>
  let diskCount: Int
  var ephemeral = EphemeralList()
  /// Ephemeral pages that had to go to make room.
  private(set) var evictions: Int64 = 0

  /// Keeps the value in one place; see `InPlace`.
  private let inPlace = InPlace()

  /// The least that must be free in all before a put: 1 MiB (Docs/kernel.md 4.2).
  static let leastAvailableForPut = 256
  /// How many evictions are tried for one page of the heap (Docs/kernel.md 4.4).
  static let evictionAttempts = 10
  /// Slack of `max_pages` above the boot-time memory: 1 MiB (Docs/kernel.md 4.5).
  public static let toolstackSlack = PageCount(256)

  /// A host with `memory` pages of RAM and nothing in it.
  public init(memory: PageCount, tmem: TmemConfiguration, disks parameters: [DiskParameters]) {
    self.memory = memory.pages
    self.tmem = tmem
    heapFree = memory.pages
    midsizeReserve = memory.pages / 128
    diskCount = parameters.count
    disks = .allocate(capacity: max(parameters.count, 1))
    for (index, disk) in parameters.enumerated() { (disks + index).initialize(to: Disk(disk)) }
  }

  deinit {
    for index in 0..<diskCount { (disks + index).deinitialize(count: 1) }
    disks.deallocate()
  }

  /// Pages free in the Xen heap.
  public var free: PageCount { PageCount(heapFree) }
  /// Ephemeral pages of all guests.
  public var ephemeralPages: PageCount { PageCount(ephemeral.count) }
  /// Persistent pages of all guests.
  public var persistentPages: PageCount { PageCount(sum { $0.persistent }) }
  /// What all guests hold together: RAM that is not discarded, persistent pages and their metadata. O(guests).
  public var heldPages: PageCount { PageCount(sum { $0.held }) }
  /// RAM of all guests.
  public var guestPages: PageCount { PageCount(sum { $0.ram }) }
  /// Pages read from all disks.
  public var diskPagesRead: Int64 { (0..<diskCount).reduce(0) { $0 + disks[$1].pagesRead } }

  /// The sum of a count over all domains.
  private func sum(_ count: (Domain) -> Int) -> Int {
    var sum = 0
    for domain in domains.indices { sum += count(domains[domain]) }
    return sum
  }

  /// Builds a guest with `memory` pages, all taken from the heap at once, that may come to have `maximum`.
  ///
  /// Returns its number, or nil if the host has not that much free.
  public mutating func addDomain(
    memory: PageCount, maximum: PageCount? = nil, weight: Int = 0
  ) -> Int? {
    guard heapFree >= memory.pages else { return nil }
    heapFree -= memory.pages
    domains.append(
      Domain(
        ram: memory.pages, maxPages: ((maximum ?? memory) + Self.toolstackSlack).pages,
        weight: weight))
    totalWeight += weight
    return domains.count - 1
  }

  /// `tot_pages`: what a domain holds, its RAM and its persistent pages with their metadata, without what was discarded.
  public func held(by domain: Int) -> PageCount { PageCount(domains[domain].held) }

  /// Ephemeral pages that had to go to make room, of all guests.
  public var ephemeralEvictions: Int64 { evictions }

  /// What a domain may still be given.
  public func headroom(of domain: Int) -> PageCount { PageCount(domains[domain].headroom) }

  /// XEN_DOMCTL_max_mem: sets a domain's `max_pages`; below its `tot_pages` nothing new is allocated until it is under again.
  public mutating func setMaxPages(_ pages: PageCount, of domain: Int) {
    domains[domain].maxPages = pages.pages
  }

  /// populate_physmap(): gives a domain up to `count` pages, and returns how many it got.
  ///
  /// Stops at the domain's limit or when the heap is empty after eviction. Source: Docs/kernel.md 4.5.
  mutating func populate(_ count: Int, domain: Int) -> Int {
    let given = takeFromHeap(min(count, max(domains[domain].headroom, 0)), for: domain)
    domains[domain].ram += given
    return given
  }

  /// How many pages a domain can be given from the heap as it is, without eviction.
  func plainRoom(of domain: Int) -> Int {
    max(min(domains[domain].headroom, heapFree - midsizeReserve), 0)
  }

  /// Takes up to `count` pages from the heap on behalf of a domain, at the cost of tmem if it must, and returns how many.
  mutating func takeFromHeap(_ count: Int, for domain: Int?) -> Int {
    var taken = min(count, max(heapFree - midsizeReserve, 0))
    heapFree -= taken
    while taken < count && allocateHeapPage(for: domain) { taken += 1 }
    return taken
  }

  /// free_heap_pages(): gives `count` pages back to the heap, unless another user is waiting for them.
  @inline(__always)
  mutating func returnToHeap(_ count: Int) {
    if isExhausted || overdrawn > 0 { return returnElsewhere(count) }
    heapFree += count
    midsizeReserve = max(midsizeReserve, heapFree / 128)
  }

  /// Pages that come back while others wait for them.
  private mutating func returnElsewhere(_ count: Int) {
    let repaid = min(overdrawn, count)
    overdrawn -= repaid
    if isExhausted { claimed += count - repaid } else { returnToHeap(count - repaid) }
  }

  /// decrease_reservation(): takes `count` pages back; always succeeds.
  @inline(__always)
  mutating func decrease(_ count: Int, domain: Int) {
    domains[domain].ram -= count
    returnToHeap(count)
  }

  /// alloc_heap_pages(): takes one page from the heap, at the cost of tmem if the heap is down to its reserve.
  ///
  /// Source: Docs/kernel.md 4.4, trigger b.
  mutating func allocateHeapPage(for domain: Int?) -> Bool {
    if heapFree <= midsizeReserve {
      if tmemFree == 0 {
        for _ in 0..<Self.evictionAttempts where tmemFree == 0 { evictOldest(for: domain) }
      }
      if tmemFree > 0 {
        tmemFree -= 1
        return true
      }
      if ephemeral.count > 0 { return false }
    }
    if heapFree == 0 { return false }
    heapFree -= 1
    return true
  }

  /// tmem_evict(): drops the oldest ephemeral page of any guest, or of the domain on whose behalf it happens, by its quota.
  ///
  /// Its frame goes to tmem's free list; of a compressed page only a part, so that it may take several. Passed over are
  /// pages that are held: those of dying pools and of locked objects. In a run there are none. A domain over its quota
  /// whose pages are all held loses none, and nobody else does: then the eviction fails, and nil is returned.
  /// Source: Docs/kernel.md 4.4 and 4.6.
  @discardableResult
  package mutating func evictOldest(
    for domain: Int?, unless isHeld: ((EphemeralList.Page) -> Bool)? = nil
  ) -> EphemeralList.Page? {
    let room = ephemeralRoom
    let loser = domain.flatMap { losesItsOwn($0) ? $0 : nil }
    guard let page = ephemeral.removeOldest(of: loser, unless: isHeld) else { return nil }
    tmemFree += room - ephemeralRoom
    evictions += 1
    return page
  }

  /// Whole pages that the ephemeral pages take.
  var ephemeralRoom: Int { tmem.room(for: ephemeral.count) }

  /// Whether a domain on whose behalf a page is needed loses its own oldest one.
  package func losesItsOwn(_ domain: Int) -> Bool {
    tmem.quota.holds(
      TmemShare(
        pages: Int64(ephemeral.count), own: Int64(ephemeral.count(of: domain)),
        weights: Int64(totalWeight), weight: Int64(domains[domain].weight)))
  }

  /// tmem_alloc_page(): takes a page for tmem from its own free list or else from the heap.
  mutating func allocateTmemPage(for domain: Int) -> Bool {
    if tmemFree > 0 {
      tmemFree -= 1
      return true
    }
    return allocateHeapPage(for: domain)
  }

  /// tmem_free_page(): gives tmem pages back to its free list, unless another user is waiting for them.
  mutating func freeTmemPages(_ count: Int) {
    if isExhausted { claimed += count } else { tmemFree += count }
  }

  /// tmem_ensure_avail_pages(): whether 1 MiB is available, evicting ephemeral pages for it (Docs/kernel.md 4.2, step 1).
  ///
  /// Only evictions that fail are counted by the hypervisor, and here they fail when no page is left.
  mutating func ensureAvailable(for domain: Int) -> Bool {
    while tmemFree + max(heapFree - midsizeReserve, 0) < Self.leastAvailableForPut {
      if ephemeral.count == 0 { return false }
      evictOldest(for: domain)
    }
    return true
  }

  /// Changes what a domain is charged for persistent pages.
  mutating func charge(persistent: Int, data: Int, metadata: Int, domain: Int) {
    domains[domain].persistent += persistent
    domains[domain].data += data
    domains[domain].metadata += metadata
  }

  /// Stops the program if a page of the host is lost or invented. O(guests): for every event.
  public func checkInvariants() {
    var charged = domains.count > 0 ? domains[0].held : 0
    if domains.count > 1 { charged = sum { $0.held } }
    precondition(
      heapFree &+ tmemFree &+ ephemeralRoom &+ charged &+ claimed == memory &+ overdrawn,
      "host pages lost or invented: heap \(heapFree), tmem free \(tmemFree), ephemeral \(ephemeralRoom), charged \(charged), claimed \(claimed), RAM \(memory)"
    )
    precondition(heapFree >= 0 && tmemFree >= 0, "negative free memory of the host")
  }
}
