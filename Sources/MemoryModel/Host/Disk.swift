internal import Units

/// A disk as a queueing server: some channels, each serving one request at a time, first come first served.
struct Disk: ~Copyable {
  let parameters: DiskParameters
  /// The transfer of one page.
  private let sequentialRead: SimDuration
  /// When each channel is free again.
  private let freeAt: UnsafeMutablePointer<SimTime>
  /// Pages read and written so far.
  private(set) var pagesRead: Int64 = 0
  private(set) var pagesWritten: Int64 = 0

  init(_ parameters: DiskParameters) {
    self.parameters = parameters
    let bytes = Int64(PageCount.pageSize) * 1_000_000_000
    sequentialRead = min(.nanoseconds(bytes / parameters.bandwidth), parameters.randomRead)
    freeAt = .allocate(capacity: parameters.channels)
    freeAt.initialize(repeating: .zero, count: parameters.channels)
  }

  deinit { freeAt.deallocate() }

  /// Queues the read of one page at `now` and returns when it is done. O(channels).
  ///
  /// A page that follows the one read before is transferred at the disk's bandwidth, any other takes a random read.
  @inline(__always)
  mutating func read(at now: SimTime, isSequential: Bool = false) -> SimTime {
    pagesRead += 1
    return serve(
      at: now, isSequential ? sequentialRead : parameters.randomRead)
  }

  /// Queues the write of one page at `now` and returns when it is done. O(channels).
  mutating func write(at now: SimTime) -> SimTime {
    pagesWritten += 1
    return serve(at: now, parameters.write)
  }

  // Mutating, so that the disk is passed by its address and not copied.
  @inline(__always)
  private mutating func serve(at now: SimTime, _ service: SimDuration) -> SimTime {
    var channel = 0
    var other = 1
    while other < parameters.channels {
      if freeAt[other] < freeAt[channel] { channel = other }
      other += 1
    }
    let done = max(now, freeAt[channel]) + service
    freeAt[channel] = done
    return done
  }
}
