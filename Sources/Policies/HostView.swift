/// What a host's policy sees when it decides: the host's memory, and each guest from outside. In pages.
public struct HostView: Hashable, Sendable {
  /// Memory that nobody has.
  public var free: UInt64
  /// The guests, in the scenario's order.
  public var guests: [Guest]

  /// A guest from outside.
  public struct Guest: Hashable, Sendable {
    /// What it holds of the host.
    public var held: UInt64
    /// The balloon target that it was given last.
    public var target: UInt64
    /// The sizes between which it may be moved.
    public var bounds: ClosedRange<UInt64>
    /// What its agent said last; nil: it has none, or has not spoken yet.
    public var report: Report?

    /// A guest from outside.
    public init(
      held: UInt64, target: UInt64, bounds: ClosedRange<UInt64>, report: Report? = nil
    ) {
      self.held = held
      self.target = target
      self.bounds = bounds
      self.report = report
    }
  }

  /// What a guest's agent says of its guest, and how old that is.
  public struct Report: Hashable, Sendable {
    /// The counters of the guest's kernel at that time.
    public var guest: GuestView
    /// Nanoseconds since then.
    var age: Int64

    /// A report.
    public init(guest: GuestView, age: Int64) {
      self.guest = guest
      self.age = age
    }
  }

  /// What a host's policy sees.
  public init(free: UInt64, guests: [Guest]) {
    self.free = free
    self.guests = guests
  }
}
