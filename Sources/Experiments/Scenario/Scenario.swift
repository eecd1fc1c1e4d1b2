public import MemoryModel
public import Policies
public import SimulationEngine

/// What is simulated: a host, its guests, what happens in them, and for how long.
///
/// A scenario is checked when it is read (`ScenarioReader`); every value here is within its range.
public struct Scenario: Sendable {
  /// The scenario's short name.
  public var name: String
  /// What it is about and what one should see.
  public var description: String
  /// Where all random streams start.
  public var seed: UInt64
  /// How long to simulate.
  public var duration: DurationRule
  /// Time between two recorded ticks, positive.
  public var tick: SimDuration
  /// The machine that the guests share.
  public var host: HostSpec
  /// The guests, at least one, with different names.
  public var guests: [GuestSpec]
  /// Orders from outside, in the order of the file.
  public var events: [EventSpec]
}

/// When a run ends.
public enum DurationRule: Hashable, Sendable {
  /// At the end of the longest committed trace, or of the closed-loop work.
  case trace
  /// After a fixed, positive time.
  case time(SimDuration)
}

/// The machine below the guests.
public struct HostSpec: Sendable {
  /// The host's RAM without what the hypervisor keeps for itself.
  public var memory: PageCount
  /// Transcendent memory.
  public var tmem: TmemConfiguration
  /// The disks, by name.
  public var disks: [DiskSpec]
}

/// A disk of the host.
public struct DiskSpec: Sendable {
  /// The name by which guests refer to it.
  public var name: String
  /// Its service times.
  public var parameters: DiskParameters
}

/// One guest: its kernel, its devices, its settings and its work.
public struct GuestSpec: Sendable {
  /// The guest's name.
  public var name: String
  /// Boot-time maximum (max_pfn), 16 MiB to 1 TiB.
  public var memory: PageCount
  /// Virtual CPUs, 1 to 512; they set the commit counter's batch.
  public var vcpus: Int
  /// Rules by which the kernel lays out zones and marks, and reclaims memory.
  public var kernel: KernelPolicy
  /// Whether transparent huge pages raise min_free_kbytes at boot.
  public var transparentHugePages: Bool
  /// Pages that never reach the page allocator; nothing: the fitted default.
  public var bootReserved: PageCount?
  /// Pages given to the allocator after the marks were computed.
  public var lateFreed: PageCount
  /// Whether this is the initial domain, in which selfballooning refuses to start.
  public var isInitialDomain: Bool
  /// The kernel command line.
  public var boot: String
  /// The generation of the selfballoon driver.
  public var driver: DriverGeneration
  /// What moves the balloon.
  public var controller: ControllerKind
  /// sysfs writes made right after boot: attribute and text, in the order of the file.
  public var tunables: [(attribute: String, text: String)]
  /// Swap devices, highest priority first.
  public var swap: [SwapSpec]
  /// Whether swap is compressed memory that takes none (zram of same-filled pages) instead of the disks named.
  public var swapsToMemory = false
  /// vm.swappiness, 0 to 100.
  public var swappiness: Int
  /// The weight of the guest's ephemeral pages against those of others; 0: none.
  public var tmemWeight = 0
  /// vm.page-cluster, 0 to 10; 0: swap is not read ahead.
  public var pageCluster = 0
  /// vm.dirty_ratio and vm.dirty_background_ratio, in percent.
  public var dirtyRatio = 20
  /// See `dirtyRatio`.
  public var dirtyBackgroundRatio = 10
  /// vm.overcommit_memory, or that every mapping is granted as in the recording.
  public var overcommit = OvercommitMode.granted
  /// vm.overcommit_ratio, in percent.
  public var overcommitRatio = 50
  /// Reclaimable slab pages; nothing: the fitted default.
  public var slabReclaimable: PageCount?
  /// Kernel memory that nothing reclaims; nothing: the fitted default.
  public var kernelUnreclaimable: PageCount?
  /// Committed_AS over time.
  public var committed: CommittedSpec
  /// What becomes of committed memory.
  public var anon: AnonSpec
  /// File streams.
  public var files: [FileStreamSpec]
  /// Processes that work through a script, besides or instead of the above.
  public var workload: ScriptSpec?
  /// The generation of the balloon driver.
  public var balloon: BalloonGeneration
  /// Time that things take.
  public var costs: Costs
  /// Whether it may have what no machine with its kernel and balloon had (`systemWarning`).
  public var isCounterfactual = false
  /// What it is given at boot, the rest being ballooned out; nothing: all of its memory.
  public var bootMemory: PageCount?
  /// What it has when it has booted.
  public var memoryAtBoot: PageCount { bootMemory ?? memory }
}

/// What moves a guest's balloon.
public enum ControllerKind: String, CaseIterable, Sendable {
  /// The selfballoon worker, if the boot options start it.
  case selfballoon
  /// Nothing: a static guest.
  case none
}

/// A swap device.
public struct SwapSpec: Sendable {
  /// Its size.
  public var size: PageCount
  /// The disk it is on.
  public var disk: String
}

/// Where a guest's Committed_AS comes from.
public struct CommittedSpec: Sendable {
  /// The samples' origin.
  public enum Source: Sendable {
    /// One level for the whole run.
    case constant(PageCount)
    /// Samples written in the scenario, times rising strictly from zero.
    case points([CommittedPoint])
    /// A file or folder, and how it is imported; the path is absolute or relative to the working directory.
    case trace(path: String, ImportOptions)
  }
  /// The samples' origin.
  public var source: Source
  /// Factor on committed and touched pages, in millionths.
  public var scalePPM: Int64
  /// How a sample leads to the next.
  public var between: Interpolation
  /// Whether `between` was said, and not left to its default.
  public var isBetweenChosen = true
  /// How often the samples are played one after another, at least once.
  public var times: Int

