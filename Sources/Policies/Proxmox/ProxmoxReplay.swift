/// Recorded rounds of pvestatd: what it read of the host and its guests, and the sizes that it asked for.
public enum ProxmoxReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "proxmox"

  /// Told by its goal and the node's setting.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["ballooning_target", "goal", "guests", "maxchange"])
  }

  /// Replays a round.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    var policy = Proxmox()
    if let target = line["ballooning_target"], target != .null {
      policy.settings.targetPercent = try target.number(at: "ballooning_target")
      guard 0...100 ~= policy.settings.targetPercent else {
        throw BadVectorField(path: "ballooning_target")
      }
    }
    let memory = try line.required("host").fields(at: "host")
    let host = Proxmox.Host(
      memoryTotal: try bytes("memtotal", memory, in: "host."),
      memoryUsed: try bytes("memused", memory, in: "host."))
    let recorded = try line.required("guests").fields(at: "guests")
    let names = recorded.keys.sorted()
    var guests: [Proxmox.Guest] = []
    for name in names {
      guests.append(try guest(recorded[name] ?? .null, at: "guests.\(name)"))
    }

    var sizes: [Int64?] = []
    let goal = policy.round(host, guests, into: &sizes)

    var result: VectorFields = [:]
    var decision: VectorFields = [:]
    for (place, name) in names.enumerated() {
      guard let size = sizes[place] else { continue }
      result[name] = VectorValue(size)
      if size != guests[place].balloon { decision[name] = VectorValue(size) }
    }
    let whole: VectorFields = [
      "goal": VectorValue(goal), "maxchange": VectorValue(Proxmox.largestChange),
    ]
    return VectorDifference.between(line.filter { whole[$0.key] != nil }, whole, at: "")
      + VectorDifference.between(
        try line.required("result").fields(at: "result"), result, at: "result")
      + VectorDifference.between(
        try line.required("decision").fields(at: "decision"), decision, at: "decision")
  }

  private static func guest(
    _ value: VectorValue, at path: String
  ) throws(BadVectorField) -> Proxmox.Guest {
    let fields = try value.fields(at: path)
    let path = path + "."
    var guest = Proxmox.Guest(
      balloon: try bytes("balloon", fields, in: path),
      least: try bytes("balloon_min", fields, in: path),
      most: try bytes("maxmem", fields, in: path),
      free: try bytes("freemem", fields, in: path))
    if let shares = fields["shares"] {
      guest.shares = try shares.number(at: path + "shares")
      guard 0...50_000 ~= guest.shares else { throw BadVectorField(path: path + "shares") }
    }
    if let lock = fields["lock"] {
      guest.isMigrating = try lock.text(at: path + "lock") == "migrate"
    }
    return guest
  }

  /// An amount of memory; what is not there is 0, as in Perl.
  private static func bytes(
    _ name: String, _ fields: VectorFields, in path: String
  ) throws(BadVectorField) -> Int64 {
    guard let value = fields[name] else { return 0 }
    let bytes: Int64 = try value.number(at: path + name)
    guard 0...(1 << 52) ~= bytes else { throw BadVectorField(path: path + name) }
    return bytes
  }
}
