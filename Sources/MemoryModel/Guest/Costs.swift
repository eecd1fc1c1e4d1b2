public import SimulationEngine

/// How long the elementary operations take.
///
/// All values are nanoseconds. Source, where nothing else is said: facts, section 7, whose numbers are
/// calibration defaults and no measurements.
public struct Costs: Hashable, Sendable {
  /// One cost by its name in a scenario.
  public struct Item: Sendable {
    /// The key below `costs:`.
    public let name: String
    /// Where the default comes from.
    public let source: String
    /// The value's place.
    public let path: any WritableKeyPath<Costs, SimDuration> & Sendable
  }

  /// A tmem put that stored the page.
  public var tmemPut = SimDuration.nanoseconds(2_000)
  /// A tmem get that found the page.
  public var tmemGet = SimDuration.nanoseconds(2_000)
  /// A failed put, a get that missed, a flush.
  public var tmemMiss = SimDuration.nanoseconds(1_000)
  /// Besides, where tmem compresses: a put.
  public var tmemCompress = SimDuration.microseconds(15)
  /// Besides, where tmem compresses: a get.
  public var tmemDecompress = SimDuration.microseconds(5)
  /// An empty hypercall.
  public var hypercall = SimDuration.nanoseconds(500)
  /// A minor fault, without clearing the page.
  public var minorFault = SimDuration.nanoseconds(700)
  /// Clearing one page.
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
  /// Reading or writing one page that is in the page cache.
  public var fileHit = SimDuration.nanoseconds(700)
  /// Touching one resident anonymous page.
  public var anonHit = SimDuration.nanoseconds(100)

  /// The defaults.
  public init() {}

  /// Every cost, in the order of the documentation.
  public static let items: [Item] = [
    Item(name: "tmem_put", source: "Docs/kernel.md 7", path: \.tmemPut),
    Item(name: "tmem_get", source: "Docs/kernel.md 7", path: \.tmemGet),
    Item(name: "tmem_miss", source: "Docs/kernel.md 7", path: \.tmemMiss),
    Item(name: "tmem_compress", source: "Docs/kernel.md 7, LZO class", path: \.tmemCompress),
    Item(name: "tmem_decompress", source: "Docs/kernel.md 7, LZO class", path: \.tmemDecompress),
    Item(name: "hypercall", source: "Docs/kernel.md 7", path: \.hypercall),
    Item(name: "minor_fault", source: "Docs/kernel.md 7", path: \.minorFault),
    Item(name: "clear_page", source: "Docs/kernel.md 7, within 0.5 to 1 us", path: \.clearPage),
    Item(name: "balloon_out_guest", source: "Docs/kernel.md 7", path: \.balloonOutGuest),
    Item(name: "balloon_out_xen", source: "Docs/kernel.md 7", path: \.balloonOutXen),
    Item(name: "balloon_in_xen", source: "Docs/kernel.md 7", path: \.balloonInXen),
    Item(name: "balloon_in_guest", source: "Docs/kernel.md 7", path: \.balloonInGuest),
    Item(name: "tlb_flush", source: "Docs/kernel.md 7", path: \.tlbFlush),
    Item(name: "scan_page", source: "Docs/kernel.md 7", path: \.scanPage),
    Item(name: "unmap_page", source: "Docs/kernel.md 7", path: \.unmapPage),
    Item(name: "file_hit", source: "assumed: one page copied", path: \.fileHit),
    Item(name: "anon_hit", source: "assumed: a TLB and cache miss", path: \.anonHit),
  ]
}
