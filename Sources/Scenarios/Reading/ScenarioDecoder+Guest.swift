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
      // A policy of the host brings the balloon that it moves, unless another is named.
      if hostPolicy?.balloon == .virtio {
        first.kernel = KernelSettings(first.kernel.policy, balloon: .virtio)
      }
      for name in GuestSpec.firstKeys {
        keys.first { $0.name == name }?.read(&reader, &first, self)
      }
      var guest = GuestSpec(name: first.name, memory: first.memory, kernel: first.kernel)
      guest.workload = first.workload
      guest.committed = first.committed
      if samples.first?.touched != nil { guest.anon.touched = .trace }
      if hostPolicy != nil { guest.controller = .none }
      for key in keys where !GuestSpec.firstKeys.contains(key.name) {
        key.read(&reader, &guest, self)
      }
      if !guest.isCounterfactual { checkSystem(guest, reader) }
      checkHostPolicy(guest, reader)
      return guest
    }
  }

  /// Refuses a guest that the host's policy cannot move, or whose own policy would move it as well.
  private func checkHostPolicy(_ guest: GuestSpec, _ reader: MappingReader) {
    if let least = guest.minimumMemory, least > guest.maximumMemory ?? guest.memory {
      reader.report(
        "minimum_memory",
        "\(least.text) is more than the guest may have, \((guest.maximumMemory ?? guest.memory).text)"
      )
    }
    if let most = guest.maximumMemory, most > guest.memory {
      reader.report(
        "maximum_memory", "\(most.text) is more than the guest was built with, \(guest.memory.text)"
      )
    }
    if let card = hostPolicy, card.needsPressure, !guest.kernel.policy.hasPressure {
      reader.report(
        "kernel",
        "\(card.title) reads /proc/pressure, which came with Linux 4.20; "
          + "this is Linux \(guest.kernel.policy.rawValue)")
    }
    guard let card = hostPolicy else { return }
    if card.needsTmem && !(GuestSpec.hasTmem(guest.kernel) && guest.boot.contains("tmem")) {
      reader.report("boot", "\(card.title) shares out tmem, and this guest has none")
    }
    if let policy = guest.controller.policy?.card {
      reader.report(
        "controller",
        policy.movesBalloons && card.movesBalloons
          ? "\(policy.title) and the host's policy, \(card.title), would both move the guest's balloon; "
            + "leave one of them out"
          : "a guest whose host has a policy, \(card.title), cannot have one of its own as well, "
            + "\(policy.title); leave one of them out")
    }
    if !card.movesBalloons { return }
    let own = guest.kernel.balloon == .virtio ? PolicyCard.Balloon.virtio : .xen
    if card.balloon != .any && card.balloon != own && !guest.isCounterfactual {
      reader.report(
        "balloon",
        "\(card.title) moves \(card.balloon == .xen ? "Xen's" : "virtio's") balloon, and this is "
          + "\(guest.systemText)")
    }
  }

  /// Refuses settings that the host's policy has not, and values that it does not take.
  func check(
    _ writes: [(attribute: String, text: String)], of spec: HostPolicySpec,
    _ reader: MappingReader
  ) {
    var bare = spec
    bare.tunables = []
    var policy = bare.policy
    for write in writes {
      let outcome = policy.write(write.attribute, write.text)
      if outcome.status == .ok { continue }
      reader.report(
        "tunables",
        outcome.status == .noAttribute
          ? unknownWord(
            "setting of \(spec.name)", write.attribute, known: spec.card.settings.map(\.name))
          : "\(write.attribute) of \(spec.name) does not take \(quoted(write.text))")
    }
  }

  /// Refuses what no machine with the guest's kernel and balloon had.
  private func checkSystem(_ guest: GuestSpec, _ reader: MappingReader) {
    if let missing = guest.missingKernel { reader.report("controller", missing) }
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
