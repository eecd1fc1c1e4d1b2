internal import MemoryModel
internal import Policies
internal import Simulation
internal import Text
internal import Units

extension GuestSpec {
  /// The keys that are read before all others: what a guest has by default follows from them.
  static let firstKeys = ["name", "workload", "committed", "memory", "kernel", "balloon"]

  /// The keys of a guest.
  static let keys: [ScenarioKey<GuestSpec>] = systemKeys + policyKeys + memoryKeys + workKeys

  /// The machine that it was booted as.
  private static let systemKeys: [ScenarioKey<GuestSpec>] = [
    .required("name", \.name, .name, ""),
    ScenarioKey(
      name: "memory",
      rows: { _ in
        [
          KeyRow(
            path: "memory",
            type: "\(ScalarKind<PageCount>.size(ScenarioLimits.guestMemory).type), or `trace`",
            fallback: "required", meaning: "boot-time maximum",
            note: "`trace`: that of the machine that the trace was recorded on")
        ]
      },
      read: { $1.memory = $2.memory(&$0) }, entries: { [("memory", .size($0.memory))] }),
    ScenarioKey(
      "boot_memory", \.bootMemory, kind: { $0.part.or("memory") },
      "what the guest is given at boot",
      note:
        "the rest begins on the balloon's list. Marks and reserves are those of what it was given, "
        + "with virtio's balloon those of `memory`"),
    .optional(
      "minimum_memory", \.minimumMemory, .size(.zero...ScenarioLimits.guestMemory.upperBound),
      else: "none", "the least that a policy of the host may leave it",
      note:
        "dynamic-min, `balloon` of Proxmox, min_guarantee, Minimum RAM; without it some leave the guest alone"
    ),
    .optional(
      "maximum_memory", \.maximumMemory, .size(.zero...ScenarioLimits.guestMemory.upperBound),
      else: "`memory`", "the most that a policy of the host may give it"),
    .optional(
      "shares", \.shares, .count(0...1_000_000), else: "the policy's own",
      "its shares or weight with a policy of the host"),
    ScenarioKey(
      "vcpus", \.kernel.vcpus, .count(1...512), "sets the batch of the commit counter",
      note: "nothing else"),
    ScenarioKey(
      "kernel", \.kernel.policy, .choice,
      "whose rules lay out zones and marks, and reclaim memory (`Docs/model.md`, 2.1 and 2.13)"),
    ScenarioKey(
      "hz", \.kernel.timers.hz, .oneOf(KernelTimers.frequencies),
      "`CONFIG_HZ`: jiffies a second, which the kernel's timers count",
      note: "drivers 3.6 and 4.4 end a delay at its jiffy, later ones by the timer wheel"
    ).later,
    ScenarioKey(
      "thp", \.kernel.transparentHugePages, .boolean,
      "transparent huge pages raise min_free_kbytes"),
    ScenarioKey(
      "boot_reserved", \.bootReserved, kind: { $0.part.or("fitted") },
      "pages that never reach the allocator"),
    ScenarioKey(
      "late_freed", \.lateFreed, kind: { $0.part },
      else: "0p; 2440p for `kernel: 6.1` and `6.18`",
      "pages given to the allocator after the marks were set"),
    ScenarioKey(
      "dom0", \.isInitialDomain, .boolean, "the initial domain: selfballooning refuses to start"),
    ScenarioKey(
      "boot", \.boot, .text, else: "`tmem`; empty where no machine had tmem",
      "kernel command line: `tmem`, `tmem.cleancache=`, `tmem.frontswap=`, `tmem.selfballooning=`, "
        + "`tmem.selfshrinking=` (0 or 1)",
      note:
        "for driver 3.6 `tmem`, `nocleancache`, `nofrontswap`, `noselfballooning`, `noselfshrink`; "
        + "others are passed over"),
  ]

