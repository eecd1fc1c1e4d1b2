internal import Units

/// A disk as a queueing server: some channels, each serving one request at a time, first come first served.
struct Disk: ~Copyable {
  let parameters: DiskParameters
  /// The transfer of one page, in nanoseconds.
  private let sequentialRead: Int64
  /// When each channel is free again, in nanoseconds since boot.
  private let freeAt: UnsafeMutablePointer<Int64>
  /// Pages read and written so far.
  private(set) var pagesRead: Int64 = 0
  private(set) var pagesWritten: Int64 = 0

  init(_ parameters: DiskParameters) {
    self.parameters = parameters
    let bytes = Int64(PageCount.pageSize) * 1_000_000_000
    sequentialRead = min(bytes / parameters.bandwidth, parameters.randomRead.nanoseconds)
    freeAt = .allocate(capacity: parameters.channels)
    freeAt.initialize(repeating: 0, count: parameters.channels)
  }

  deinit { freeAt.deallocate() }

  /// Queues the read of one page at `now` ns and returns when it is done. O(channels).
  ///
  /// A page that follows the one read before is transferred at the disk's bandwidth, any other takes a random read.
  @inline(__always)
  mutating func read(at now: Int64, isSequential: Bool = false) -> Int64 {
    pagesRead += 1
    return serve(
      at: now, isSequential ? sequentialRead : parameters.randomRead.nanoseconds)
  }

  /// Queues the write of one page at `now` ns and returns when it is done. O(channels).
  mutating func write(at now: Int64) -> Int64 {
    pagesWritten += 1
    return serve(at: now, parameters.write.nanoseconds)
  }

  // Mutating, so that the disk is passed by its address and not copied.
  @inline(__always)
  private mutating func serve(at now: Int64, _ service: Int64) -> Int64 {
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
