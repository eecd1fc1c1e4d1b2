import Testing
import Units

@testable import MemoryModel

@Suite("Settings and batches of Xen's balloon as recorded in 6.1")
struct BalloonOptionsTests {
  /// A guest of 1 GiB with the balloon of 6.1.
  private func machine(
    kernel: KernelPolicy = .linux4_19, _ change: @escaping (inout KernelSettings) -> Void = { _ in }
  ) -> Machine {
    Machine { configuration in
      var settings = KernelSettings(kernel, balloon: .linux6_1)
      change(&settings)
      configuration.kernel = settings
      configuration.zones = GuestZones(BootParameters(memory: .gibibytes(1), kernel: settings))
    }
  }

  @Test("Pages that come in are free one by one after the hypercall, and B shows them at the end")
  func arrival() throws {
    var g1 = machine()
    _ = g1.balloon(to: 200_000)
    g1.wait()
    let (ram, free, current) = (g1.kernel.ram, g1.kernel.freePages, g1.kernel.balloonCurrent)
    _ = g1.kernel.setBalloonTarget(UInt64(current.pages + 512))

    let start = g1.now
    let step = g1.kernel.startBalloonWorker(&g1.host)

    // A hypercall of 0.5 us and 1 us a page of Xen's part; then 0.3 us a page of the guest's.
    #expect(step == .batch(.nanoseconds(500 + 512 * 1_300)))
    var seen: [Int] = []
    for nanoseconds in [0, 512_500, 512_500 + 300, 512_500 + 256 * 300, 666_099] {
      g1.kernel.begin(at: start + .nanoseconds(Int64(nanoseconds)))
      seen.append((g1.kernel.ram - ram).pages)
      #expect(g1.kernel.freePages - free == g1.kernel.ram - ram)
      #expect(g1.kernel.balloonCurrent == current)
      g1.check()
    }
    #expect(seen == [0, 0, 1, 256, 511])
    g1.kernel.begin(at: start + .nanoseconds(666_100))
    _ = g1.kernel.finishBatch(&g1.host)
    #expect(g1.kernel.ram - ram == .pages(512))
    #expect(g1.kernel.balloonCurrent - current == .pages(512))
    g1.check()
  }

  @Test("Without scrubbing a page out costs what clearing it costs less")
  func scrubbing() {
    var times: [SimDuration] = []
    for scrubs in [true, false] {
      var g1 = machine { $0.balloonOptions.scrubsPages = scrubs }
      _ = g1.kernel.setBalloonTarget(UInt64(g1.kernel.balloonCurrent.pages - 512))
      if case .batch(let time) = g1.kernel.startBalloonWorker(&g1.host) { times.append(time) }
    }

    // 20.5 us, and 512 times 1.5 + 0.5 us, or 0.7 us less.
    #expect(times == [.nanoseconds(1_044_500), .nanoseconds(686_100)])
  }

  @Test("max_retry_count and max_schedule_delay are as they are set")
  func retries() {
    var endless = machine {
      $0.balloonOptions.maxRetryCount = 0
      $0.balloonOptions.maxScheduleDelay = 8
    }
    var twice = machine { $0.balloonOptions.maxRetryCount = 2 }
    var delays: [BalloonStep] = []
    for _ in 0..<5 { delays.append(endless.tryInVain()) }
    let few = (0..<3).map { _ in twice.tryInVain() }

    // Recorded in grant_unlimited8: gaps of 2, 4, 8, 8, 8 s, without end.
    #expect(delays == [2, 4, 8, 8, 8].map { .retry(after: .seconds($0)) })
    #expect(
      few == [
        .retry(after: .seconds(2)), .cancelled(noMorePages: false), .retry(after: .seconds(2)),
      ])
  }

  @Test("Memory above the maximum comes online after a second, and the host refuses most of it")
  func onlinedMemory() throws {
    var g1 = machine { $0.balloonOptions.onlinesMemory = true }
    let memory = g1.kernel.balloonCurrent.pages
    let managed = g1.kernel.ram
    _ = g1.kernel.setBalloonTarget(UInt64(memory + 40_000))

    let first = g1.kernel.startBalloonWorker(&g1.host)
    #expect(first == .added(.seconds(1)))
    #expect(g1.kernel.ballooned == .zero)
    g1.wait(.seconds(1))
    let isDue = g1.kernel.balloonIsDue(g1.kernel.balloonSleep)
    let run = g1.runBalloon()

    #expect(isDue)
    // Two sections; 256 pages are what the toolstack allows above the maximum.
    #expect(run.end == .retry(after: .seconds(2)))
    #expect(g1.kernel.balloonCurrent.pages == memory + 256)
    #expect(g1.kernel.ballooned == .pages(2 * 32_768 - 256))
    #expect(g1.kernel.ram == managed + .pages(256))
    #expect(g1.kernel.zones.maxPFN == .pages(262_144 + 2 * 32_768))
    g1.check()
  }

  @Test("Memory that stays offline is waited for, and the counters stay")
  func offlineMemory() {
    var g1 = machine()

    _ = g1.kernel.setBalloonTarget(UInt64(g1.kernel.balloonCurrent.pages + 1_000))
    let step = g1.kernel.startBalloonWorker(&g1.host)

    #expect(step == .cancelled(noMorePages: true))
    #expect(g1.kernel.balloonTries.count == 1)
  }
}

