public import SimulationEngine

/// Draws pages of a set of fixed size by a pattern.
///
/// Draw for draw as the recorded kernel experiments define their patterns: zipf and uniform take one
/// random number an access, hotcold two, mix one or two, scan none.
public struct PageSampler {
  /// A pattern with what it needs, in pages of the set.
  public enum Kind {
    case zipf(ZipfTable)
    case uniform
    case scan
    case hotcold(hot: Int, hotAccess: Double)
    /// The share that scans does so over a range of its own.
    case mix(ZipfTable, scanShare: Double, scanFirst: UInt32, scanCount: UInt64)
  }

  private let kind: Kind
  private let count: Int
  /// Rank to page; empty where ranks play no part.
  private let permutation: [UInt32]

  /// Pages `0 ..< count` by a pattern that is worked out already.
  public init(_ kind: Kind, count: Int, permutation: [UInt32]) {
    self.kind = kind
    self.count = count
    self.permutation = permutation
  }

  /// Pages `0 ..< count` by `pattern`, ranks shuffled by `shuffle`.
  init(_ pattern: PatternSpec, count: Int, shuffle: inout RandomStream) {
    self.count = count
    var needsRanks = true
    switch pattern {
    case .zipf(let alpha): kind = .zipf(ZipfTable(ranks: count, alpha: alpha))
    case .uniform:
      kind = .uniform
      needsRanks = false
    case .scan:
      kind = .scan
      needsRanks = false
    case .hotcold(let hotPPM, let accessPPM):
      let hot = Int(Int64(count) * hotPPM / 1_000_000)
      kind = .hotcold(hot: min(max(hot, 1), count), hotAccess: Double(accessPPM) / 1_000_000)
    case .mix(let alpha, let scanPPM):
      kind = .mix(
        ZipfTable(ranks: count, alpha: alpha), scanShare: Double(scanPPM) / 1_000_000,
        scanFirst: 0, scanCount: UInt64(count))
    }
    permutation = needsRanks ? Self.shuffled(count, &shuffle) : []
  }

  /// The numbers `0 ..< count` in a random order (Fisher and Yates, from the end).
  public static func shuffled(_ count: Int, _ random: inout RandomStream) -> [UInt32] {
    var order = (0..<count).map { UInt32($0) }
    for index in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(index, Int(random.below(UInt64(index + 1))))
    }
    return order
  }

  /// Fills `buffer` with pages; `scanned` is the scan position, which goes on from phase to phase.
  public func fill(
    _ buffer: UnsafeMutableBufferPointer<UInt32>, scanned: inout UInt64,
    _ random: inout RandomStream
  ) {
    let pages = UInt64(count)
    switch kind {
    case .zipf(let table):
      table.fill(buffer, of: count, &random)
      for index in buffer.indices { buffer[index] = permutation[Int(buffer[index])] }
    case .uniform:
      for index in buffer.indices {
        buffer[index] = UInt32(truncatingIfNeeded: random.below(pages))
      }
    case .scan:
      for index in buffer.indices {
        buffer[index] = UInt32(truncatingIfNeeded: scanned % pages)
        scanned &+= 1
      }
    case .hotcold(let hot, let hotAccess):
      for index in buffer.indices {
        let isHot = random.unit() < hotAccess || hot == count
        let rank =
          isHot
          ? Int(random.below(UInt64(hot))) : hot + Int(random.below(UInt64(count - hot)))
        buffer[index] = permutation[rank]
      }
    case .mix(let table, let scanShare, let scanFirst, let scanCount):
      for index in buffer.indices {
        if random.unit() < scanShare {
          buffer[index] = scanFirst + UInt32(truncatingIfNeeded: scanned % scanCount)
          scanned &+= 1
        } else {
          buffer[index] = permutation[table.rank(random.unit(), of: count)]
        }
      }
    }
  }
}
