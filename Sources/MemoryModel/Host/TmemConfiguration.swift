/// How the hypervisor's transcendent memory is set up.
public struct TmemConfiguration: Hashable, Sendable {
  /// Whether cleancache puts are taken.
  public var cleancache: Bool
  /// Whether frontswap stores are taken.
  public var frontswap: Bool
  /// Pages of metadata charged to a guest for each million persistent pages.
  ///
  /// Source: Docs/kernel.md 4.2, about 2% (derived).
  public var metadataPPM: Int64

  /// What a page takes in tmem once it is compressed, in millionths of a page; 1,000,000: it is not compressed.
  public var compressedPPM: Int64
  /// How the weights of guests decide whose page is evicted.
  public var quota: TmemQuota

  /// A set-up of transcendent memory.
  public init(
    cleancache: Bool = true, frontswap: Bool = true, metadataPPM: Int64 = 20_000,
    compressedPPM: Int64 = 1_000_000, quota: TmemQuota = .literal
  ) {
    self.cleancache = cleancache
    self.frontswap = frontswap
    self.metadataPPM = metadataPPM
    self.compressedPPM = compressedPPM
    self.quota = quota
  }

  /// Whether pages are compressed.
  var compresses: Bool { compressedPPM < 1_000_000 }

  /// Whole pages that the data of `count` pages takes. Source: Docs/kernel.md 4.6.
  func room(for count: Int) -> Int {
    compresses ? Int((Int64(count) * compressedPPM + 999_999) / 1_000_000) : count
  }
}

/// When a guest with a weight, on whose behalf the hypervisor needs a page, loses its own oldest ephemeral page instead of
/// the oldest of all.
///
/// Source: Docs/kernel.md 4.4.
public enum TmemQuota: String, CaseIterable, Sendable {
  /// As the code of Xen is written: when its share of the pages is below its share of the weights.
  case literal
  /// As its documentation says: when its share of the pages is above its share of the weights.
  case documented
}
