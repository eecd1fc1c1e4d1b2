import MemoryModel
import SimulationEngine
import Units

/// A file stream at work: which access comes next, how many are due, how many are done.
struct FileStream {
  private let phases: [PatternPhase]
  private let pages: Int
  private let firstPage: UInt32
  private let writeShare: Double
  private let purpose: String
  private let seed: UInt64
  let load: LoadSpec
  let disk: Int

  private var random: RandomStream
  private var sampler: PageSampler
  private var phase = 0
  private var donePerPhase: Int64 = 0
  private var scanned: UInt64 = 0
  /// Accesses drawn ahead and not yet made.
  private var drawn: [UInt32]
  private var position = 0
  /// The page of each thread's last access.
  private var last: [UInt32]
  /// What each thread has been read ahead.
  private var readAhead: [FileReadAhead]
  private var ended = 0
  /// How many accesses are due and made, by all threads together.
  private(set) var pace: Pace

  /// Where accesses are noted, if somebody wants to know of them.
  var log: AccessLog?
  /// Where touched pages are noted, if somebody asks for them.
  var touchLog: TouchedPages?

  /// Accesses drawn at a time.
  static let drawAhead = 256

  init(_ spec: FileStreamSpec, firstPage: UInt32, disk: Int, seed: UInt64, purpose: String) {
    phases = spec.phases
    pages = spec.size.pages
    self.firstPage = firstPage
    writeShare = Double(spec.writePPM) / 1_000_000
    self.purpose = purpose
    self.seed = seed
    load = spec.load
    switch spec.load {
    case .open(let rate):
      pace = Pace(rate: rate)
      last = [.max]
    case .closed(let work, let threads):
      pace = Pace(rate: nil, total: work)
      last = Array(repeating: .max, count: threads)
    }
    readAhead = Array(
      repeating: FileReadAhead(firstPage: firstPage, pages: spec.size, largest: spec.readAhead),
      count: last.count)
    self.disk = disk
    random = RandomStream(seed: seed, purpose: purpose)
    sampler = Self.sampler(phases[0].pattern, pages, seed, purpose, 0)
    drawn = []
  }

  private static func sampler(
    _ pattern: PatternSpec, _ pages: Int, _ seed: UInt64, _ purpose: String, _ phase: Int
  ) -> PageSampler {
    var shuffle = RandomStream(seed: seed, purpose: "\(purpose)/shuffle/\(phase)")
    return PageSampler(pattern, count: pages, shuffle: &shuffle)
  }

  /// The hash of what the stream has drawn: the state of its generator.
  var drawState: UInt64 {
    var copy = random
    return copy.next()
  }

  /// Moves on to the phase that holds at `now`.
  private mutating func updatePhase(at now: SimTime) {
    while phase + 1 < phases.count {
      switch phases[phase].end {
      case .never: return
      case .time(let end): if now < end { return }
      case .accesses(let count): if donePerPhase < count { return }
      }
      phase += 1
      donePerPhase = 0
      drawn.removeAll(keepingCapacity: true)
      position = 0
      sampler = Self.sampler(phases[phase].pattern, pages, seed, purpose, phase)
    }
  }

  /// A thread of closed-loop work is done; true if it was the last.
  mutating func endThread() -> Bool {
    ended += 1
    return ended == last.count
  }

  /// Makes accesses that are due until the quantum is spent or one has to wait; the kernel has begun.
  mutating func step(
    thread: Int, _ kernel: inout GuestKernel, _ host: inout Host, at now: SimTime
  ) {
    updatePhase(at: now)
    var wanted = pace.begin(at: now)
    while wanted > 0 && kernel.elapsed < Pace.quantum {
      if position == drawn.count { draw() }
      let count = min(wanted, drawn.count - position)
      let made = drawn.withUnsafeBufferPointer { buffer in
        kernel.accessFile(
          UnsafeBufferPointer(rebasing: buffer[position..<position + count]), last: &last[thread],
          readAhead: &readAhead[thread], disk: disk, budget: Pace.quantum, &host)
      }
      if let log {
        drawn.withUnsafeBufferPointer { log.note($0[position..<position + made], at: now) }
      }
      touchLog?.note(drawn[position..<position + made])
      pace.made(made)
      position += made
      donePerPhase += Int64(made)
      wanted -= made
      if made < count { return }
      updatePhase(at: now)
    }
  }

  /// Draws the next accesses, no further than the end of a phase that is counted in accesses.
  private mutating func draw() {
    var count = Self.drawAhead
    if case .accesses(let length) = phases[phase].end, phase + 1 < phases.count {
      count = Int(min(max(length - donePerPhase, 1), Int64(count)))
    }
    if drawn.count != count { drawn = [UInt32](repeating: 0, count: count) }
    position = 0
    drawn.withUnsafeMutableBufferPointer { buffer in
      sampler.fill(buffer, scanned: &scanned, &random)
      for index in buffer.indices {
        buffer[index] += firstPage
        if writeShare > 0 && random.unit() < writeShare { buffer[index] |= GuestKernel.writeBit }
      }
    }
  }
}
