internal import MemoryModel
internal import Units

/// What a page of the balloon and of the disk took in a recorded guest of Xen's: its own times, which are those of an emulated
/// processor on a shared machine.
struct XenBalloonCosts {
  /// A page of the balloon, out and in.
  var out = SimDuration.microseconds(25)
  var `in` = SimDuration.microseconds(4)
  /// A page that reclaim looks at, and what a page costs besides that it swaps out.
  var scan = SimDuration.nanoseconds(6_800)
  var swapOut = SimDuration.microseconds(28)
  /// The disk of its files.
  var disk = RecordedGuestCosts.disk
  /// Whether `out` and `in` were recorded, or are those of recordings that show them: `summary.csv` there has 17 to 29 us and 3
  /// to 6 us.
  var hasOut = false, hasIn = false
}

extension GuestRecording {
  /// The costs of a guest of Xen's; nil for others.
  ///
  /// The balloon's come from samples in the midst of a move: those before and behind move the same way.
  var xenCosts: XenBalloonCosts? {
    guard domain != nil, let times = series["t"], let pages = series["balloon_actual_pages"] else {
      return nil
    }
    var costs = XenBalloonCosts()
    var seconds = (out: 0.0, back: 0.0)
    var moved = (out: 0.0, back: 0.0)
    for index in pages.indices.dropFirst().dropLast(2) {
      let change = pages[index + 1] - pages[index]
      guard (pages[index] - pages[index - 1]) * change > 0,
        (pages[index + 2] - pages[index + 1]) * change > 0
      else { continue }
      if change < 0 {
        seconds.out += times[index + 1] - times[index]
        moved.out -= change
      } else {
        seconds.back += times[index + 1] - times[index]
        moved.back += change
      }
    }
    if moved.out > 0 { (costs.out, costs.hasOut) = (.recorded(seconds.out / moved.out), true) }
    if moved.back > 0 { (costs.in, costs.hasIn) = (.recorded(seconds.back / moved.back), true) }
    if let (scan, swapOut) = reclaimCosts { (costs.scan, costs.swapOut) = (scan, swapOut) }
    let reads = description.operations.filter { $0.word == "fwarm" }
    let read = reads.reduce(0) { sum, line in sum + line.accesses }
    if read > 0 {
      let all = reads.reduce(0.0) { sum, line in sum + line.end - line.start }
      let time = all / Double(read)
      costs.disk = DiskParameters(
        randomRead: costs.disk.randomRead, write: costs.disk.write,
        bandwidth: max(Int64(Double(PageCount.pageSize) / max(time, 1e-9)), 1),
        channels: 1)
    }
    return costs
  }

  /// The time that kswapd took for a page that it looked at, and for one that went to swap besides; nil if too few did.
  ///
  /// Fitted to its processor time between samples by least squares: `time = scan * looked at + swapOut * swapped`.
  private var reclaimCosts: (scan: SimDuration, swapOut: SimDuration)? {
    guard let time = series["kswapd_run_us"], let scanned = series["pgscan_kswapd"],
      let stolen = series["pgsteal_anon"],
      (stolen.last ?? 0) - (stolen.first ?? 0) >= Self.fewestPages
    else { return nil }
    var (ss, st, tt, ks, kt) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for index in time.indices.dropFirst() {
      let k = time[index] - time[index - 1]
      let s = scanned[index] - scanned[index - 1]
      let t = stolen[index] - stolen[index - 1]
      ss += s * s
      st += s * t
      tt += t * t
      ks += k * s
      kt += k * t
    }
    let determinant = ss * tt - st * st
    guard determinant > 0 else { return nil }
    return (
      .recorded(max((ks * tt - kt * st) / determinant, 0) / 1e6),
      .recorded(max((kt * ss - ks * st) / determinant, 0) / 1e6)
    )
  }

  /// Pages swapped out from which on a recording tells what they took.
  private static let fewestPages = 5_000.0
}
