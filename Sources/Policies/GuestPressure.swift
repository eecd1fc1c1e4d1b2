/// What /proc/pressure of a guest says, as its agent reads it.
public struct GuestPressure: Hashable, Sendable {
  /// An average over a time as the file prints it: hundredths of a per cent.
  public struct Averages: Hashable, Sendable {
    /// `avg10`.
    public var avg10: Int64
    /// `avg60`.
    public var avg60: Int64

    /// Two averages.
    public init(avg10: Int64 = 0, avg60: Int64 = 0) {
      self.avg10 = avg10
      self.avg60 = avg60
    }
  }

  /// `total` of memory's `some`, in microseconds.
  public var memoryTotal: Int64
  /// The averages of memory's `some`.
  public var memory = Averages()
  /// The averages of io's `some`.
  public var io = Averages()

  /// A reading.
  public init(memoryTotal: Int64) { self.memoryTotal = memoryTotal }
}
