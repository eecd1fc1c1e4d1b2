import Glibc
import SimulationEngine

/// Zipf ranks by the inverse of their cumulative weights, with a guide table that makes a draw O(1).
///
/// Rank k (from 0) has weight (k + 1)^-alpha; sums are doubles added in order, as in the recorded kernel
/// experiments, so that the same draws give the same ranks. A table of n ranks also serves any smaller
/// number, by cutting the cumulative weights off. Memory: 8 bytes a rank and 4 a guide.
public final class ZipfTable: Sendable {
  private let cumulative: [Double]
  /// For each of `guides` equal parts of the total weight, the rank at which a search begins.
  private let guide: [UInt32]

  /// The number of ranks.
  var ranks: Int { cumulative.count }

  /// Ranks `0 ..< ranks`, at least one; `alpha` is not negative.
  public init(ranks: Int, alpha: Double) {
    precondition(ranks > 0 && ranks < 1 << 31, "\(ranks) ranks")
    var sums: [Double] = []
    sums.reserveCapacity(ranks)
    var sum = 0.0
    for rank in 0..<ranks {
      sum += pow(Double(rank + 1), -alpha)
      sums.append(sum)
    }
    var parts = 1024
    while parts < ranks && parts < 1 << 22 { parts *= 2 }
    var guide: [UInt32] = []
    guide.reserveCapacity(parts + 1)
    var rank = 0
    for part in 0...parts {
      let weight = Double(part) / Double(parts) * sum
      while rank < ranks - 1 && sums[rank] <= weight { rank += 1 }
      guide.append(UInt32(rank))
    }
    cumulative = sums
    self.guide = guide
  }

  /// The ranks that numbers drawn from `random` fall on, one after another, among the first `count` ranks.
  ///
  /// The smallest k whose cumulative weight exceeds the number times the weight of all `count`. The first two walks do
  /// not search, so that the processor can wait for the guides and the weights of many draws at once.
  func fill(
    _ ranks: UnsafeMutableBufferPointer<UInt32>, of count: Int, _ random: inout RandomStream
  ) {
    let share = cumulative[count - 1]
    let total = cumulative[cumulative.count - 1]
    let last = guide.count - 1
    withUnsafeTemporaryAllocation(of: Double.self, capacity: ranks.count) { weights in
      for index in ranks.indices {
        let weight = random.unit() * share
        weights[index] = weight
        ranks[index] = min(guide[min(Int(weight / total * Double(last)), last)], UInt32(count - 1))
      }
      for index in ranks.indices {
        ranks[index] &+= cumulative[Int(ranks[index])] <= weights[index] ? 1 : 0
      }
      for index in ranks.indices {
        ranks[index] = UInt32(search(weights[index], from: Int(ranks[index]), of: count))
      }
    }
  }

  /// The rank that the number `unit` in [0, 1) falls on, among the first `count` ranks.
  @inline(__always)
  func rank(_ unit: Double, of count: Int) -> Int {
    let total = cumulative[cumulative.count - 1]
    let weight = unit * cumulative[count - 1]
    let part = min(Int(weight / total * Double(guide.count - 1)), guide.count - 1)
    return search(weight, from: Int(guide[part]), of: count)
  }

  /// The smallest rank whose cumulative weight exceeds `weight`, near `start`.
  @inline(__always)
  private func search(_ weight: Double, from start: Int, of count: Int) -> Int {
    var rank = min(start, count - 1)
    while rank > 0 && cumulative[rank - 1] > weight { rank -= 1 }
    while rank < count - 1 && cumulative[rank] <= weight { rank += 1 }
    return rank
  }
}