  /// What decides about its memory.
  private static let policyKeys: [ScenarioKey<GuestSpec>] = [
    ScenarioKey(
      name: "policy",
      rows: { _ in
        [
          KeyRow(
            path: "policy", type: "a policy's name, or a mapping from it to `version` and settings",
            fallback: "`selfballoon`; `none` where no machine had it",
            meaning:
              "who decides about its memory, as in `policy: { selfballoon: { interval: 1 } }`",
            note: "the four keys below say the same in other words")
        ]
      },
      // The scenario has it in the words of the keys below when it is read (`SourceNode.withPoliciesAsKeys`).
      read: { _, _, _ in }, entries: { _ in [] }),
    ScenarioKey("driver", \.driver, .choice, "generation of the selfballoon driver"),
    ScenarioKey(
      "controller", \.controller, .choice, else: "`selfballoon`; `none` where no machine had it",
      "name of the policy", note: "of `none`, a static guest, `tunables` and writes have no effect"),
    ScenarioKey(
      name: "policy_version",
      rows: { _ in
        [
          KeyRow(
            path: "policy_version", type: "text", fallback: "the newest",
            meaning: "version of another policy")
        ]
      },
      read: { reader, guest, _ in
        guest.policyVersion = reader.optional("policy_version", .text)
        // A static guest keeps what it would be under the policy that it has otherwise.
        let all = PolicyCatalogue.guestPolicies.flatMap { $0.card.versions }
        let versions = guest.controller.policy?.card.versions ?? all
        if let version = guest.policyVersion, !versions.contains(version) {
          reader.report(
            "policy_version",
            unknownWord("version of \(guest.controller.rawValue)", version, known: versions))
        }
      },
      entries: { guest in
        guest.policyVersion.map { [("policy_version", .leaf($0, number: nil, isQuoted: true))] }
          ?? []
      }),
    ScenarioKey(
      name: "tunables",
      rows: { _ in
        [
          KeyRow(
            path: "tunables", type: "mapping of attribute to text", fallback: "none",
            meaning: "settings of the policy written right after boot, in this order")
        ]
      },
      read: { reader, guest, decoder in
        guest.tunables = reader.mapping("tunables") { decoder.tunables(&$0) } ?? []
      },
      entries: { [("tunables", .writes($0.tunables))] }),
  ]

  /// Swap, and how the kernel deals with memory.
  private static let memoryKeys: [ScenarioKey<GuestSpec>] = [
    ScenarioKey(
      name: "swap",
      rows: { _ in
        [
          KeyRow(
            path: "swap", type: "device, or list of devices", fallback: "none",
            meaning: "highest priority first", note: "without swap no frontswap")
        ] + SwapSpec.keys.rows(SwapSpec(size: .gibibytes(1), disk: "")).map { $0.below("swap") }
      },
      read: { $1.swap = $2.swap(&$0) },
      entries: { guest in
        let trees = guest.swap.map(SwapSpec.keys.tree)
        return [("swap", trees.count == 1 ? trees[0] : .list(trees))]
      }),
    ScenarioKey(
      "swap_in_memory", \.kernel.swapsToMemory, .boolean,
      "swap is RAM that swapped pages take nothing of (zram of same-filled pages)",
      note: "nothing waits for a disk, and a page swapped in gives its slot up"),
    ScenarioKey("swappiness", \.kernel.swappiness, .count(0...100), "`vm.swappiness`"),
    ScenarioKey(
      "tmem_weight", \.tmemWeight, .count(0...1_000_000),
      "weight of the guest's ephemeral pages against those of others",
      note: "0: the oldest of all goes"),
    ScenarioKey(
      "page_cluster", \.kernel.pageCluster, .count(0...10),
      "`vm.page-cluster`: swap is read ahead in blocks of up to 2 to this power",
      note: "Linux's default is 3"),
    ScenarioKey(
      "dirty_ratio", \.kernel.dirtyRatio, .count(0...100),
      "`vm.dirty_ratio`: per cent of what may be dirty, above which writers wait"),
    ScenarioKey(
      "dirty_background_ratio", \.kernel.dirtyBackgroundRatio, .count(0...100),
      "`vm.dirty_background_ratio`: above it the flusher writes at once"),
    ScenarioKey(
      "overcommit_memory", \.kernel.overcommit, .choice,
      "`granted`: every mapping is granted, as it was where the demand was recorded",
      note: "else `vm.overcommit_memory`"),
    ScenarioKey(
      "overcommit_ratio", \.kernel.overcommitRatio, .count(0...1_000),
      "`vm.overcommit_ratio` in percent", note: "for mode 2"),
    ScenarioKey(
      "slab_reclaimable", \.slabReclaimable, kind: { $0.part.or("fitted") },
      "slab that reclaim can shrink"),
    ScenarioKey(
      "kernel_unreclaimable", \.kernelUnreclaimable, kind: { $0.part.or("fitted") },
      "kernel memory that nothing reclaims"),
    ScenarioKey(
      "slab_in_use", \.slabInUse, kind: { $0.part },
      "what of `kernel_unreclaimable` counts as reclaimable slab, its objects being in use",
      note: "it is part of MemAvailable, by which Xen's balloon decides, and nothing frees it"
    ).later,
    ScenarioKey(
      "watermark_scale_factor", \.kernel.watermarkScaleFactor, .count(1...1_000),
      "`vm.watermark_scale_factor`: how far the marks lie apart, in ten-thousandths of a zone",
      note: "written right after boot, as by sysctl"
    ).later,
    ScenarioKey(
      "watermark_boost_factor", \.kernel.watermarkBoostFactor, .count(0...100_000),
      "`vm.watermark_boost_factor`: how far marks rise while Xen's balloon takes pages of fragmented memory, in ten-thousandths of the "
        + "high mark",
      note: "0: not at all; of kernels from 5.0 on, so not of `4.19`"
    ).later,
  ]

