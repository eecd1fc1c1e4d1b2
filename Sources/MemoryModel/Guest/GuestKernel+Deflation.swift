internal import Units

extension GuestKernel {
  /// virtio_balloon_oom_notify(): the balloon gives up to 256 pages back, at what a batch costs whoever waits for memory.
  ///
  /// True if any came, and then nobody is killed. The target stays, so that the next order to the balloon takes them again; a
  /// worker that runs does so at once. Source: Linux 6.12, drivers/virtio/virtio_balloon.c and mm/oom_kill.c, out_of_memory().
  mutating func deflateOnOOM(_ host: inout Host) -> Bool {
    guard balloon.deflatesOnOOM else { return false }
    let wanted = min(BalloonDriver.pagesOnOOM, balloon.ballooned - balloon.incoming)
    let given = host.populate(balloon.fault.growth(wanted, from: balloon.current), domain: domain)
    guard given > 0 else { return false }
    elapsed += timeToTake(given)
    takeIn(given)
    balloon.current += given
    balloon.ballooned -= given
    counters[.balloonIn] += Int64(given)
    counters[.balloonDeflatedOnOOM] += Int64(given)
    if zones.adjustManaged(by: given) { updateLimits() }
    return true
  }
}
