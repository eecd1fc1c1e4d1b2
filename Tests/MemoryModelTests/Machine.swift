import Units

@testable import MemoryModel

/// One guest on a host, moved by hand: nothing happens in it but what the test does.
///
/// By default the guest is G1 of Docs/kernel.md 5.4: 1 GiB, 255,976 pages managed, B 262,144, R 2,504, all of it free.
struct Machine: ~Copyable {
  var host: Host
  var kernel: GuestKernel
  var now = SimTime.zero

  /// More time than any operation takes.
  static let unlimited = SimDuration.forever

  /// A guest of `memory` as `change` sets it up, on a host with `hostMemory` and one disk.
  ///
  /// `metadataPPM` is 0, so that a page in frontswap is charged as one page.
  init(
    memory: PageCount = .gibibytes(1), hostMemory: PageCount = .gibibytes(8),
    _ change: (inout GuestConfiguration) -> Void = { _ in }
  ) {
    host = Host(
      memory: hostMemory, tmem: TmemConfiguration(metadataPPM: 0), disks: [.sataSSD])
    guard let domain = host.addDomain(memory: memory) else {
      preconditionFailure("the host is too small")
    }
    var configuration = GuestConfiguration(zones: GuestZones(BootParameters(memory: memory)))
    change(&configuration)
    kernel = GuestKernel(configuration, domain: domain)
  }

  /// Lets the time pass that the last operation took, and `more`.
  mutating func wait(_ more: SimDuration = .zero) {
    now = now + kernel.elapsed + more
    kernel.begin(at: now)
  }

  /// Commits and touches a region of `count` pages, which must be possible without waiting.
  mutating func use(_ count: Int) {
    kernel.map(PageCount(count), cpu: 0)
    var left = PageCount(count)
    while left > .zero {
      let done = kernel.touch(left, budget: Self.unlimited, &host)
      precondition(done > .zero, "no memory for \(left.pages) of \(count) pages")
      left = left - done
    }
  }

  /// The page at `offset` in the oldest region.
  func anonPage(_ offset: Int) -> UInt32 { UInt32(kernel.regions.regions[0].start + offset) }

  /// Reads or writes pages of the oldest region by their offset, waiting where it must.
  mutating func access(_ offsets: some Sequence<Int>, write: Bool = false) {
    for offset in offsets {
      let access = [anonPage(offset) | (write ? GuestKernel.writeBit : 0)]
      access.withUnsafeBufferPointer { _ = kernel.accessAnon($0, budget: Self.unlimited, &host) }
      wait()
    }
  }

  /// Reads or writes pages of the first file set, one stream for each page, waiting where it must.
  mutating func file(_ offsets: some Sequence<Int>, write: Bool = false) {
    let first = kernel.firstPage(ofFileSet: 0)
    for offset in offsets {
      let access = [(first + UInt32(offset)) | (write ? GuestKernel.writeBit : 0)]
      var last = UInt32.max
      access.withUnsafeBufferPointer {
        _ = kernel.accessFile($0, last: &last, disk: 0, budget: Self.unlimited, &host)
      }
      wait()
    }
  }

  /// Swaps the `count` pages out that have been on the active list longest: the slots follow their order.
  mutating func swapOut(_ count: Int) {
    kernel.shrinkActive(.activeAnon, count)
    var pass = ReclaimPass(priority: 0, goal: count, isKswapd: false, planned: PerList())
    kernel.shrinkInactive(.inactiveAnon, count, &pass, &host)
  }

  /// Lets kswapd run until it naps.
  mutating func runKswapd() {
    guard let (token, _) = kernel.takeKswapdWakeUp() else { return }
    while kernel.kswapd.activity == .running, kernel.kswapdStep(token: token, &host) != nil {
      wait()
    }
  }

  /// Lets the balloon worker run, kswapd along with it if `withKswapd`, until it ends or backs off.
  ///
  /// Returns the size of each batch, pages in positive, and what came at the end.
  mutating func runBalloon(withKswapd: Bool = false) -> (batches: [Int], end: BalloonStep) {
    var batches: [Int] = []
    var step = kernel.startBalloonWorker(&host)
    while case .batch = step {
      wait()
      if withKswapd { runKswapd() }
      let before = kernel.balloonCurrent.pages
      step = kernel.finishBatch(&host)
      batches.append(kernel.balloonCurrent.pages - before)
    }
    return (batches, step)
  }

  /// Asks the balloon for a T of `ram` pages and lets it run.
  mutating func balloon(to ram: Int) -> (batches: [Int], end: BalloonStep) {
    let target = ram + kernel.bootReserved
    guard kernel.setBalloonTarget(UInt64(target)) else { return ([], .done) }
    return runBalloon()
  }

  /// Asks the balloon for a T of `ram` pages, and ends as many batches at once as can be; returns how many those were.
  mutating func balloonAtOnce(to ram: Int) -> Int {
    guard kernel.setBalloonTarget(UInt64(ram + kernel.bootReserved)) else { return 0 }
    var repeated = 0
    var step = kernel.startBalloonWorker(&host)
    while case .batch(let time) = step {
      // Seven at most, so that what follows starts from a state that a repetition left.
      let ended = kernel.repeatBatch(atMost: 7, lasting: time, &host)
      repeated += ended
      now = now + time * Int64(ended + 1)
      kernel.begin(at: now)
      step = kernel.finishBatch(&host)
    }
    return repeated
  }

  /// The seconds of up to `limit` attempts of the balloon worker, from 0 until it gives up.
  mutating func attempts(limit: Int) -> [Double] {
    var seconds: [Double] = [0]
    while case .retry(let wait) = runBalloon().end, seconds.count < limit {
      seconds.append(seconds[seconds.count - 1] + wait.seconds)
    }
    return seconds
  }

  /// Stops the program if anything is not as it must be.
  func check() {
    kernel.checkInvariants(host)
    host.checkInvariants()
    kernel.checkEveryPage()
  }
}