extension Machine {
  /// Lets the balloon try once to grow while the host gives nothing.
  fileprivate mutating func tryInVain() -> BalloonStep {
    if kernel.ballooned == .zero {
      _ = balloon(to: 200_000)
      host.claimEverything()
      _ = kernel.setBalloonTarget(UInt64(kernel.balloonCurrent.pages + 1_000))
    } else if !kernel.balloonIsDue(kernel.balloonSleep) {
      return .done
    }
    return runBalloon().end
  }
}

extension GuestConfiguration {
  /// Slab in use, so that what is available never comes to zero: else the balloon stops for that.
  fileprivate mutating func holdSlab() {
    kernelUnreclaimable = .pages(5_000)
    slabInUse = .pages(5_000)
  }
}

@Suite("Watermark boost of kernels from 5.0 on")
struct WatermarkBoostTests {
  /// A guest of 1 GiB of which half was used and freed, so that free memory lies in fragments but for a part.
  private func machine(
    _ kernel: KernelPolicy, balloon: BalloonGeneration = .linux6_1, factor: Int = 15_000
  ) -> Machine {
    var g1 = Machine { configuration in
      var settings = KernelSettings(kernel, balloon: balloon)
      settings.watermarkBoostFactor = factor
      configuration.kernel = settings
      configuration.holdSlab()
      configuration.zones = GuestZones(BootParameters(memory: .gibibytes(1), kernel: settings))
    }
    g1.use(120_000)
    g1.use(100_000)
    g1.kernel.unmap(.pages(100_000), order: .newestFirst, cpu: 0, &g1.host)
    g1.wait()
    return g1
  }

  @Test("A balloon that takes fragments stops that much earlier, and kswapd takes it back")
  func boost() {
    var g1 = machine(.linux6_1)
    let zones = g1.kernel.zones
    let high = zones.preferredHighMark.pages

    let run = g1.balloon(to: 20_000)

    // Half as much again as the high mark of the highest zone; min, and what lower zones keep.
    #expect(run.end == .retry(after: .seconds(2)))
    #expect(
      g1.kernel.freePages.pages == zones.minMark.pages + zones.unusable.pages + high * 3 / 2)
    g1.runKswapd()
    #expect(g1.kernel.fragments.boost == 0)
    g1.check()
  }

  @Test(
    "Without the boost it stops at the min mark",
    arguments: [
      (KernelPolicy.linux6_1, BalloonGeneration.linux6_1, 0),
      (.linux4_19, .linux4_19, 15_000), (.linux4_19, .linux6_1, 15_000),
    ])
  func noBoost(kernel: KernelPolicy, balloon: BalloonGeneration, factor: Int) {
    var g1 = machine(kernel, balloon: balloon, factor: factor)
    let zones = g1.kernel.zones

    _ = g1.balloon(to: 20_000)

    #expect(g1.kernel.freePages.pages == zones.minMark.pages + zones.unusable.pages)
  }

  @Test("Memory that was never used lies in whole blocks: marks stay")
  func wholeBlocks() {
    var g1 = Machine { configuration in
      let settings = KernelSettings(.linux6_1, balloon: .linux6_1)
      configuration.kernel = settings
      configuration.holdSlab()
      configuration.zones = GuestZones(BootParameters(memory: .gibibytes(1), kernel: settings))
    }
    let zones = g1.kernel.zones

    _ = g1.balloon(to: 1_000)

    // Recorded in target_zero: an idle guest stops at the min mark though the factor is 15,000.
    #expect(g1.kernel.freePages.pages == zones.minMark.pages + zones.unusable.pages)
    #expect(g1.kernel.fragments.boost == 0)
  }
}
