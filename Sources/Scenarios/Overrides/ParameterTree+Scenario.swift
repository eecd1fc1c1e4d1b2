internal import MemoryModel
internal import Policies
internal import Simulation
internal import Traces
internal import Units

extension ParameterTree {
  /// The tree of a scenario: every key that the reader knows, except those that do not apply.
  init(_ scenario: Scenario) {
    let duration: ParameterTree =
      switch scenario.duration {
      case .trace: .word("trace")
      case .time(let time): .time(time)
      }
    self = .mapping([
      ("name", .word(scenario.name)),
      ("description", .text(scenario.description)),
      ("seed", .number(scenario.seed)),
      ("duration", duration),
      ("tick", .time(scenario.tick)),
      ("host", Self.host(scenario.host)),
      ("guests", .list(scenario.guests.map(Self.guest))),
      ("events", .list(scenario.events.map { Self.event($0, guests: scenario.guests) })),
    ])
  }

  private static func host(_ host: HostSpec) -> ParameterTree {
    .mapping([
      ("memory", .size(host.memory)),
      (
        "tmem",
        .mapping([
          ("cleancache", .flag(host.tmem.cleancache)),
          ("frontswap", .flag(host.tmem.frontswap)),
          ("metadata", .millionths(host.tmem.metadataPPM)),
          (
            "compressed_size",
            host.tmem.compressedPPM == 1_000_000
              ? .word("none") : .millionths(host.tmem.compressedPPM)
          ),
          ("quota", .word(host.tmem.quota.rawValue)),
        ])
      ),
      ("disks", .mapping(host.disks.map { ($0.name, disk($0.parameters)) })),
    ])
  }

  private static func disk(_ disk: DiskParameters) -> ParameterTree {
    let bandwidth = ParameterTree.leaf(
      bandwidthText(disk.bandwidth), number: Double(disk.bandwidth), isQuoted: false)
    return .mapping([
      ("random_read", .time(disk.randomRead)), ("write", .time(disk.write)),
      ("bandwidth", bandwidth), ("channels", .number(disk.channels)),
    ])
  }

  private static func guest(_ guest: GuestSpec) -> ParameterTree {
    let workload: [(key: String, value: ParameterTree)] =
      guest.workload.map { workload in
        [
          (
            "workload",
            .mapping([("script", .text(workload.text)), ("disk", .word(workload.disk))])
          )
        ]
      } ?? [("committed", committed(guest.committed))]
    return .mapping(
      [
        ("name", .word(guest.name)),
        ("memory", .size(guest.memory)),
        ("boot_memory", guest.bootMemory.map { .size($0) } ?? .word("memory")),
        ("vcpus", .number(guest.kernel.vcpus)),
        ("kernel", .text(guest.kernel.policy.rawValue)),
        ("thp", .flag(guest.kernel.transparentHugePages)),
        ("boot_reserved", guest.bootReserved.map { .size($0) } ?? .word("fitted")),
        ("late_freed", .size(guest.lateFreed)),
        ("dom0", .flag(guest.isInitialDomain)),
        ("boot", .text(guest.boot)),
        ("driver", .text(guest.driver.rawValue)),
        ("controller", .word(guest.controller.rawValue)),
        ("tunables", writes(guest.tunables)),
        ("swap", swap(guest.swap)),
        ("swap_in_memory", .flag(guest.kernel.swapsToMemory)),
        ("swappiness", .number(guest.kernel.swappiness)),
        ("tmem_weight", .number(guest.tmemWeight)),
        ("page_cluster", .number(guest.kernel.pageCluster)),
        ("dirty_ratio", .number(guest.kernel.dirtyRatio)),
        ("dirty_background_ratio", .number(guest.kernel.dirtyBackgroundRatio)),
        ("overcommit_memory", .text(guest.kernel.overcommit.rawValue)),
        ("overcommit_ratio", .number(guest.kernel.overcommitRatio)),
        ("slab_reclaimable", guest.slabReclaimable.map { .size($0) } ?? .word("fitted")),
        ("kernel_unreclaimable", guest.kernelUnreclaimable.map { .size($0) } ?? .word("fitted")),
      ] + workload + [
        ("anon", anon(guest.anon)),
        ("files", .list(guest.files.map(file))),
        ("balloon", .mapping([("model", .text(guest.kernel.balloon.rawValue))])),
        (
          "costs",
          .mapping(Costs.items.map { ($0.name, .time(guest.kernel.costs[keyPath: $0.path])) })
        ),
        ("counterfactual", .flag(guest.isCounterfactual)),
      ])
  }

  private static func writes(_ writes: [(attribute: String, text: String)]) -> ParameterTree {
    .mapping(writes.map { ($0.attribute, .text($0.text, number: Double($0.text))) })
  }

  private static func swap(_ devices: [SwapSpec]) -> ParameterTree {
    let trees = devices.map {
      ParameterTree.mapping([("size", .size($0.size)), ("disk", .word($0.disk))])
    }
    return trees.count == 1 ? trees[0] : .list(trees)
  }

  private static func committed(_ spec: CommittedSpec) -> ParameterTree {
    let scale = ParameterTree.millionths(spec.scalePPM)
    let playing: [(key: String, value: ParameterTree)] = [
      ("scale", scale), ("between", .word(spec.between.rawValue)), ("times", .number(spec.times)),
    ]
    switch spec.source {
    case .constant(let level): return .mapping([("constant", .size(level)), ("scale", scale)])
    case .points(let points):
      let list = points.map { point in
        ParameterTree.mapping(
          [
            ("at", .time(point.at - .zero)), ("committed", .size(point.committed)),
          ] + (point.touched.map { [("touched", .size($0))] } ?? []))
      }
      return .mapping([("points", .list(list))] + playing)
    case .trace(let path, let options):
      return .mapping([("trace", .text(path))] + importing(options) + playing)
    }
  }

