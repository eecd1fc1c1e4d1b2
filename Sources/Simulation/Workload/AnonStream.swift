import MemoryModel
import SimulationEngine
import Units

/// Repeated accesses to the touched pages of a guest's regions that are not cold.
///
/// Of each region the hot pages are spread evenly over what is touched. An access is to one of all hot
/// pages, regions following one another by age; the zipf of a region favours a few of its own pages, so
/// that every process has its own hot spot.
struct AnonStream {
  private let spec: AnonAccessSpec
  private let writeShare: Double
  private var random: RandomStream
  private var scanned: UInt64 = 0
  private var hot: HotPages
  private var version: UInt64 = .max
  private var buffer = [UInt32](repeating: 0, count: 256)
  /// How many accesses are due and made.
  private(set) var pace: Pace
  /// Where touched pages are noted, if somebody asks for them.
  var touchLog: TouchedPages?

  init(_ spec: AnonAccessSpec, coldPPM: Int64, seed: UInt64, purpose: String) {
    self.spec = spec
    pace = Pace(rate: spec.rate)
    hot = HotPages(sharePPM: 1_000_000 - coldPPM, alpha: spec.pattern.alpha)
    writeShare = Double(spec.writePPM) / 1_000_000
    random = RandomStream(seed: seed, purpose: purpose)
  }

  /// The hash of what the stream has drawn: the state of its generator.
  var drawState: UInt64 {
    var copy = random
    return copy.next()
  }

  /// Makes the accesses that are due until the quantum is spent or one has to wait.
  ///
  /// With nothing touched, accesses that are due fall away.
  mutating func step(_ kernel: inout GuestKernel, _ host: inout Host, at now: SimTime) {
    if version != kernel.touchedVersion {
      version = kernel.touchedVersion
      hot.update(kernel)
    }
    if hot.count == 0 { return pace.passOver(at: now) }
    var wanted = pace.begin(at: now)
    while wanted > 0 && kernel.elapsed < Pace.quantum {
      let count = min(wanted, buffer.count)
      draw(count)
      let made = buffer.withUnsafeBufferPointer {
        kernel.accessAnon(UnsafeBufferPointer(rebasing: $0[..<count]), budget: Pace.quantum, &host)
      }
      touchLog?.note(buffer.prefix(made))
      pace.made(made)
      wanted -= made
      if made < count { return }
    }
  }

  /// Draws the next `count` accesses, with everything that a draw needs in locals.
  private mutating func draw(_ count: Int) {
    var (random, scanned) = (self.random, self.scanned)
    let (hot, pattern, writeShare) = (self.hot, spec.pattern, self.writeShare)
    buffer.withUnsafeMutableBufferPointer { buffer in
      for index in 0..<count {
        var access = Self.page(pattern, hot, &scanned, &random)
        if writeShare > 0 && random.unit() < writeShare { access |= GuestKernel.writeBit }
        buffer[index] = access
      }
    }
    (self.random, self.scanned) = (random, scanned)
  }

  @inline(__always)
  private static func page(
    _ pattern: PatternSpec, _ hot: borrowing HotPages, _ scanned: inout UInt64,
    _ random: inout RandomStream
  ) -> UInt32 {
    let count = UInt64(hot.count)
    switch pattern {
    case .uniform: return hot.page(Int(random.below(count)))
    case .scan: break
    case .hotcold(let hotPPM, let accessPPM):
      let few = max(count * UInt64(hotPPM) / 1_000_000, 1)
      let isFew = random.unit() < Double(accessPPM) / 1_000_000 || few == count
      return hot.page(Int(isFew ? random.below(few) : few + random.below(count - few)))
    case .zipf: return hot.zipfPage(&random)
    case .mix(_, let scanPPM):
      if random.unit() >= Double(scanPPM) / 1_000_000 { return hot.zipfPage(&random) }
    }
    scanned &+= 1
    return hot.page(Int((scanned &- 1) % count))
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
