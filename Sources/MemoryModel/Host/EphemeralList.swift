/// The ephemeral pages of all guests in the order of their puts, oldest first.
///
/// Index-linked entries in one growing buffer, 16 bytes a page; freed entries are used again. A get by
/// handle is O(1), and so is the eviction of the oldest. Source: Docs/kernel.md 4.4 (FIFO and LRU are the same for
/// private pools, because a get removes).
package struct EphemeralList: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var previous: UInt32
    var next: UInt32
    var page: UInt32
    /// The domain's number plus one; 0: the entry is free, and `next` is the next free one.
    var owner: UInt32
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var capacity: Int
  /// Entries ever used; entry 0 is the list's head.
  private var used = 1
  private var firstFree: UInt32 = 0
  private var perDomain: [Int] = []
  /// Of domains whose oldest page was asked for: an entry before which they have none; 0: the oldest of all.
  private var searchFrom: [UInt32] = []
  /// Pages in the list.
  private(set) var count = 0

  /// A page of a domain.
  package struct Page: Hashable, Sendable {
    /// The page, by the number that its domain gave it.
    package var page: UInt32
    /// The domain.
    package var domain: Int

    /// A page of a domain.
    package init(page: UInt32, domain: Int) {
      self.page = page
      self.domain = domain
    }
  }

  init() {
    capacity = 1024
    entries = .allocate(capacity: capacity)
    entries[0] = Entry(previous: 0, next: 0, page: 0, owner: 0)
  }

  deinit { entries.deallocate() }

  /// Pages of one domain.
  func count(of domain: Int) -> Int { domain < perDomain.count ? perDomain[domain] : 0 }

  /// Adds a page at the young end and returns its handle.
  mutating func append(page: UInt32, domain: Int) -> UInt32 {
    var handle = firstFree
    if handle != 0 {
      firstFree = entries[Int(handle)].next
    } else {
      if used == capacity { grow() }
      handle = UInt32(used)
      used += 1
    }
    let last = entries[0].previous
    entries[Int(handle)] = Entry(previous: last, next: 0, page: page, owner: UInt32(domain) + 1)
    entries[Int(last)].next = handle
    entries[0].previous = handle
    count += 1
    while perDomain.count <= domain { perDomain.append(0) }
    perDomain[domain] += 1
    return handle
  }

  /// Removes the page of `handle` if it is still that of `page` and `domain`.
  mutating func remove(_ handle: UInt32, page: UInt32, domain: Int) -> Bool {
    let entry = entries[Int(handle)]
    guard entry.owner == UInt32(domain) + 1, entry.page == page else { return false }
    unlink(handle, entry)
    return true
  }

  /// Removes the oldest page, or the oldest of a domain, and returns it; nil if there is none.
  ///
  /// Pages that are held are passed over, at O(1) each. Else it is O(1) over many calls: a domain's oldest is searched
  /// from where the last was found.
  mutating func removeOldest(
    of domain: Int? = nil, unless isHeld: ((Page) -> Bool)? = nil
  ) -> Page? {
    var handle = entries[0].next
    if let domain {
      guard count(of: domain) > 0 else { return nil }
      handle = oldest(of: domain)
    }
    while handle != 0 {
      let entry = entries[Int(handle)]
      let page = Page(page: entry.page, domain: Int(entry.owner) - 1)
      let isAnothers = domain.map { $0 != page.domain } ?? false
      if isAnothers || isHeld?(page) ?? false {
        handle = entry.next
        continue
      }
      unlink(handle, entry)
      return page
    }
    return nil
  }

  /// The handle of a domain's oldest page; it must have one.
  private mutating func oldest(of domain: Int) -> UInt32 {
    while searchFrom.count <= domain { searchFrom.append(0) }
    var handle = searchFrom[domain] == 0 ? entries[0].next : searchFrom[domain]
    while entries[Int(handle)].owner != UInt32(domain) + 1 { handle = entries[Int(handle)].next }
    searchFrom[domain] = handle
    return handle
  }

  private mutating func unlink(_ handle: UInt32, _ entry: Entry) {
    entries[Int(entry.previous)].next = entry.next
    entries[Int(entry.next)].previous = entry.previous
    for domain in searchFrom.indices where searchFrom[domain] == handle {
      searchFrom[domain] = entry.next
    }
    entries[Int(handle)] = Entry(previous: 0, next: firstFree, page: 0, owner: 0)
    firstFree = handle
    count -= 1
    perDomain[Int(entry.owner) - 1] -= 1
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    larger.update(from: entries, count: used)
    entries.deallocate()
    entries = larger
    capacity *= 2
  }
}
