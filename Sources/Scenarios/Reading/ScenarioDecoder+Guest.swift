internal import MemoryModel
internal import Policies
internal import Simulation
internal import Text
internal import Traces
internal import Units

extension ScenarioDecoder {
  /// One guest.
  func guest(_ node: SourceNode, path: String) -> GuestSpec {
    MappingReader.read(node, path: path, log: log, expected: "a guest: a mapping") { reader in
      reader.order = GuestSpec.keys.map(\.name)
      samples = []
      machineMemory = nil
      let keys = GuestSpec.keys
      var first = GuestSpec(name: "guest", memory: .gibibytes(1))
      for name in GuestSpec.firstKeys {
        keys.first { $0.name == name }?.read(&reader, &first, self)
      }
      var guest = GuestSpec(name: first.name, memory: first.memory, kernel: first.kernel)
      guest.workload = first.workload
      guest.committed = first.committed
      if samples.first?.touched != nil { guest.anon.touched = .trace }
      for key in keys where !GuestSpec.firstKeys.contains(key.name) {
        key.read(&reader, &guest, self)
      }
      if !guest.isCounterfactual { checkSystem(guest, reader) }
      return guest
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
  func memory(_ reader: inout MappingReader) -> PageCount {
    let standIn = PageCount.gibibytes(1)
    let kind = ScalarKind<PageCount>.size(ScenarioLimits.guestMemory)
    if reader.child("memory")?.text != "trace" {
      return reader.required("memory", kind, standIn: standIn)
    }
    guard let machineMemory, ScenarioLimits.guestMemory.contains(machineMemory) else {
      reader.report(
        "memory",
        "the trace does not tell the machine's memory; give a size, as in --set guests.memory=4GiB")
      return standIn
    }
    return machineMemory
  }

  /// One swap device, or a list of them, highest priority first.
  func swap(_ reader: inout MappingReader) -> [SwapSpec] {
    guard let node = reader.child("swap") else { return [] }
    if case .list = node.content {
      return reader.list("swap").map { item in
        MappingReader.read(item.node, path: item.path, log: log, swapDevice)
      }
    }
    return [MappingReader.read(node, path: reader.path(of: "swap"), log: log, swapDevice)]
  }

  private func swapDevice(_ reader: inout MappingReader) -> SwapSpec {
    var device = SwapSpec(size: .gibibytes(1), disk: disks[0])
    SwapSpec.keys.read(&reader, &device, self)
    return device
  }

  /// The disk named at `disk`; without one, the host's first.
  func disk(_ reader: inout MappingReader) -> String {
    let name = reader.value("disk", .name, default: disks[0])
    if !disks.contains(name) {
      reader.report("disk", unknownWord("disk", name, known: disks))
    }
    return name
  }
}
