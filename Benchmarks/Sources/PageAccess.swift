import MemoryModel
import Units

/// Page accesses through a guest's own page cache, against `lru twolist`.
///
/// The guest has no work but the accesses, and nothing costs simulated time.
enum PageAccess {
  /// Accesses handed to the kernel at a time: the most that a stream makes in its turn.
  static let batch = 1024

  /// `lru PAGES MEMORY_MIB FILE REQUESTS [REPEAT]`.
  static func run(_ arguments: Arguments) throws {
    let pages = try arguments.count(0, "PAGES")
    let memory = PageCount.mebibytes(try arguments.count(1, "MEMORY_MIB"))
    let file = try arguments.text(2, "FILE")
    let requests = try arguments.count(3, "REQUESTS")
    for _ in 0..<(try arguments.count(4, "REPEAT", default: 1)) {
      var host = Host(
        memory: memory + memory, tmem: TmemConfiguration(cleancache: false, frontswap: false),
        disks: [
          DiskParameters(randomRead: .zero, write: .zero, bandwidth: 1 << 30, channels: 1)
        ])
      var kernel = try guest(memory: memory, pages: pages, &host)
      let first = kernel.firstPage(ofFileSet: 0)
      let stream = try AccessStream(file: file, count: requests, offset: first)
      // What is in the cache when kswapd has done its work.
      let zones = kernel.zones
      let cache = (zones.totalRAM - zones.highMark - zones.unusable).pages
      let watch = Stopwatch()
      access(UnsafeBufferPointer(stream.pages), &kernel, &host)
      let seconds = watch.processor
      let counters = kernel.counters
      kernel.checkInvariants(host)
      print(
        "lru pages=\(pages) cache=\(cache) req=\(requests)",
        "cpu_Macc_s=\(decimal(Double(requests) / seconds / 1e6))",
        "misses=\(counters[.pgpgin]) activations=\(counters[.pgactivate])",
        "demotions=\(counters[.pgdeactivate]) accesses=\(counters[.accesses])")
    }
  }

  private static func guest(
    memory: PageCount, pages: Int, _ host: inout Host
  ) throws(BenchmarkError) -> GuestKernel {
    guard let domain = host.addDomain(memory: memory) else { throw .badArgument("MEMORY_MIB") }
    var configuration = GuestConfiguration(zones: GuestZones(BootParameters(memory: memory)))
    configuration.fileSets = [(PageCount(pages), 0)]
    configuration.cleancache = false
    configuration.frontswap = false
    for item in Costs.items { configuration.kernel.costs[keyPath: item.path] = .zero }
    return GuestKernel(configuration, domain: domain)
  }

  /// Makes all accesses; kswapd, when it is woken, has its turn after a batch until it sleeps.
  private static func access(
    _ pages: UnsafeBufferPointer<UInt32>, _ kernel: inout GuestKernel, _ host: inout Host
  ) {
    var last = UInt32.max
    var position = 0
    while position < pages.count {
      let end = min(position + batch, pages.count)
      kernel.begin(at: .zero)
      let made = kernel.accessFile(
        UnsafeBufferPointer(rebasing: pages[position..<end]), last: &last, disk: 0,
        budget: .forever, &host)
      precondition(made > 0, "an access that cannot be made")
      position += made
      guard let token = kernel.takeKswapdWakeUp()?.token else { continue }
      repeat { kernel.begin(at: .zero) } while kernel.kswapdStep(token: token, &host) != nil
    }
  }

  /// `exact PAGES CACHE FILE REQUESTS`: exact LRU on the lists of the page table.
  ///
  /// Its misses must be those of `lru lru`, whatever it is compiled with.
  static func runExact(_ arguments: Arguments) throws {
    let pages = try arguments.count(0, "PAGES")
    let cache = try arguments.count(1, "CACHE")
    let requests = try arguments.count(3, "REQUESTS")
    let stream = try AccessStream(
      file: try arguments.text(2, "FILE"), count: requests, offset: UInt32(PageTable.firstPage))
    let table = PageTable(pages: pages)
    var cached = 0
    var misses = 0
    let watch = Stopwatch()
    for page in stream.pages {
      if table.records[Int(page)].state == .resident {
        table.remove(page, from: .inactiveFile)
      } else {
        misses += 1
        if cached == cache {
          let oldest = table.takeOldest(1, from: .inactiveFile)[0]
          table.records[Int(oldest)].state = []
        } else {
          cached += 1
        }
        table.records[Int(page)].state = .resident
      }
      table.pushHead(page, .inactiveFile)
    }
    print(
      "exact pages=\(pages) cache=\(cache) req=\(requests)",
      "cpu_Macc_s=\(decimal(Double(requests) / watch.processor / 1e6)) misses=\(misses)")
  }
}
