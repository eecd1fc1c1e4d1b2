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

  /// client_over_quota(): whether the guest loses its own page. It has a weight, pages, and the test holds.
  ///
  /// Quirk: the shares are compared as wholes over parts, in whole per cent, which is coarse: 101 of 100 pages against
  /// weights of 1,088 over 200 compares 101 with 544. Source: Docs/kernel.md 4.4; the same in Xen 4.0 to 4.11.
  package func holds(_ share: TmemShare) -> Bool {
    if share.weights == 0 || share.weight == 0 || share.own == 0 { return false }
    let pages = (share.pages &* 100).dividedReportingOverflow(by: share.own).partialValue
    let weights = (share.weights &* 100).dividedReportingOverflow(by: share.weight).partialValue
    return self == .literal ? pages > weights : pages < weights
  }
}

/// A guest's part of the ephemeral pages and of the weights.
package struct TmemShare: Hashable, Sendable {
  /// Ephemeral pages of all guests.
  package var pages: Int64
  /// Those of the guest.
  package var own: Int64
  /// The weights of all guests.
  package var weights: Int64
  /// That of the guest.
  package var weight: Int64

  /// A guest's part.
  package init(pages: Int64, own: Int64, weights: Int64, weight: Int64) {
    self.pages = pages
    self.own = own
    self.weights = weights
    self.weight = weight
  }
}
