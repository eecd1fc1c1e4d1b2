/// When a policy wants its next turn.
public enum Wake: Hashable, Sendable {
  /// Not by itself: a write may still wake it.
  case never
  /// As the kernel's timers do (`KernelTimers`): so many jiffies after the last whole one, and what the wheel adds.
  case jiffies(UInt64)
  /// So many seconds after now, as a program sleeps; what is below zero is no sleep.
  case seconds(Int64)
  /// So many microseconds after now, as a thread of the kernel sleeps on a fine timer; what is below zero is no sleep.
  case microseconds(Int64)
}

/// What became of a write to a setting.
public struct WriteOutcome: Hashable, Sendable {
  /// What became of a write; the raw value is the system's word.
  public enum Status: String, Sendable {
    /// The value is in force.
    case ok
    /// The writer has no right to.
    case notPermitted = "EPERM"
    /// No value of this setting.
    case invalid = "EINVAL"
    /// A number beyond 64 bits.
    case outOfRange = "ERANGE"
    /// No such setting.
    case noAttribute = "ENOENT"
    /// Kept, but looked at only when the policy starts, and it has started.
    case unheard
  }
  /// What became of it.
  public var status: Status
  /// When the write lets the policy have its next turn; never: it changes nothing about that.
  public var wake: Wake

  /// An outcome.
  public init(_ status: Status, wake: Wake = .never) {
    self.status = status
    self.wake = wake
  }
}
