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
  /// How it is set.
  private let options: BalloonOptions
  /// Whether it asks si_mem_available before it takes pages, and gives up after the fourth failure.
  let asksFirst: Bool
  /// Whether a thread does the work, as since Linux 5.15.
  let isThread: Bool
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
  /// How the pages of the batch under way come in.
  var arrival = BalloonArrival()
  /// Pages of memory that it has added and that are not online yet; of a thread alone.
  private(set) var added = 0
  /// The number of the thread's sleep, and what was missing when it began; of a thread alone.
  private(set) var sleep: UInt32 = 0
  private var creditAtSleep: Int64 = 0
  /// What an order from outside made wrong with it.
  var fault = BalloonFault()
  /// What the batch under way will have come to.
  var outcome = Outcome.done

  /// `bp_state`.
  enum Outcome {
    case done
    case again
    case cancelled
    /// No page is ballooned out, and memory that could be added was asked for. Of a thread alone.
    case waiting
  }

  /// Pages in one batch: one page of 8-byte frame numbers (Docs/kernel.md 2.1), or virtio's array of 256.
  var batch: Int { 1 << batchShift }
  /// The power of two that a batch is: a division by it is a shift.
  var batchShift: Int { generation == .virtio ? 8 : 9 }
  /// How many milliseconds virtio's driver sleeps after an allocation that failed.
  static let virtioPause: UInt64 = 200

  /// Tries before giving up; 0: never.
  private var maxRetryCount: Int {
    switch generation {
    case .linux4_4, .virtio: options.maxRetryCount ?? 0
    case .linux4_19, .linux6_1: options.maxRetryCount ?? 4
    }
  }

  init(generation: BalloonGeneration, options: BalloonOptions = BalloonOptions(), current: Int) {
    self.generation = generation
    self.options = options
    asksFirst = generation == .linux4_19 || generation == .linux6_1
    isThread = generation == .linux6_1
    self.current = current
    target = UInt64(current)
  }

  /// Whether pages that go out leave totalram_pages at the beginning of their batch, not at its end.
  var takesFromTotalFirst: Bool { asksFirst }

  /// Whether it gives pages back before a process is killed: virtio's, if its device has that feature.
  ///
  /// MemTotal then stays what it is whatever the balloon holds (adjust_managed_page_count() is left out).
  var deflatesOnOOM: Bool { generation == .virtio && options.deflatesOnOOM }

  /// Pages that it holds and that MemTotal counts all the same.
  var countedInTotal: Int { deflatesOnOOM ? ballooned - arrival.arrived : 0 }

  /// `VIRTIO_BALLOON_OOM_NR_PAGES`: what it gives back at once.
  static let pagesOnOOM = 256

  /// current_credit(): what is missing to the target, as the kernel's signed difference.
  var credit: Int64 { Int64(bitPattern: target &- UInt64(current)) }

  /// wait_event_freezable_timeout(), its beginning: the thread sleeps until what is missing changes, or for a time.
  mutating func fallAsleep() {
    work = .idle
    sleep &+= 1
    creditAtSleep = outcome == .done ? 0 : credit
  }

  /// balloon_thread_cond(): whether a sleeping thread is to go on now. Source: Docs/kernel.md 2.9.
  mutating func wake() -> Bool {
    guard work == .idle, credit != creditAtSleep else { return false }
    work = .pending
    sleep &+= 1
    return true
  }

  /// Whether a start that was scheduled for a sleep, by its number, is to be: a worker's always, a thread's unless it has
  /// woken since.
  mutating func isDue(_ number: UInt32) -> Bool {
    guard isThread else { return true }
    guard number == sleep, work != .running else { return false }
    work = .pending
    return true
  }

  /// reserve_additional_memory(): adds sections of memory for what is missing beyond the ballooned list and what was added before.
  /// Only of memory that comes online by itself. Source: Docs/kernel.md 2.9.
  mutating func addMemory() {
    let missing = Int(clamping: credit) - ballooned - added
    if options.onlinesMemory && missing > 0 {
      // No more than can be counted: the host does not give them anyway.
      let sections = min((missing - 1) / Self.section + 1, Self.mostSections)
      added += sections * Self.section
    }
  }

  /// xen_online_page(): what was added comes online, onto the ballooned list. Returns how many pages.
  mutating func onlineMemory() -> Int {
    defer { added = 0 }
    ballooned += added
    return added
  }

  /// `PAGES_PER_SECTION` of x86-64: 128 MiB. Source: Linux, arch/x86/include/asm/sparsemem.h.
  static let section = 32_768
  /// The most sections that are added at once: 1 TiB.
  private static let mostSections = 8_192

  /// update_schedule(): counts tries, doubles the delay, gives up. Source: Docs/kernel.md 2.3, step 4.
  @inline(__always)
  mutating func updateSchedule() {
    switch outcome {
    case .cancelled, .waiting: break
    case .done:
      scheduleDelay = .seconds(1)
      retryCount = 1
    case .again: countFailure()
    }
  }

  /// A try failed: the delay doubles, or this was the last.
  @inline(never)
  private mutating func countFailure() {
    retryCount += 1
    if maxRetryCount != 0 && retryCount > maxRetryCount {
      scheduleDelay = .seconds(1)
      retryCount = 1
      outcome = .cancelled
    } else {
      scheduleDelay = min(scheduleDelay * 2, .seconds(options.maxScheduleDelay))
    }
  }
}
