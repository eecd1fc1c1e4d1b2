internal import Units

extension GuestKernel {
  /// File pages that a guest's programs make dirty between two looks at the limits.
  ///
  /// Assumed: 32 of the guest's, where Linux has 32 of each task at first (Linux 4.19, kernel/fork.c and
  /// mm/page-writeback.c, nr_dirtied_pause).
  static let dirtiedBetweenLooks = 32
  /// The longest pause of a writer in milliseconds (Docs/kernel.md 6.8). At the hard limit a timer is given it.
  ///
  /// Shorter ones are computed and end when they are over: Linux makes them whole jiffies and sets the rest off against the
  /// next pause, so that in the mean they are as long.
  static let longestPause: UInt64 = 200

  /// domain_dirty_limits(): pages above which writers wait, and pages above which the flusher writes at once.
  ///
  /// Source: Docs/kernel.md 6.8.
  var dirtyLimits: (hard: Int, background: Int) {
    let dirtyable = free - min(free, zones.totalReserve.pages) + sizes.file + 1
    let hard = settings.dirtyRatio * 4096 / 100 * dirtyable / 4096
    let background = settings.dirtyBackgroundRatio * 4096 / 100 * dirtyable / 4096
    return (hard, background >= hard ? hard / 2 : background)
  }

  /// wb_position_ratio(): how long a writer pauses that made `dirtiedBetweenLooks` pages dirty; nil: until below the limit.
  ///
  /// Free up to the middle of the two limits; from there on writers are held to the disk's own rate times a factor that
  /// falls along a cubic line from 2 over 1 in the middle to 0 at the hard limit. Linux estimates the disk's rate, here
  /// it is known. Source: Docs/kernel.md 6.8; Linux 4.19, mm/page-writeback.c.
  func writerPause(pageWrite: SimDuration, channels: Int) -> SimDuration? {
    let (limit, background) = dirtyLimits
    let freeRun = (limit + background) / 2
    let unwritten = dirty.count + writeback.count
    if unwritten <= freeRun { return .zero }
    if unwritten >= limit { return nil }
    let middle = (freeRun + limit) / 2
    let x = (middle - unwritten) * 1024 / ((limit - middle) | 1)
    let cube = (((x * x) >> 10) * x) >> 10
    let factor = Int64(max(cube + 1024, 1))
    let share = pageWrite * Int64(Self.dirtiedBetweenLooks) / Int64(channels)
    return min(share * 1024 / factor, .milliseconds(Int64(Self.longestPause)))
  }

  /// balance_dirty_pages(), before a page becomes dirty: false if the writer must try again when `elapsed` is over.
  mutating func mayDirty(disk: Int, _ host: borrowing Host) -> Bool {
    guard dirtiedSinceLook >= Self.dirtiedBetweenLooks else { return true }
    let parameters = host.disks[disk].parameters
    let pause = writerPause(pageWrite: parameters.write, channels: parameters.channels)
    let time = pause ?? timeout(milliseconds: Self.longestPause)
    note(.read(isRestored: false), from: elapsed, to: elapsed + time)
    elapsed += time
    counters[.stallDisk] += time.nanoseconds
    counters[.throttled] += time.nanoseconds
    if pause == nil { return false }
    dirtiedSinceLook = 0
    return true
  }
}
