public import MemoryModel
internal import Policies
public import Units

extension GuestSpec {
  /// The clock of its kernel.
  ///
  /// `driver: "3.6"` and `"4.4"` stand for a kernel of that time, and the first driver is of 2011: before the wheel.
  /// Source: Docs/kernel.md 1.5a.
  public var timers: KernelTimers {
    var timers = kernel.timers
    let generation = policyVersion.flatMap(DriverGeneration.init) ?? driver
    if !generation.hasTimerWheel || controller.policy?.card.isOlderThanTimerWheel == true {
      timers.hasWheel = false
    }
    return timers
  }

  /// Whether a machine with this kernel and balloon can have had transcendent memory and the driver that goes with it.
  ///
  /// Both were in Linux up to 5.2, in guests of Xen; the balloon's thread came with 5.15. Source: Docs/kernel.md 1.1, 1.7 and
  /// 2.9.
  public static func hasTmem(_ kernel: KernelSettings) -> Bool {
    kernel.policy == .linux4_19 && ![.linux6_1, .virtio].contains(kernel.balloon)
  }

  /// What the guest has that no machine with its kernel and balloon had: the key that says so, and its name.
  public var partsOfNoSystem: [(key: String, part: String)] {
    if Self.hasTmem(kernel) { return [] }
    var parts: [(key: String, part: String)] = []
    // A command line that cannot be read is another problem, and told elsewhere.
    if let options = try? BootOptions(commandLine: boot, generation: driver), options.isTmemEnabled
    {
      parts.append(("boot", "tmem, with cleancache and frontswap,"))
    }
    if let card = controller.policy?.card,
      card.needsTmem || card.balloon == .xen && kernel.balloon == .virtio
    {
      parts.append(("controller", card.title))
    }
    return parts
  }

  /// Whether its kernel is booted with frontswap in tmem. A command line that cannot be read is told of elsewhere.
  var hasFrontswap: Bool {
    (try? BootOptions(commandLine: boot, generation: driver))?.isFrontswapOn ?? false
  }

  /// What the guest's policy lacks in the guest's kernel, a sentence; nil: nothing.
  public var missingKernel: String? {
    guard let card = controller.policy?.card, let first = card.firstKernel,
      kernel.policy.isOlder(than: first)
    else { return nil }
    return
      "\(card.title) came with Linux \(first), and the guest's kernel is \(kernel.policy.rawValue)"
  }

  /// The kernel and the balloon in words.
  public var systemText: String { Self.systemText(kernel) }

  /// A kernel and a balloon in words, as in `a guest of Linux 6.1 with virtio's balloon`.
  public static func systemText(_ kernel: KernelSettings) -> String {
    "a guest of Linux \(kernel.policy.rawValue) with "
      + "\(kernel.balloon.owner) balloon"
  }

  /// What to know of settings that do nothing with the guest's kernel and balloon, a sentence each.
  public var idleSettings: [String] {
    let usual = KernelSettings(kernel.policy, balloon: kernel.balloon)
    let (own, theirs) = (kernel.balloonOptions, usual.balloonOptions)
    let virtio = kernel.balloon == .virtio ? "virtio's balloon" : nil
    let early = kernel.policy == .linux4_19 ? "kernel 4.19" : virtio
    let settings: [(key: String, isSet: Bool, idleWith: String?)] = [
      (
        "watermark_boost_factor", kernel.watermarkBoostFactor != usual.watermarkBoostFactor, early
      ),
      ("balloon.max_retry_count", own.maxRetryCount != nil, virtio),
      ("balloon.max_schedule_delay", own.maxScheduleDelay != theirs.maxScheduleDelay, virtio),
      ("balloon.scrub", own.scrubsPages != theirs.scrubsPages, virtio),
      (
        "balloon.online_added_memory", own.onlinesMemory,
        kernel.balloon == .linux6_1 ? nil : "a balloon other than 6.1's"
      ),
    ]
    var sentences = settings.compactMap { setting in
      setting.isSet
        ? setting.idleWith.map { "guest \(name): \(setting.key) does nothing with \($0)" } : nil
    }
    if let own = kernelUnreclaimable, slabInUse > own {
      sentences.append(
        "guest \(name): slab_in_use is part of kernel_unreclaimable, so only \(own.pages) pages of it count"
      )
    }
    return sentences
  }

  /// What to know of a guest that never was; nothing for others.
  public var systemWarning: String? {
    let parts = partsOfNoSystem.map(\.part)
    if parts.isEmpty { return nil }
    return
      "guest \(name) is counterfactual: \(systemText) never had \(parts.joined(separator: " and "))"
  }
}

extension BalloonGeneration {
  /// Whose balloon it is, for people.
  fileprivate var owner: String {
    switch self {
    case .linux4_4, .linux4_19: "Xen's"
    case .linux6_1: "Xen's later"
    case .virtio: "virtio's"
    }
  }
}