  /// Nothing, for the whole run.
  public static let none = CommittedSpec(
    source: .constant(.zero), scalePPM: 1_000_000, between: .step, times: 1)
}

/// A sample of a guest's demand.
public struct CommittedPoint: Hashable, Sendable {
  /// When it holds from.
  public var at: SimTime
  /// Committed_AS.
  public var committed: PageCount
  /// Touched anonymous memory, where it is known.
  public var touched: PageCount?

  /// A sample.
  public init(at: SimTime, committed: PageCount, touched: PageCount?) {
    self.at = at
    self.committed = committed
    self.touched = touched
  }
}

/// How a sample of a trace leads to the next.
public enum Interpolation: String, CaseIterable, Sendable {
  /// The level holds until the next sample.
  case step
  /// The level moves along a straight line, in steps of one tick.
  case linear
}

/// What a guest does with the memory it has committed.
public struct AnonSpec: Sendable {
  /// How much of what is committed is touched.
  public enum Touched: Hashable, Sendable {
    /// As much as the trace's AnonPages says.
    case trace
    /// A share of what is committed, in millionths, 0 to 1,000,000; the newest region is touched first.
    case share(Int64)
  }
  /// How much of what is committed is touched.
  public var touched: Touched
  /// The share of touched pages that are never touched again, in millionths.
  public var coldPPM: Int64
  /// Pages a second at which a new region is touched; nothing: as fast as it goes.
  public var touchRate: Rate?
  /// Which regions go first when the trace falls.
  public var release: ReleaseOrder
  /// Accesses to the pages that are not cold; nothing: none.
  public var access: AnonAccessSpec?
}

/// Which regions are freed when committed memory falls.
public enum ReleaseOrder: String, CaseIterable, Sendable {
  /// The newest first.
  case lifo
  /// The oldest first.
  case fifo
  /// Each in proportion to its size.
  case proportional
}

/// Repeated accesses to anonymous memory.
public struct AnonAccessSpec: Sendable {
  /// How often.
  public var rate: Rate
  /// Which pages.
  public var pattern: PatternSpec
  /// The share of accesses that write, in millionths.
  public var writePPM: Int64
}

/// Reads and writes over one set of file pages.
public struct FileStreamSpec: Sendable {
  /// The stream's name.
  public var name: String
  /// The size of the file set.
  public var size: PageCount
  /// The disk it is on.
  public var disk: String
  /// Open or closed loop.
  public var load: LoadSpec
  /// What is accessed, phase after phase; the last phase lasts to the end.
  public var phases: [PatternPhase]
  /// The share of accesses that write, in millionths.
  public var writePPM: Int64
  /// The largest window that is read ahead; nothing of it: no read-ahead.
  public var readAhead = PageCount.zero
}

/// Processes that do what a script says.
public struct ScriptSpec: Sendable {
  /// What they do.
  public var script: WorkloadScript
  /// The script as it was written.
  public var text: String
  /// The disk that the files they read are on.
  public var disk: String

  /// A script, and as what it was written.
  public init(_ script: WorkloadScript, text: String, disk: String) {
    self.script = script
    self.text = text
    self.disk = disk
  }
}

/// How a stream decides when to make its next access.
public enum LoadSpec: Hashable, Sendable {
  /// At a rate, whatever becomes of the accesses.
  case open(Rate)
  /// A number of accesses by some threads, each waiting for its own.
  case closed(work: Int64, threads: Int)
}

/// A pattern and how long it lasts.
public struct PatternPhase: Sendable {
  /// When a phase ends.
  public enum End: Hashable, Sendable {
    /// At a time after boot.
    case time(SimTime)
    /// After a number of accesses in this phase.
    case accesses(Int64)
    /// Not before the run does.
    case never
  }
  /// Which pages.
  public var pattern: PatternSpec
  /// When the next phase begins.
  public var end: End
}

/// A distribution of accesses over pages.
public enum PatternSpec: Hashable, Sendable {
  /// Rank k with a probability proportional to (k + 1)^-alpha, ranks shuffled over the pages.
  case zipf(alpha: Double)
  /// Every page alike.
  case uniform
  /// One after another, round and round.
  case scan
  /// A share of the pages, in millionths, gets a share of the accesses, in millionths.
  case hotcold(hotPPM: Int64, accessPPM: Int64)
  /// Zipf with a share of scanning accesses, in millionths.
  case mix(alpha: Double, scanPPM: Int64)
}

/// How often something happens: a count in a span of time, both positive.
public struct Rate: Hashable, Sendable {
  /// How often.
  public var count: Int64
  /// In what time.
  public var per: SimDuration

  /// `count` times in `per`.
  public init(count: Int64, per: SimDuration) {
    self.count = count
    self.per = per
  }
}

/// Something done to a guest, or to the host, at a time.
public struct EventSpec: Sendable {
  /// What is done.
  public enum Action: Sendable {
    /// sysfs writes, in order.
    case write([(attribute: String, text: String)])
    /// An administrator's balloon target.
    case balloonTarget(PageCount)
    /// `echo 1 > /proc/sys/vm/drop_caches`.
    case dropCaches
    /// Something goes wrong for some time.
    case fault(FaultSpec, for: SimDuration)
  }
  /// When.
  public var at: SimTime
  /// The guest's place in `Scenario.guests`; of no meaning for a fault of the host.
  public var guest: Int
  /// What.
  public var action: Action
}
