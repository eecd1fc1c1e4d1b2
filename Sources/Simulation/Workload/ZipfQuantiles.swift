import Glibc

/// Zipf ranks over a set whose size changes all the time, from a few kilobytes.
///
/// Rank k (from 0) has a weight of (k + 1)^-alpha. The first 1,024 ranks have a cumulative weight each; behind them one
/// stands for a stretch of ranks a 256th as long as the ranks before it, within which all are alike, so that no
/// rank's weight is off by more than alpha / 256. Unlike `ZipfTable`, which gives the recorded experiments' very draws,
/// it stays in the processor's cache: with millions of pages that is three times as fast.
struct ZipfQuantiles {
  /// The first rank of each stretch, and the one behind the last.
  private var bounds: [UInt32] = [0]
  /// The weight of all ranks before each bound.
  private var cumulative: [Double] = [0]
  /// The weight of one rank of each stretch.
  private var perRank: [Double] = []
  /// For each of equal parts of the whole weight, the stretch at which a search begins.
  private var guide: [UInt32] = []
  private let partsPerWeight: Double

  /// Ranks that have a stretch of their own.
  private static let single = 1_024
  /// A later stretch's share of the ranks before it.
  private static let fraction = 256
  private static let parts = 4_096

  /// The number of ranks.
  let ranks: Int

  /// Ranks `0 ..< ranks`, at least one; `alpha` is not negative. O(ranks).
  init(ranks: Int, alpha: Double) {
    precondition(ranks > 0 && ranks < 1 << 31, "\(ranks) ranks")
    self.ranks = ranks
    var sum = 0.0
    var next = 1
    for rank in 0..<ranks {
      sum += pow(Double(rank + 1), -alpha)
      if rank + 1 == next || rank + 1 == ranks {
        bounds.append(UInt32(rank + 1))
        cumulative.append(sum)
        next += rank + 1 < Self.single ? 1 : (rank + 1) / Self.fraction
      }
    }
    for stretch in 0..<bounds.count - 1 {
      perRank.append(
        (cumulative[stretch + 1] - cumulative[stretch])
          / Double(bounds[stretch + 1] - bounds[stretch]))
    }
    partsPerWeight = Double(Self.parts) / sum
    var stretch = 0
    for part in 0...Self.parts {
      while stretch < bounds.count - 2, cumulative[stretch + 1] * partsPerWeight <= Double(part) {
        stretch += 1
      }
      guide.append(UInt32(stretch))
    }
  }

  /// The weight of the first `count` ranks. O(log stretches).
  func weight(of count: Int) -> Double {
    var low = 0
    var high = bounds.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if Int(bounds[middle]) <= count { low = middle } else { high = middle - 1 }
    }
    if low == bounds.count - 1 { return cumulative[low] }
    return cumulative[low] + Double(count - Int(bounds[low])) * perRank[low]
  }

  /// The rank on which the number `unit` in [0, 1) falls, among the first `count`, whose weight is `total`.
  @inline(__always)
  func rank(_ unit: Double, of count: Int, total: Double) -> Int {
    let weight = unit * total
    var stretch = Int(guide[min(Int(weight * partsPerWeight), Self.parts)])
    // Most searches are over after this step; the loops see to the rest.
    let isBeyond = cumulative[stretch + 1] <= weight && stretch < perRank.count - 1
    stretch &+= isBeyond ? 1 : 0
    while stretch > 0 && cumulative[stretch] > weight { stretch -= 1 }
    while stretch < perRank.count - 1 && cumulative[stretch + 1] <= weight { stretch += 1 }
    let beyond = Int((weight - cumulative[stretch]) / perRank[stretch])
    return min(Int(bounds[stretch]) + beyond, count - 1)
  }
}
