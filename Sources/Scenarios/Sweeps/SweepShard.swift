/// A share of a sweep's runs, for one of several machines: one of `count` shares, counted from 0.
///
/// Which runs it has depends on their keys alone, so every machine finds the same shares without asking another.
public struct SweepShard: Hashable, Sendable {
  /// Which share, from 0.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// The most shares of a sweep.
  public static let countLimit = 100_000

  /// A share; nothing unless `index` is in `0..<count` and `count` in `1...countLimit`.
  public init?(index: Int, count: Int) {
    guard (1...Self.countLimit).contains(count), (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Those of some keys that belong to the share.
  ///
  /// Keys are hashes, so dealing them out in their own order gives every share as many, to one, and the slow corners
  /// of a grid to all of them.
  public func share(of keys: Set<String>) -> Set<String> {
    var own: Set<String> = []
    for (place, key) in keys.sorted().enumerated() where place % count == index { own.insert(key) }
    return own
  }
}