  /// What happens in it, and what that costs.
  private static let workKeys: [ScenarioKey<GuestSpec>] = [
    ScenarioKey(
      name: "committed",
      rows: { _ in
        [
          KeyRow(path: "committed", type: "mapping", fallback: "one of", meaning: "demand, below")
        ]
      },
      read: { $2.committed(&$0, &$1) },
      entries: { guest in
        guest.workload == nil ? [("committed", CommittedSpec.keys.tree(guest.committed))] : []
      }
    ).condition,
    ScenarioKey(
      name: "workload",
      rows: { _ in
        [
          KeyRow(
            path: "workload", type: "mapping", fallback: "the two",
            meaning: "processes that follow a script, below")
        ]
      },
      read: { $2.workload(&$0, &$1) },
      entries: { $0.workload.map { [("workload", ScriptSpec.keys.tree($0))] } ?? [] }
    ).condition,
    .section(
      "anon", \.anon, AnonSpec.keys,
      rows: [
        KeyRow(
          path: "anon", type: "mapping", fallback: "see below",
          meaning: "what is done with committed memory")
      ]
    ).condition,
    ScenarioKey(
      name: "files",
      rows: { _ in
        [
          KeyRow(path: "files", type: "list of streams", fallback: "none", meaning: "file accesses")
        ]
      },
      read: { $1.files = $2.files(&$0) },
      entries: { [("files", .list($0.files.map(FileStreamSpec.keys.tree)))] }
    ).condition,
    .section("balloon", \.kernel, KernelSettings.balloonKeys),
    .section(
      "costs", \.kernel.costs, Costs.keys,
      rows: [
        KeyRow(
          path: "costs.*", type: ScalarKind<SimDuration>.time(ScenarioLimits.cost).type,
          fallback: "`Docs/model.md`, section 8",
          meaning: "`\(Costs.items.map(\.name).joined(separator: " "))`")
      ]
    ).condition,
    ScenarioKey(
      "counterfactual", \.isCounterfactual, .boolean,
      "true: the guest may have tmem or the selfballoon driver although no machine had them",
      note: "every command warns of it"),
  ]

  /// A part of its memory.
  private var part: ScalarKind<PageCount> {
    .size(.zero...memory).named("size up to `memory`")
  }
}

extension SwapSpec {
  /// The keys of a swap device.
  static let keys: [ScenarioKey<SwapSpec>] = [
    .required("size", \.size, .size(ScenarioLimits.storage), "its first page is the header"),
    .disk(\.disk, "where it is"),
  ]
}

extension Costs {
  /// The keys of what things cost.
  static let keys: [ScenarioKey<Costs>] = items.map { item in
    let key = ScenarioKey(item.name, item.path, .time(ScenarioLimits.cost), "")
    return item.isLater ? key.later : key
  }
}

extension ScenarioKey {
  /// The name of one of the host's disks; without it, of the first.
  static func disk(
    _ path: any WritableKeyPath<Section, String> & Sendable, _ meaning: String
  ) -> ScenarioKey {
    ScenarioKey(
      name: "disk",
      rows: { _ in
        [KeyRow(path: "disk", type: "name of a disk", fallback: "the first", meaning: meaning)]
      },
      read: { $1[keyPath: path] = $2.disk(&$0) },
      entries: { [("disk", .word($0[keyPath: path]))] })
  }
}