  /// The options of an import that were given.
  private static func importing(
    _ options: ImportOptions
  ) -> [(key: String, value: ParameterTree)] {
    let entries: [(key: String, value: ParameterTree?)] = [
      ("format", options.format.map { .text($0) }),
      ("committed_from", options.committedFrom.map { .text($0.rawValue) }),
      ("gaps", options.gaps == .left ? nil : .word(options.gaps.rawValue)),
      ("host", options.host.map { .text($0) }), ("step", options.step.map { .time($0) }),
      ("machine_memory", options.memory.map { .size(PageCount(Int($0 / 4))) }),
      ("time_column", options.timeColumn.map { .text($0) }),
      ("time_unit", options.timeUnit.map { .text($0.rawValue) }),
      ("committed_column", options.committedColumn.map { .text($0) }),
      ("unit", options.unit.map { .text($0.rawValue) }),
    ]
    return entries.compactMap { entry in entry.value.map { (entry.key, $0) } }
  }

  private static func anon(_ anon: AnonSpec) -> ParameterTree {
    let touched: ParameterTree =
      switch anon.touched {
      case .trace: .word("trace")
      case .share(let share): .millionths(share)
      }
    let access = anon.access.map { access in
      ParameterTree.mapping([
        ("rate", .rate(access.rate)), ("pattern", pattern(access.pattern)),
        ("writes", .millionths(access.writePPM)),
      ])
    }
    return .mapping([
      ("touched", touched), ("cold", .millionths(anon.coldPPM)),
      ("touch_rate", anon.touchRate.map { .rate($0) } ?? .word("unlimited")),
      ("release", .word(anon.release.rawValue)), ("access", access ?? .word("none")),
    ])
  }

  private static func file(_ file: FileStreamSpec) -> ParameterTree {
    let load: [(key: String, value: ParameterTree)] =
      switch file.load {
      case .open(let rate): [("rate", .rate(rate))]
      case .closed(let work, let threads): [("work", .number(work)), ("threads", .number(threads))]
      }
    let phases: (key: String, value: ParameterTree) =
      file.phases.count == 1
      ? ("pattern", pattern(file.phases[0].pattern)) : ("phases", .list(file.phases.map(phase)))
    return .mapping(
      [("name", .word(file.name)), ("size", .size(file.size)), ("disk", .word(file.disk))]
        + load + [
          phases, ("writes", .millionths(file.writePPM)),
          ("read_ahead", file.readAhead == .zero ? .word("none") : .size(file.readAhead)),
        ])
  }

  private static func phase(_ phase: PatternPhase) -> ParameterTree {
    let pattern: (key: String, value: ParameterTree) = ("pattern", pattern(phase.pattern))
    return switch phase.end {
    case .time(let time): .mapping([pattern, ("until", .time(time - .zero))])
    case .accesses(let count): .mapping([pattern, ("accesses", .number(count))])
    case .never: .mapping([pattern])
    }
  }

  private static func pattern(_ pattern: PatternSpec) -> ParameterTree {
    func exponent(_ alpha: Double) -> ParameterTree {
      .millionths(Int64((alpha * 1_000_000).rounded()))
    }
    return switch pattern {
    case .uniform: .word("uniform")
    case .scan: .word("scan")
    case .zipf(let alpha): .mapping([("zipf", exponent(alpha))])
    case .hotcold(let hotPPM, let accessPPM):
      .mapping([
        ("hotcold", .mapping([("hot", .millionths(hotPPM)), ("access", .millionths(accessPPM))]))
      ])
    case .mix(let alpha, let scanPPM):
      .mapping([("mix", .mapping([("zipf", exponent(alpha)), ("scan", .millionths(scanPPM))]))])
    }
  }

  private static func event(_ event: EventSpec, guests: [GuestSpec]) -> ParameterTree {
    let action: (key: String, value: ParameterTree) =
      switch event.action {
      case .write(let list): ("write", writes(list))
      case .balloonTarget(let target): ("balloon_target", .size(target))
      case .dropCaches: ("drop_caches", .flag(true))
      case .fault(let fault, let duration): Self.fault(fault, duration)
      }
    var entries: [(key: String, value: ParameterTree)] = [("at", .time(event.at - .zero))]
    if action.key != "host" { entries.append(("guest", .word(guests[event.guest].name))) }
    return .mapping(entries + [action])
  }

  private static func fault(
    _ fault: FaultSpec, _ duration: SimDuration
  ) -> (key: String, value: ParameterTree) {
    let time = ParameterTree.time(duration)
    return switch fault {
    case .balloonStuck: ("balloon", .mapping([("stuck_for", time)]))
    case .balloonSlow(let factor):
      ("balloon", .mapping([("slow_for", time), ("factor", .number(factor))]))
    case .balloonIntermittent(let stuck, let period):
      (
        "balloon",
        .mapping([("intermittent_for", time), ("stuck", .time(stuck)), ("period", .time(period))])
      )
    case .balloonRefusing(let limit):
      ("balloon", .mapping([("refusing_for", time), ("above", .size(limit))]))
    case .workerLate(let delay): ("worker", .mapping([("late_for", time), ("by", .time(delay))]))
    case .hostOutOfMemory: ("host", .mapping([("out_of_memory_for", time)]))
    case .hostDemand(let size): ("host", .mapping([("demand_for", time), ("size", .size(size))]))
    case .tmemFull: ("tmem", .mapping([("full_for", time)]))
    case .tmemFrozen: ("tmem", .mapping([("frozen_for", time)]))
    }
  }
}
