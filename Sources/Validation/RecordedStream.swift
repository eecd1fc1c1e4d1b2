internal import Simulation
internal import SimulationEngine

/// The accesses of a recorded workload, drawn again one segment after another.
struct RecordedStream {
  private var random: RandomStream
  /// The position of the scans, which goes on from segment to segment.
  private var scanned: UInt64 = 0
  private var sampler: PageSampler?
  private var isSequential = false
  private var position: UInt64 = 0
  private var first: UInt32 = 0
  private var left = 0
  /// The hash of all accesses drawn so far.
  private(set) var hash = TraceHash()

  /// The stream of a workload with `seed`.
  init(seed: UInt64) { random = RandomStream(state: seed) }

  /// Goes over to the next segment, whose `fault` was found to be nil.
  mutating func begin(_ segment: RecordedSegment) {
    sampler = segment.kind == "idle" ? nil : segment.sampler
    isSequential = segment.isSequential
    position = 0
    first = UInt32(segment.lo)
    left = segment.accesses
  }

  /// Draws the segment's next pages, at most as many as `buffer` holds, and returns how many; 0 at its end.
  mutating func draw(into buffer: UnsafeMutableBufferPointer<UInt32>) -> Int {
    let count = min(left, buffer.count)
    guard let sampler, count > 0 else { return 0 }
    let drawn = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
    if isSequential {
      sampler.fill(drawn, scanned: &position, &random)
    } else {
      sampler.fill(drawn, scanned: &scanned, &random)
    }
    for index in drawn.indices {
      drawn[index] += first
      hash.add(drawn[index])
    }
    left -= count
    return count
  }
}

/// The hash by which the recordings name their accesses: FNV-1a over four little-endian bytes a page number.
struct TraceHash {
  private var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Adds an access.
  mutating func add(_ page: UInt32) {
    var rest = page
    for _ in 0..<4 {
      value = (value ^ UInt64(rest & 0xFF)) &* 0x100_0000_01B3
      rest >>= 8
    }
  }

  /// 16 hexadecimal digits, as the recordings write it.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
