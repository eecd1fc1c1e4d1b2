import MemoryModel
import SimulationEngine

/// Repeated accesses to the touched pages of a guest's regions that are not cold.
///
/// Of each region the hot pages are spread evenly over what is touched. An access is to one of all hot
/// pages, regions following one another by age; the zipf of a region favours a few of its own pages, so
/// that every process has its own hot spot.
struct AnonStream {
  private let spec: AnonAccessSpec
  private let hotPPM: Int64
  /// Touched pages for each hot one, times 2^32; never less than 1, so that no two hot pages meet.
  private let spread: UInt64
  private let writeShare: Double
  private var random: RandomStream
  private var zipf: ZipfQuantiles?
  private var scanned: UInt64 = 0
  /// First page of each region, the hot pages up to and with it, and the zipf weight of its own.
  private var regions: [(first: UInt32, hotEnd: Int, weight: Double)] = []
  private var version: UInt64 = .max
  private var buffer = [UInt32](repeating: 0, count: 256)
  /// Accesses made so far, and those begun later than due.
  private(set) var done: Int64 = 0
  private(set) var deferred: Int64 = 0

  init(_ spec: AnonAccessSpec, coldPPM: Int64, seed: UInt64, purpose: String) {
    self.spec = spec
    hotPPM = 1_000_000 - coldPPM
    spread = (1_000_000 << 32) / UInt64(max(hotPPM, 1))
    writeShare = Double(spec.writePPM) / 1_000_000
    random = RandomStream(seed: seed, purpose: purpose)
  }

  /// The hash of what the stream has drawn: the state of its generator.
  var drawState: UInt64 {
    var copy = random
    return copy.next()
  }

  private var hotPages: Int { regions.last?.hotEnd ?? 0 }

  /// Takes over what is touched now, if that has changed.
  private mutating func update(_ kernel: borrowing GuestKernel) {
    if version == kernel.touchedVersion { return }
    version = kernel.touchedVersion
    regions.removeAll(keepingCapacity: true)
    var end = 0
    var largest = 0
    let share = hotPPM
    var found = regions
    kernel.forEachTouchedRegion { first, touched in
      let hot = Int(Int64(touched) * share / 1_000_000)
      if hot == 0 { return }
      end += hot
      largest = max(largest, hot)
      found.append((first, end, 0))
    }
    regions = found
    guard let alpha = spec.pattern.alpha else { return }
    if largest > zipf?.ranks ?? 0 {
      zipf = ZipfQuantiles(ranks: largest + largest / 2, alpha: alpha)
    }
    var start = 0
    for index in regions.indices {
      regions[index].weight = zipf?.weight(of: regions[index].hotEnd - start) ?? 0
      start = regions[index].hotEnd
    }
  }

  /// Makes the accesses that are due until `quantum` ns are spent or one has to wait.
  ///
  /// With nothing touched, accesses that are due fall away.
  mutating func step(
    quantum: Int64, _ kernel: inout GuestKernel, _ host: inout Host, at now: SimTime
  ) {
    update(kernel)
    let dueBefore = spec.rate.due(after: now.nanoseconds)
    let due = spec.rate.due(after: now.nanoseconds + quantum)
    if hotPages == 0 {
      done = due
      return
    }
    var wanted = Int(min(due - done, 1024))
    while wanted > 0 && kernel.elapsed < quantum {
      let count = min(wanted, buffer.count)
      draw(count)
      let made = buffer.withUnsafeBufferPointer {
        kernel.accessAnon(UnsafeBufferPointer(rebasing: $0[..<count]), budget: quantum, &host)
      }
      deferred += min(max(dueBefore - done, 0), Int64(made))
      done += Int64(made)
      wanted -= made
      if made < count { return }
    }
  }

  private mutating func draw(_ count: Int) {
    for index in 0..<count {
      var access = page()
      if writeShare > 0 && random.unit() < writeShare { access |= GuestKernel.writeBit }
      buffer[index] = access
    }
  }

  private mutating func page() -> UInt32 {
    let hot = UInt64(hotPages)
    switch spec.pattern {
    case .uniform: return place(Int(random.below(hot)))
    case .scan: return scan()
    case .hotcold(let hotPPM, let accessPPM):
      let few = max(hot * UInt64(hotPPM) / 1_000_000, 1)
      let isFew = random.unit() < Double(accessPPM) / 1_000_000 || few == hot
      return place(Int(isFew ? random.below(few) : few + random.below(hot - few)))
    case .zipf: return zipfPage()
    case .mix(_, let scanPPM):
      return random.unit() < Double(scanPPM) / 1_000_000 ? scan() : zipfPage()
    }
  }

  private mutating func scan() -> UInt32 {
    scanned &+= 1
    return place(Int((scanned &- 1) % UInt64(hotPages)))
  }

  /// A region by its share of the hot pages, then a rank in it, scattered over its hot pages.
  private mutating func zipfPage() -> UInt32 {
    let index = region(
      of: Int(random.next().multipliedFullWidth(by: UInt64(hotPages)).high))
    let first = index == 0 ? 0 : regions[index - 1].hotEnd
    let count = regions[index].hotEnd - first
    let weight = regions[index].weight
    guard let rank = zipf?.rank(random.unit(), of: count, total: weight) else {
      return place(first)
    }
    // A prime above any count: multiplying by it permutes the remainders.
    let scattered = Int(UInt64(rank) &* 2_654_435_761 % UInt64(count))
    return page(scattered, ofRegion: index)
  }

  /// The region that hot page `number` of all is in. O(log regions), without a branch to guess wrong.
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

  /// The page that is hot page `number` of all.
  private func place(_ number: Int) -> UInt32 {
    let index = region(of: number)
    return page(number - (index == 0 ? 0 : regions[index - 1].hotEnd), ofRegion: index)
  }

  private func page(_ hot: Int, ofRegion index: Int) -> UInt32 {
    regions[index].first + UInt32(truncatingIfNeeded: (UInt64(hot) &* spread) &>> 32)
  }
}

extension PatternSpec {
  /// The exponent of a pattern that has one.
  var alpha: Double? {
    switch self {
    case .zipf(let alpha), .mix(let alpha, _): alpha
    case .uniform, .scan, .hotcold: nil
    }
  }
}
