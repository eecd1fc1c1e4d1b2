public import Units

/// How long the elementary operations take.
///
/// Source, unless a cost says otherwise: Docs/kernel.md 7, whose numbers are calibration defaults and no measurements.
public struct Costs: Hashable, Sendable {
  /// One cost by its name in a scenario.
  public struct Item: Sendable {
    /// The key below `costs:`.
    public let name: String
    /// The value's place.
    public let path: any WritableKeyPath<Costs, SimDuration> & Sendable
    /// Whether runs were recorded before there was such a cost.
    public var isLater = false
  }

  /// A tmem put that stored the page.
  public var tmemPut = SimDuration.nanoseconds(2_000)
  /// A tmem get that found the page.
  public var tmemGet = SimDuration.nanoseconds(2_000)
  /// A failed put, a get that missed, a flush.
  public var tmemMiss = SimDuration.nanoseconds(1_000)
  /// Besides, where tmem compresses: a put. Of the class of LZO.
  public var tmemCompress = SimDuration.microseconds(15)
  /// Besides, where tmem compresses: a get.
  public var tmemDecompress = SimDuration.microseconds(5)
  /// An empty hypercall.
  public var hypercall = SimDuration.nanoseconds(500)
  /// A minor fault, without clearing the page.
  public var minorFault = SimDuration.nanoseconds(700)
  /// Clearing one page: within 0.5 to 1 us.
  public var clearPage = SimDuration.nanoseconds(700)
  /// Ballooning one page out: the guest's part.
  public var balloonOutGuest = SimDuration.nanoseconds(1_500)
  /// Ballooning one page out: Xen's part.
  public var balloonOutXen = SimDuration.nanoseconds(500)
  /// Ballooning one page in: Xen's part.
  public var balloonInXen = SimDuration.nanoseconds(1_000)
  /// Ballooning one page in: the guest's part.
  public var balloonInGuest = SimDuration.nanoseconds(300)
  /// Flushing all TLBs once a batch.
  public var tlbFlush = SimDuration.microseconds(20)
  /// Looking at one page of an LRU list.
  public var scanPage = SimDuration.nanoseconds(300)
  /// Unmapping one page.
  public var unmapPage = SimDuration.nanoseconds(1_000)
  /// Reading or writing one page that is in the page cache. Assumed: one page copied.
  public var fileHit = SimDuration.nanoseconds(700)
  /// Touching one resident anonymous page. Assumed: a TLB and cache miss.
  public var anonHit = SimDuration.nanoseconds(100)
  /// Reporting one free block of 2 MiB, until the host has discarded it.
  ///
  /// Measured: 18 GiB taken from a guest in blocks of 2 MiB in 0.1457 s (`huge-manual`, Docs/model.md 2.14).
  public var reportBlock = SimDuration.nanoseconds(15_800)
  /// The host's part of touching a page that it had discarded as part of a huge page.
  ///
  /// Measured: 19 GiB touched the first time in 4.432 s and again in 1.117 s (`huge-manual`), so 666 ns a page more.
  public var hostFault = SimDuration.nanoseconds(666)

  /// The defaults.
  public init() {}

  /// Every cost, in the order of the documentation.
  public static let items: [Item] = [
    Item(name: "tmem_put", path: \.tmemPut),
    Item(name: "tmem_get", path: \.tmemGet),
    Item(name: "tmem_miss", path: \.tmemMiss),
    Item(name: "tmem_compress", path: \.tmemCompress),
    Item(name: "tmem_decompress", path: \.tmemDecompress),
    Item(name: "hypercall", path: \.hypercall),
    Item(name: "minor_fault", path: \.minorFault),
    Item(name: "clear_page", path: \.clearPage),
    Item(name: "balloon_out_guest", path: \.balloonOutGuest),
    Item(name: "balloon_out_xen", path: \.balloonOutXen),
    Item(name: "balloon_in_xen", path: \.balloonInXen),
    Item(name: "balloon_in_guest", path: \.balloonInGuest),
    Item(name: "tlb_flush", path: \.tlbFlush),
    Item(name: "scan_page", path: \.scanPage),
    Item(name: "unmap_page", path: \.unmapPage),
    Item(name: "file_hit", path: \.fileHit),
    Item(name: "anon_hit", path: \.anonHit),
    Item(name: "report_block", path: \.reportBlock, isLater: true),
    Item(name: "host_fault", path: \.hostFault, isLater: true),
  ]
}
