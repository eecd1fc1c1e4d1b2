extension Mom {
  /// What the collector of the host brings, in KiB.
  public struct HostSample: Hashable, Sendable {
    /// `mem_available`: MemTotal, whatever the name says; 1 or more.
    public var memoryAvailable: Int64
    /// `mem_free`: MemFree, Buffers and Cached, and tmpfs with it.
    public var memoryFree: Int64

    /// A sample.
    public init(memoryAvailable: Int64, memoryFree: Int64) {
      self.memoryAvailable = memoryAvailable
      self.memoryFree = memoryFree
    }
  }

  /// What the collectors of a guest bring, in KiB; nil: not to be had.
  public struct GuestSample: Hashable, Sendable {
    /// `balloon_cur`: its size now.
    public var balloonCurrent: Int64?
    /// `balloon_min`: its guaranteed size.
    public var balloonMin: Guarantee
    /// `balloon_max`: its largest size.
    public var balloonMax: Int64?
    /// `mem_unused`: its free pages, as its balloon driver tells them.
    public var memoryUnused: Int64?

    /// A sample.
    public init(
      balloonCurrent: Int64?, balloonMin: Guarantee, balloonMax: Int64?, memoryUnused: Int64?
    ) {
      self.balloonCurrent = balloonCurrent
      self.balloonMin = balloonMin
      self.balloonMax = balloonMax
      self.memoryUnused = memoryUnused
    }

    /// Whether it lacks nothing.
    var isComplete: Bool {
      balloonCurrent != nil && balloonMin != .missing && balloonMax != nil && memoryUnused != nil
    }
  }

  /// A guaranteed size as the collector brings it.
  public enum Guarantee: Hashable, Sendable {
    /// Not to be had.
    case missing
    /// KiB.
    case size(Int64)
    /// KiB as text, which is what MOM has from libvirt's `<min_guarantee>`: it compares with no number.
    case text(Int64)

    /// What it is in Python.
    var type: Fault.PythonType {
      switch self {
      case .missing: .none
      case .size: .int
      case .text: .string
      }
    }
  }

  /// A guest as its monitor has it.
  public struct Guest: Sendable {
    /// Its samples.
    public internal(set) var window: Window<GuestSample>
    /// Whether its last collection brought a sample; nil: there was none yet.
    public internal(set) var isReady: Bool?

    init(history: Int) { window = Window(length: history) }
  }

  /// The last samples of a monitor, whatever the time between them.
  public struct Window<Sample: Hashable & Sendable>: Sendable {
    private var samples: [Sample] = []
    /// The place of the oldest, once the window is full; the newest is before it.
    private var oldest = 0
    private let length: Int

    /// An empty window; one shorter than 1 is as long as 1.
    init(length: Int) { self.length = max(1, length) }

    /// The newest sample.
    public var last: Sample? {
      samples.isEmpty ? nil : samples[(oldest + samples.count - 1) % samples.count]
    }

    /// The samples, oldest first.
    public var list: [Sample] { Array(samples[oldest...] + samples[..<oldest]) }

    /// Adds a sample; the oldest goes if the window is full.
    mutating func append(_ sample: Sample) {
      if samples.count < length {
        samples.append(sample)
      } else {
        samples[oldest] = sample
        oldest = (oldest + 1) % length
      }
    }

    /// `StatAvg`: the mean of what the samples have of a value, 0 if none has it. Whole numbers are added, then divided.
    func mean(_ value: (Sample) -> Int64?) -> Double {
      var sum: Int64 = 0
      var count: Int64 = 0
      for sample in samples {
        guard let value = value(sample) else { continue }
        sum &+= value
        count += 1
      }
      return count == 0 ? 0 : Double(sum) / Double(count)
    }
  }
}
