extension SelfBalloon {
  /// The terms of a worker's run, named as the columns of the view `worker`.
  public enum Term: Int, PolicyTerm {
    case committed, totalReserve, reserved, frontswap, gap, divisor, unflooredTarget, floor
    case balloonTarget, shrinkFrontswap, shrinkPrevious, counterBefore, counterAfter, shrinkTarget

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .committed: TermEntry("committed_pages", "vm_memory_committed() at the run")
      case .totalReserve: TermEntry("totalreserve_pages", "what the zones keep back")
      case .reserved: TermEntry("reserved_pages", "selfballoon_reserved_mb in pages")
      case .frontswap: TermEntry("frontswap_pages", "frontswap counted into the goal")
      case .gap: TermEntry("gap_pages", "the distance to the goal")
      case .divisor: TermEntry("divisor", "the hysteresis that the gap was divided by")
      case .unflooredTarget: TermEntry("unfloored_target_pages", "the target before the floor")
      case .floor: TermEntry("floor_pages", "the least target")
      case .balloonTarget:
        TermEntry("balloon_target_pages", "what the balloon driver was given")
      case .shrinkFrontswap: TermEntry("shrink_frontswap_pages", "frontswap at the run")
      case .shrinkPrevious:
        TermEntry("shrink_previous_frontswap_pages", "frontswap at the run before")
      case .counterBefore: TermEntry("shrink_counter_before", "the countdown before the run")
      case .counterAfter: TermEntry("shrink_counter_after", "the countdown after the run")
      case .shrinkTarget: TermEntry("shrink_target_pages", "what frontswap was to shrink to")
      }
    }
  }

  /// What there is to know of the driver without running it.
  public static let card = PolicyCard(
    name: "selfballoon", title: "the selfballoon driver",
    source: "drivers/xen/xen-selfballoon.c of Linux 3.6, 4.4 and 4.19",
    actor: "selfballoon worker", role: "worker", place: .guestKernel, needsTmem: true,
    versions: [DriverGeneration.linux4_19, .linux4_4, .linux3_6].map(\.rawValue),
    settings: SelfBalloonAttribute.allCases.map(\.setting), terms: Term.allCases.map(\.entry),
    view: "worker", columns: columns)

  /// The columns of the table `worker` of earlier versions, in its order.
  private static let columns: [PolicyColumn] = {
    func term(_ term: Term) -> PolicyColumn { PolicyColumn(term.entry.name, .term(term.rawValue)) }
    return [
      PolicyColumn("invocation", .turn), PolicyColumn("time_ns", .time),
      PolicyColumn("cur_pages", .current), term(.committed), term(.totalReserve), term(.reserved),
      term(.frontswap), PolicyColumn("goal_pages", .goal), term(.gap), term(.divisor),
      term(.unflooredTarget), term(.floor), PolicyColumn("floor_rule", .rule),
      PolicyColumn("target_pages", .target), term(.balloonTarget), term(.shrinkFrontswap),
      term(.shrinkPrevious), term(.counterBefore), term(.counterAfter), term(.shrinkTarget),
      PolicyColumn("shrunk_pages", .shrunk), PolicyColumn("run_ns", .runTime),
      PolicyColumn("fault", .fault),
    ]
  }()
}

extension SelfBalloonAttribute {
  /// The attribute as a setting of the policy.
  fileprivate var setting: PolicySetting {
    let tunables = SelfBalloonTunables()
    let (short, initial, unit, meaning): (String, String?, String?, String) =
      switch self {
      case .selfballooning: ("selfballooning", nil, nil, "whether the balloon part runs")
      case .interval: ("interval", "\(tunables.interval)", "s", "time between two runs")
      case .downHysteresis:
        (
          "downhysteresis", "\(tunables.downHysteresis)", nil,
          "divides the distance to a goal below"
        )
      case .upHysteresis:
        ("uphysteresis", "\(tunables.upHysteresis)", nil, "divides the distance to a goal above")
      case .minUsableMB:
        ("min_usable_mb", "\(tunables.minUsableMB)", "MiB", "replaces the built-in floor")
      case .reservedMB: ("reserved_mb", nil, "MiB", "added to the goal")
      case .selfshrinking: ("selfshrinking", nil, nil, "whether the frontswap part runs")
      case .frontswapHysteresis:
        ("frontswap_hysteresis", "\(tunables.frontswapHysteresis)", nil, "divides a shrink")
      case .frontswapInertia:
        ("frontswap_inertia", "\(tunables.frontswapInertia)", "runs", "quiet runs until a shrink")
      }
    let versions = DriverGeneration.allCases.filter { self != .reservedMB || $0.hasReserve }
    return PolicySetting(
      rawValue, short: short, initial: initial, unit: unit, meaning,
      place: "\(Self.folder)/\(rawValue)", versions: versions.map(\.rawValue))
  }

  /// The directory of the attributes on a machine.
  public static let folder = "/sys/devices/system/xen_memory/xen_memory0/\(directory)"
}
