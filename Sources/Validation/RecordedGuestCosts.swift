internal import MemoryModel
internal import Units

/// What elementary operations took in the recorded guests (QEMU's emulated processor on a shared machine).
///
/// Calibrated on the public recordings of `closedloop`, `guestcache`, `guestanon` and `balloonlatency`; medians,
/// because the machine was shared. `RecordedTimes` gives the same quantities of any recordings. Nothing else was
/// fitted to them; a cost that is not named here has its default.
enum RecordedGuestCosts {
  /// Reading a page that is not cached, at random: the median of `fzipf` (`miss_s / miss`).
  static let randomRead = SimDuration.microseconds(909)
  /// The same in order: the median of `fscan`.
  static let sequentialRead = SimDuration.microseconds(563)
  /// Reading a page that is cached: the median of `fzipf` (`hit_s` by hits).
  static let fileHit = SimDuration.microseconds(30)
  /// The first touch of a page, clearing included: the median of `touch` at rate 0.
  static let firstTouch = SimDuration.microseconds(52)
  /// Unmapping a touched page: the median of `free`. Reclaim is assumed to take the same.
  static let unmapPage = SimDuration.nanoseconds(3_300)
  /// A page of the balloon, out, in a guest that does nothing else: the steps of `lat_idle`.
  static let idleBalloonOut = SimDuration.nanoseconds(14_100)
  /// The same in a guest whose programs work: steps of 20,000 pages and more in `closedloop`.
  ///
  /// They vary between 10,000 and more than 50,000 pages a second, in repetitions of one run too; how far the processor
  /// or the shared machine was at fault is not known.
  static let busyBalloonOut = SimDuration.nanoseconds(40_000)
  /// A page of the balloon, in: the steps of `lat_idle`.
  static let balloonIn = SimDuration.nanoseconds(2_500)

  /// As costs of a guest that works or does nothing.
  static func costs(isBusy: Bool) -> Costs {
    var costs = Costs()
    costs.fileHit = fileHit
    costs.minorFault = firstTouch
    costs.clearPage = .zero
    costs.unmapPage = unmapPage
    costs.balloonOutGuest = isBusy ? busyBalloonOut : idleBalloonOut
    costs.balloonOutXen = .zero
    costs.balloonInGuest = balloonIn
    costs.balloonInXen = .zero
    costs.hypercall = .zero
    costs.tlbFlush = .zero
    return costs
  }

  /// As a disk: virtio-blk, one request at a time.
  static var disk: DiskParameters {
    DiskParameters(
      randomRead: randomRead, write: randomRead,
      bandwidth: Int64(PageCount.pageSize) * 1_000_000_000 / sequentialRead.nanoseconds,
      channels: 1)
  }
}
