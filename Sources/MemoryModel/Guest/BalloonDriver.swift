import Units

/// The balloon driver's state: what it was asked for, what it has, and its back-off.
///
/// Source: Docs/kernel.md 2.1 to 2.5 for Xen's; Linux 6.1, drivers/virtio/virtio_balloon.c, for virtio's.
struct BalloonDriver {
  /// The worker as the kernel's work queue sees it.
  enum Work: Hashable {
    /// Neither queued nor running.
    case idle
    /// Queued: now, or when a back-off timer ends.
    case pending
    /// Running.
    case running
    /// Running, and queued to run once more.
    case runningAndPending
  }

  let generation: BalloonGeneration
  /// `target_pages`; a u64 in Linux, so any bit pattern is one.
  var target: UInt64
  /// `current_pages`, B.
  var current: Int
  /// Pages on the ballooned list: what can be ballooned in again.
  var ballooned = 0
  /// The time until the next try, in whole seconds, and tries so far.
  var scheduleDelay = SimDuration.seconds(1)
  var retryCount = 1
  var work = Work.idle
  /// Pages of the batch under way, out or in, that B does not show yet.
  var outgoing = 0
  var incoming = 0
  /// What an order from outside made wrong with it.
  var fault = BalloonFault()
  /// What the batch under way will have come to.
  var outcome = Outcome.done

  /// `bp_state`.
  enum Outcome {
    case done
    case again
    case cancelled
  }

  /// Pages in one batch: one page of 8-byte frame numbers (Docs/kernel.md 2.1), or virtio's array of 256.
  var batch: Int { 1 << batchShift }
  /// The power of two that a batch is: a division by it is a shift.
  var batchShift: Int { generation == .virtio ? 8 : 9 }
  /// How many milliseconds virtio's driver sleeps after an allocation that failed.
  static let virtioPause: UInt64 = 200
  /// The longest back-off (Docs/kernel.md 2.1).
  static let maxScheduleDelay = SimDuration.seconds(32)

  /// Tries before giving up; 0: never.
  var maxRetryCount: Int {
    switch generation {
    case .linux4_4, .virtio: 0
    case .linux4_19: 4
    }
  }

  init(generation: BalloonGeneration, current: Int) {
    self.generation = generation
    self.current = current
    target = UInt64(current)
  }

  /// Whether pages that go out leave totalram_pages at the beginning of their batch, not at its end.
  var takesFromTotalFirst: Bool { generation == .linux4_19 }

  /// current_credit(): what is missing to the target, as the kernel's signed difference.
  var credit: Int64 { Int64(bitPattern: target &- UInt64(current)) }

  /// update_schedule(): counts tries, doubles the delay, gives up. Source: Docs/kernel.md 2.3, step 4.
  mutating func updateSchedule() {
    switch outcome {
    case .cancelled: break
    case .done:
      scheduleDelay = .seconds(1)
      retryCount = 1
    case .again:
      retryCount += 1
      if maxRetryCount != 0 && retryCount > maxRetryCount {
        scheduleDelay = .seconds(1)
        retryCount = 1
        outcome = .cancelled
      } else {
        scheduleDelay = min(scheduleDelay * 2, Self.maxScheduleDelay)
      }
    }
  }
}
