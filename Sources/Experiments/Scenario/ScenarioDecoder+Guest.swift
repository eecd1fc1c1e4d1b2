internal import MemoryModel
internal import Policies
internal import SimulationEngine

extension ScenarioDecoder {
  /// One guest.
  func guest(_ node: SourceNode, path: String) -> GuestSpec {
    MappingReader.read(node, path: path, log: log, expected: "a guest: a mapping") { reader in
      let name = reader.required("name", .name, standIn: "guest")
      let isOfTrace = reader.child("memory")?.text == "trace"
      let workload = workload(&reader)
      let committed = committed(&reader, isNeeded: workload == nil)
      let memory = memory(
        &reader, isOfTrace: isOfTrace, machineMemory: committed.machineMemory)
      let part = ScalarKind<PageCount>.size(.zero...memory)
      let kernel = reader.value("kernel", .choice, default: KernelPolicy.linux4_19)
      let balloon: BalloonGeneration =
        reader.mapping("balloon") { $0.value("model", .choice, default: .linux4_19) } ?? .linux4_19
      let hasTmem = GuestSpec.hasTmem(kernel: kernel, balloon: balloon)
      let spec = GuestSpec(
        name: name, memory: memory,
        vcpus: reader.value("vcpus", .count(1...512), default: 1),
        kernel: kernel,
        transparentHugePages: reader.value("thp", .boolean, default: false),
        bootReserved: reader.optional("boot_reserved", part, none: "fitted"),
        lateFreed: reader.value("late_freed", part, default: min(kernel.lateFreed, memory)),
        isInitialDomain: reader.value("dom0", .boolean, default: false),
        boot: reader.value("boot", .text, default: hasTmem ? "tmem" : ""),
        driver: reader.value("driver", .choice, default: .linux4_19),
        controller: reader.value("controller", .choice, default: hasTmem ? .selfballoon : .none),
        tunables: reader.mapping("tunables") { tunables(&$0) } ?? [],
        swap: swap(&reader),
        swapsToMemory: reader.value("swap_in_memory", .boolean, default: false),
        swappiness: reader.value("swappiness", .count(0...100), default: 60),
        tmemWeight: reader.value("tmem_weight", .count(0...1_000_000), default: 0),
        pageCluster: reader.value("page_cluster", .count(0...10), default: 0),
        dirtyRatio: reader.value("dirty_ratio", .count(0...100), default: 20),
        dirtyBackgroundRatio: reader.value(
          "dirty_background_ratio", .count(0...100), default: 10),
        overcommit: reader.value("overcommit_memory", .choice, default: .granted),
        overcommitRatio: reader.value("overcommit_ratio", .count(0...1_000), default: 50),
        slabReclaimable: reader.optional("slab_reclaimable", part, none: "fitted"),
        kernelUnreclaimable: reader.optional("kernel_unreclaimable", part, none: "fitted"),
        committed: committed.spec,
        anon: anon(&reader, hasTouched: committed.hasTouched),
        files: files(&reader), workload: workload,
        balloon: balloon,
        costs: reader.mapping("costs", costs) ?? Costs(),
        isCounterfactual: reader.value("counterfactual", .boolean, default: false),
        bootMemory: reader.optional("boot_memory", part, none: "memory"))
      if !spec.isCounterfactual { checkSystem(spec, reader) }
      return spec
    }
  }

  /// Refuses what no machine with the guest's kernel and balloon had.
  private func checkSystem(_ guest: GuestSpec, _ reader: MappingReader) {
    for (key, part) in guest.partsOfNoSystem {
      reader.report(
        key,
        "\(part) was in Xen guests up to Linux 5.2 only, and \(guest.systemText) never had it; "
          + "leave it out, or say `counterfactual: true` to ask what it would have done")
    }
  }

  /// A guest's memory: a size, or `trace` for that of the machine that the trace was recorded on.
  private func memory(
    _ reader: inout MappingReader, isOfTrace: Bool, machineMemory: PageCount?
  ) -> PageCount {
    let standIn = PageCount.gibibytes(1)
    let kind = ScalarKind<PageCount>.size(ScenarioLimits.guestMemory)
    if !isOfTrace { return reader.required("memory", kind, standIn: standIn) }
    guard let machineMemory, ScenarioLimits.guestMemory.contains(machineMemory) else {
      reader.report(
        "memory",
        "the trace does not tell the machine's memory; give a size, as in --set guests.memory=4GiB")
      return standIn
    }
    return machineMemory
  }

  /// One swap device, or a list of them, highest priority first.
  private func swap(_ reader: inout MappingReader) -> [SwapSpec] {
    guard let node = reader.child("swap") else { return [] }
    if case .list = node.content {
      return reader.list("swap").map { item in
        MappingReader.read(item.node, path: item.path, log: log, swapDevice)
      }
    }
    return [MappingReader.read(node, path: reader.path(of: "swap"), log: log, swapDevice)]
  }

  private func swapDevice(_ reader: inout MappingReader) -> SwapSpec {
    SwapSpec(
      size: reader.required("size", .size(ScenarioLimits.storage), standIn: .gibibytes(1)),
      disk: disk(&reader))
  }

  private func costs(_ reader: inout MappingReader) -> Costs {
    var costs = Costs()
    for item in Costs.items {
      costs[keyPath: item.path] = reader.value(
        item.name, .time(ScenarioLimits.cost), default: costs[keyPath: item.path])
    }
    return costs
  }

  /// The disk named at `disk`; without one, the host's first.
  func disk(_ reader: inout MappingReader) -> String {
    let names = disks.map(\.name)
    let name = reader.value("disk", .name, default: names[0])
    if !names.contains(name) {
      reader.report("disk", unknownWord("disk", name, known: names))
    }
    return name
  }
}
