// What a Linux guest of Hyper-V tells its host, and how it obeys it. The host's half is closed; this half is not.
//
// The guest reports once a second what it has committed. To that it adds a floor that depends on its present size, and
// what the balloon has taken. Ballooning so lowers the floor but hardly the report. Of an order to give pages up, it
// carries out only what leaves the floor available.
//
// Source: Linux 6.12, drivers/hv/hv_balloon.c, compute_balloon_floor(), get_pages_committed(), post_status(),
// balloon_up(); restated in `Docs/policies.md`, section "Hyper-V".

/// A Linux guest's half of Hyper-V's Dynamic Memory: its floor, its report, and what it grants of an order. In pages.
///
/// Numbers are the kernel's unsigned 64 bits, and wrap as they do.
public struct HyperVGuest: Hashable, Sendable {
  /// `pressure_report_delay`: calls of `report` at the start that say nothing. Default 45, which is 45 s.
  public var reportDelay: UInt32 = 45

  /// A guest that has just booted.
  public init() {}

  /// What the driver sees of its guest.
  public struct Sight: Hashable, Sendable {
    /// totalram_pages(): what the balloon has taken is not in it.
    public var totalRAM: UInt64
    /// vm_memory_committed(): what all processes together have been promised.
    public var committed: UInt64
    /// si_mem_available().
    public var available: Int64
    /// Pages in the balloon.
    public var ballooned: UInt32
    /// Pages that the host has plugged in.
    public var added: UInt32
    /// Those of them that the guest has taken into use; may be more than were added.
    public var onlined: UInt32

    /// What is seen.
    public init(
      totalRAM: UInt64, committed: UInt64, available: Int64 = 0, ballooned: UInt32 = 0,
      added: UInt32 = 0, onlined: UInt32 = 0
    ) {
      self.totalRAM = totalRAM
      self.committed = committed
      self.available = available
      self.ballooned = ballooned
      self.added = added
      self.onlined = onlined
    }
  }

  /// What the host is told.
  public struct Report: Hashable, Sendable {
    /// si_mem_available().
    public var available: Int64
    /// What is called committed: promised, ballooned, plugged in but not in use, and the floor.
    public var committed: UInt64

    /// A report.
    public init(available: Int64, committed: UInt64) {
      self.available = available
      self.committed = committed
    }
  }

  /// compute_balloon_floor(): what a guest of this size wants to keep.
  public static func floor(totalRAM: UInt64) -> UInt64 {
    let (base, shift): (UInt64, UInt64) =
      switch totalRAM {
      case ..<mebibytes(128): (8, 1)
      case ..<mebibytes(512): (40, 2)
      case ..<mebibytes(2_048): (104, 3)
      case ..<mebibytes(8_192): (232, 4)
      default: (488, 5)
      }
    return mebibytes(base) + totalRAM >> shift
  }

  /// get_pages_committed(): what the host is told that the guest has committed.
  public static func committed(_ guest: Sight) -> UInt64 {
    let waiting = guest.added > guest.onlined ? guest.added - guest.onlined : 0
    return guest.committed &+ UInt64(guest.ballooned) &+ UInt64(waiting)
      &+ floor(totalRAM: guest.totalRAM)
  }

  /// post_status(), once a second: what is reported; nil while the delay at the start lasts.
  public mutating func report(_ guest: Sight) -> Report? {
    if reportDelay > 0 {
      reportDelay -= 1
      return nil
    }
    return Report(available: guest.available, committed: Self.committed(guest))
  }

  /// balloon_up(): how many pages of an order to give up so many the guest tries to give.
  ///
  /// All, or what would leave the floor available, at least none. Allocation may then fall short of it.
  public static func granted(_ order: UInt32, _ guest: Sight) -> UInt32 {
    let floor = Int64(floor(totalRAM: min(guest.totalRAM, 1 << 52)))
    let left = guest.available.subtractingReportingOverflow(Int64(order)).partialValue
    if guest.available >= Int64(order) && left >= floor { return order }
    return guest.available > floor ? UInt32(truncatingIfNeeded: guest.available - floor) : 0
  }

  /// MB2PAGES(), with pages of 4 KiB.
  private static func mebibytes(_ count: UInt64) -> UInt64 { count << 8 }
}
