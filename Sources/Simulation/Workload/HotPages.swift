import MemoryModel
import SimulationEngine

/// The touched pages of a guest's regions that are not cold, and draws among them.
///
/// Of each region the hot pages are spread evenly over what is touched; all hot pages follow one another, regions by age.
struct HotPages {
  private let sharePPM: Int64
  private let alpha: Double?
  /// Touched pages for each hot one, times 2^32; never less than 1, so that no two hot pages meet.
  private let spread: UInt64
  private var zipf: ZipfQuantiles?
  /// First page of each region, the hot pages up to and with it, and the zipf weight of its own.
  private var regions: [(first: UInt32, hotEnd: Int, weight: Double)] = []
  /// How many there are.
  private(set) var count = 0

  /// None yet: of what will be touched, `sharePPM` millionths are hot; `alpha` is the exponent of zipf draws, if there are any.
  init(sharePPM: Int64, alpha: Double?) {
    self.sharePPM = sharePPM
    self.alpha = alpha
    spread = (1_000_000 << 32) / UInt64(max(sharePPM, 1))
  }

  /// Takes over what is touched now. O(regions).
  mutating func update(_ kernel: borrowing GuestKernel) {
    regions.removeAll(keepingCapacity: true)
    var end = 0
    var largest = 0
    let share = sharePPM
    var found = regions
    kernel.forEachTouchedRegion { first, touched in
      let hot = Int(Int64(touched) * share / 1_000_000)
      if hot == 0 { return }
      end += hot
      largest = max(largest, hot)
      found.append((first, end, 0))
    }
    regions = found
    count = end
    guard let alpha else { return }
    if largest > zipf?.ranks ?? 0 {
      zipf = ZipfQuantiles(ranks: largest + largest / 2, alpha: alpha)
    }
    var start = 0
    for index in regions.indices {
      regions[index].weight = zipf?.weight(of: regions[index].hotEnd - start) ?? 0
      start = regions[index].hotEnd
    }
  }

  /// A region by its share of the hot pages, then a rank in it, scattered over its hot pages.
  @inline(__always)
  func zipfPage(_ random: inout RandomStream) -> UInt32 {
    let index = region(
      of: Int(random.next().multipliedFullWidth(by: UInt64(count)).high))
    let (first, hotEnd, weight) = regions[index]
    let hotStart = index == 0 ? 0 : regions[index - 1].hotEnd
    guard let zipf else { return page(hotStart) }
    let own = hotEnd - hotStart
    let rank = zipf.rank(random.unit(), of: own, total: weight)
    // A prime above any count: multiplying by it permutes the remainders.
    return page(Int(UInt64(rank) &* 2_654_435_761 % UInt64(own)), from: first)
  }

  /// The page that is hot page `number` of all.
  @inline(__always)
  func page(_ number: Int) -> UInt32 {
    let index = region(of: number)
    return page(
      number - (index == 0 ? 0 : regions[index - 1].hotEnd), from: regions[index].first)
  }

  @inline(__always)
  private func page(_ hot: Int, from first: UInt32) -> UInt32 {
    first + UInt32(truncatingIfNeeded: (UInt64(hot) &* spread) &>> 32)
  }

  /// The region that hot page `number` of all is in. O(log regions), without a branch to guess wrong.
  @inline(__always)
  private func region(of number: Int) -> Int {
    var first = 0
    var count = regions.count
    while count > 1 {
      let half = count / 2
      // All ones if that region ends at `number` or before, else zero.
      let isBeyond = (regions[first + half - 1].hotEnd &- number &- 1) &>> (Int.bitWidth - 1)
      first &+= half & isBeyond
      count -= half
    }
    return first
  }
}
