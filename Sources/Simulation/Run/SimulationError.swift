/// A scenario that reads well but cannot be run.
public enum SimulationError: Error, Hashable, Sendable {
  /// The host has less memory than its guests need at boot; in pages.
  case hostTooSmall(guest: String, needed: Int, free: Int)
  /// The kernel's own memory leaves a guest none; in pages.
  case guestTooSmall(guest: String, kernel: Int, total: Int)
  /// File sets and committed memory, or swap, come to more pages than a guest can have.
  case tooManyPages(guest: String, pages: Int, limit: Int)
  /// The kernel command line has a value that the kernel would refuse.
  case bootOption(guest: String, option: String, value: String)
}
