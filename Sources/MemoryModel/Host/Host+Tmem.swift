public import Units

extension Host {
  /// do_tmem_put(), of an evicted file page into the guest's ephemeral pool.
  ///
  /// Returns a handle for `ephemeralGet`, or nil if there is no room. A compressed page that fits beside others gives
  /// the page that was allocated for it back. Source: Docs/kernel.md 4.2.
  package mutating func ephemeralPut(_ page: UInt32, domain: Int) -> UInt32? {
    guard tmem.cleancache, !domains[domain].isFrozen,
      ephemeral.count(of: domain) < domains[domain].capacity?.ephemeral ?? .max,
      ensureAvailable(for: domain), allocateTmemPage(for: domain)
    else { return nil }
    let room = ephemeralRoom
    let handle = ephemeral.append(page: page, domain: domain)
    freeTmemPages(1 - (ephemeralRoom - room))
    return handle
  }

  /// do_tmem_get(), exclusive: takes a page out of the guest's ephemeral pool, if it is still there.
  ///
  /// A handle whose page was evicted, and whose entry another page has now, misses. Source: Docs/kernel.md 4.3.
  mutating func ephemeralGet(_ handle: UInt32, page: UInt32, domain: Int) -> Bool {
    let room = ephemeralRoom
    guard ephemeral.remove(handle, page: page, domain: domain) else { return false }
    freeTmemPages(room - ephemeralRoom)
    return true
  }

  /// Refuses a guest's persistent pool every page beyond so many; what it has stays.
  public mutating func limitFrontswap(to pages: PageCount, of domain: Int) {
    domains[domain].frontswapLimit = pages.pages
  }

  /// What tmem has or could have: its pages of both kinds with their metadata, and what is free. O(guests).
  public var roomOfTmem: PageCount {
    var pages = free.pages + tmemFree + ephemeralRoom
    for domain in domains.indices { pages += domains[domain].data + domains[domain].metadata }
    return PageCount(pages)
  }

  /// How many ephemeral pages a guest has. O(1).
  package func ephemeralPages(of domain: Int) -> Int { ephemeral.count(of: domain) }

  /// do_tmem_put(), of one page into the guest's persistent pool: a frontswap store that was not there before.
  ///
  /// Fails at the domain's `max_pages`, or when the host has no memory. Source: Docs/kernel.md 4.2 and 4.5.
  mutating func persistentPut(domain: Int) -> Bool {
    guard tmem.frontswap, !domains[domain].isFrozen,
      domains[domain].persistent
        < min(domains[domain].capacity?.persistent ?? .max, domains[domain].frontswapLimit),
      ensureAvailable(for: domain)
    else { return false }
    let metadata = metadataPages(for: domains[domain].persistent + 1) - domains[domain].metadata
    let data = tmem.room(for: domains[domain].persistent + 1) - domains[domain].data
    guard domains[domain].headroom >= data + metadata else { return false }
    var taken = 0
    while taken < data + metadata {
      guard allocateTmemPage(for: domain) else {
        freeTmemPages(taken)
        return false
      }
      taken += 1
    }
    charge(persistent: 1, data: data, metadata: metadata, domain: domain)
    return true
  }

  /// do_tmem_flush_page(): removes one page from the guest's persistent pool; what it was charged goes to tmem's free list.
  mutating func persistentFlush(domain: Int) {
    let metadata = domains[domain].metadata - metadataPages(for: domains[domain].persistent - 1)
    let data = domains[domain].data - tmem.room(for: domains[domain].persistent - 1)
    charge(persistent: -1, data: -data, metadata: -metadata, domain: domain)
    freeTmemPages(data + metadata)
  }

  /// Pages of metadata for `persistent` pages, in whole pages (Docs/kernel.md 4.2).
  private func metadataPages(for persistent: Int) -> Int {
    Int((Int64(persistent) * tmem.metadataPPM + 999_999) / 1_000_000)
  }
}
