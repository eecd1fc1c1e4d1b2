internal import MemoryModel
internal import Policies
internal import Simulation
internal import Text
internal import Units

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
      var kernel = KernelSettings(
        reader.value("kernel", .choice, default: .linux4_19),
        balloon: reader.mapping("balloon") { $0.value("model", .choice, default: .linux4_19) }
          ?? .linux4_19)
      kernel.vcpus = reader.value("vcpus", .count(1...512), default: kernel.vcpus)
      kernel.transparentHugePages = reader.value(
        "thp", .boolean, default: kernel.transparentHugePages)
      kernel.swapsToMemory = reader.value("swap_in_memory", .boolean, default: kernel.swapsToMemory)
      kernel.swappiness = reader.value("swappiness", .count(0...100), default: kernel.swappiness)
      kernel.pageCluster = reader.value("page_cluster", .count(0...10), default: kernel.pageCluster)
      kernel.dirtyRatio = reader.value("dirty_ratio", .count(0...100), default: kernel.dirtyRatio)
      kernel.dirtyBackgroundRatio = reader.value(
        "dirty_background_ratio", .count(0...100), default: kernel.dirtyBackgroundRatio)
      kernel.overcommit = reader.value("overcommit_memory", .choice, default: kernel.overcommit)
      kernel.overcommitRatio = reader.value(
        "overcommit_ratio", .count(0...1_000), default: kernel.overcommitRatio)
      kernel.costs = reader.mapping("costs", costs) ?? kernel.costs
      var spec = GuestSpec(name: name, memory: memory, kernel: kernel)
      spec.bootReserved = reader.optional("boot_reserved", part, none: "fitted")
      spec.lateFreed = reader.value("late_freed", part, default: spec.lateFreed)
      spec.isInitialDomain = reader.value("dom0", .boolean, default: false)
      spec.boot = reader.value("boot", .text, default: spec.boot)
      spec.driver = reader.value("driver", .choice, default: spec.driver)
      spec.controller = reader.value("controller", .choice, default: spec.controller)
      spec.tunables = reader.mapping("tunables") { tunables(&$0) } ?? []
      spec.swap = swap(&reader)
      spec.tmemWeight = reader.value("tmem_weight", .count(0...1_000_000), default: 0)
      spec.slabReclaimable = reader.optional("slab_reclaimable", part, none: "fitted")
      spec.kernelUnreclaimable = reader.optional("kernel_unreclaimable", part, none: "fitted")
      spec.committed = committed.spec
      spec.anon = anon(&reader, hasTouched: committed.hasTouched)
      spec.files = files(&reader)
      spec.workload = workload
      spec.isCounterfactual = reader.value("counterfactual", .boolean, default: false)
      spec.bootMemory = reader.optional("boot_memory", part, none: "memory")
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
