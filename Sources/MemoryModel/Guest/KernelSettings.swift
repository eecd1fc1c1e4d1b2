public import Units

/// How a guest's kernel was built and is set, as far as a scenario says so.
///
/// A default has its only place here. A new one is a property, the line of the model that uses it, and a row of the
/// table of a guest's keys, `.later` so that keys of recorded runs stay; `ScenarioKeyTests` prints the row that
/// `Docs/scenarios.md` lacks.
public struct KernelSettings: Hashable, Sendable {
  /// By which kernel's rules it works.
  public var policy: KernelPolicy
  /// Virtual CPUs, at least 1; they set the commit counter's batch.
  public var vcpus = 1
  /// Whether transparent huge pages are on (`always` or `madvise`) and raise min_free_kbytes at boot.
  public var transparentHugePages = false
  /// Whether the swap devices are RAM (zram of same-filled pages): nothing is waited for, and a page that is swapped in
  /// gives its slot up.
  public var swapsToMemory = false
  /// vm.swappiness, 0 to 100.
  public var swappiness = 60
  /// vm.page-cluster: swap is read ahead in blocks of up to 2 to this power, 0 to 10; 0: not at all.
  public var pageCluster = 0
  /// vm.dirty_ratio, in percent, 0 to 100.
  public var dirtyRatio = 20
  /// vm.dirty_background_ratio, in percent, 0 to 100.
  public var dirtyBackgroundRatio = 10
  /// vm.overcommit_memory, or that every mapping is granted as in the recording.
  public var overcommit = OvercommitMode.granted
  /// vm.overcommit_ratio, in percent, not negative.
  public var overcommitRatio = 50
  /// vm.watermark_scale_factor, in ten-thousandths of a zone, 1 to 1,000.
  public var watermarkScaleFactor = 10
  /// vm.watermark_boost_factor, in ten-thousandths of the high mark, 0 to 100,000: by how much marks may rise while a balloon
  /// takes pages out of fragmented memory. Of kernels from 5.0 on; the default is Linux's (`Docs/kernel.md` 6.3a).
  public var watermarkBoostFactor = 15_000
  /// Its clock. A scenario says `hz`; whether there is a wheel follows from the age of the guest's driver.
  public var timers = KernelTimers()
  /// The generation of the balloon driver.
  public var balloon: BalloonGeneration
  /// How that is set.
  public var balloonOptions = BalloonOptions()
  /// Time that things take.
  public var costs = Costs()

  /// `boost_watermark()`'s limit as a share of the high mark, in ten-thousandths; 0: marks are never raised.
  ///
  /// Kernels before 5.0 do not raise them. virtio's balloon takes movable pages, for which no block changes hands.
  var boostFactor: Int {
    policy == .linux4_19 || balloon == .virtio ? 0 : watermarkBoostFactor
  }

  /// Whether free blocks are reported to the host: a switch of virtio's device, for kernels from 5.7 on.
  public var reportsFreePages: Bool {
    balloonOptions.reportsFreePages && balloon == .virtio && policy.hasPageReporting
  }

  /// The guest's part of a page that the balloon takes: clearing it is part of the cost, and left out without scrubbing.
  var guestsPartOut: SimDuration {
    balloonOptions.scrubsPages
      ? costs.balloonOutGuest : max(costs.balloonOutGuest - costs.clearPage, .zero)
  }

  /// A kernel with everything at its default.
  public init(_ policy: KernelPolicy = .linux4_19, balloon: BalloonGeneration = .linux4_19) {
    self.policy = policy
    self.balloon = balloon
  }
}
