public import Units

/// The service times of a disk, a queueing server with some channels.
public struct DiskParameters: Hashable, Sendable {
  /// Reading one page from anywhere.
  public var randomRead: SimDuration
  /// Writing one page.
  public var write: SimDuration
  /// Sequential transfer in bytes a second, positive.
  public var bandwidth: Int64
  /// Requests served at once, at least 1.
  public var channels: Int

  /// A disk.
  public init(randomRead: SimDuration, write: SimDuration, bandwidth: Int64, channels: Int) {
    self.randomRead = randomRead
    self.write = write
    self.bandwidth = bandwidth
    self.channels = channels
  }

  /// A SATA SSD: 150 us a random page, 450 MB/s, 4 channels.
  ///
  /// Source: Docs/kernel.md 7 (calibration default); the number of channels is assumed.
  public static let sataSSD = DiskParameters(
    randomRead: .microseconds(150), write: .microseconds(150), bandwidth: 450_000_000, channels: 4)
}
