/// Recorded lives of the daemon: its configuration, and round by round what it read and what it did.
public enum XenballoondReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "xenballoond"

  /// Told by its rounds, which no other kind has.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["daemon", "rounds"])
  }

  /// Replays a line from its beginning.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    guard
      let version = Xenballoond.Version(rawValue: try line.required("daemon").text(at: "daemon"))
    else { throw BadVectorField(path: "daemon") }
    var daemon = Xenballoond(version)
    daemon.configuration = .shipped
    for (name, value) in try line.required("config").fields(at: "config") {
      try set(&daemon, name, value, at: "config.\(name)")
    }
    guard case .bool(let hasStore) = try line.required("xenstore_enabled") else {
      throw BadVectorField(path: "xenstore_enabled")
    }
    daemon.store.isEnabled = hasStore
    try write(&daemon, line["xenstore_at_start"], at: "xenstore_at_start")
    if let file = line["maxmem_file_kb_at_start"], file != .null {
      daemon.greatestMemory = try file.number(at: "maxmem_file_kb_at_start")
    }
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("rounds").list(at: "rounds").enumerated() {
      let path = "rounds[\(index)]"
      let round = try value.fields(at: path)
      let got = try Self.round(&daemon, round, at: path + ".")
      let expected = round.filter { outputs.contains($0.key) && $0.value != .bool(false) }
      differences += VectorDifference.between(expected, got, at: path)
    }
    return differences
  }

  private static let outputs: Set = [
    "balloon_target_bytes", "sleep_s", "maxmem_kb", "xenstore_selftarget_kb",
    "preswap_target_pages", "preswap_now", "preswap_inertia_counter", "died",
  ]

  /// A line of the configuration file as the script understands it; what it does not look at has no effect.
  private static func set(
    _ daemon: inout Xenballoond, _ name: String, _ value: VectorValue, at path: String
  ) throws(BadVectorField) {
    guard name.hasPrefix("XENBALLOON_") else { throw BadVectorField(path: path) }
    let text =
      switch name {
      case "XENBALLOON_SELF": value == .text("true") || value == .bool(true) ? "true" : "false"
      case "XENBALLOON_PRESWAP_SHRINK":
        value == .text("false") || value == .bool(false) ? "false" : "true"
      default: try text(of: value, at: path)
      }
    let status = daemon.write(name, text).status
    if status != .ok && status != .noAttribute { throw BadVectorField(path: path) }
  }

  /// Keys that domain 0 writes below `memory/`; those that the daemon does not read have no effect.
  private static func write(
    _ daemon: inout Xenballoond, _ keys: VectorValue?, at path: String
  ) throws(BadVectorField) {
    guard let keys else { return }
    for (name, value) in try keys.fields(at: path) {
      let status = daemon.write("memory/\(name)", try text(of: value, at: "\(path).\(name)")).status
      if status != .ok && status != .noAttribute { throw BadVectorField(path: "\(path).\(name)") }
    }
  }

  private static func text(
    of value: VectorValue, at path: String
  ) throws(BadVectorField) -> String {
    switch value {
    case .number(let number): return "\(number)"
    case .text(let text): return text
    default: throw BadVectorField(path: path)
    }
  }

  private static func round(
    _ daemon: inout Xenballoond, _ round: VectorFields, at path: String
  ) throws(BadVectorField) -> VectorFields {
    try write(&daemon, round["xenstore_set"], at: path + "xenstore_set")
    if let removed = round["xenstore_rm"] {
      for name in try removed.list(at: path + "xenstore_rm") {
        _ = daemon.write("memory/\(try name.text(at: path + "xenstore_rm"))", "")
      }
    }
    var preswap: Int64?
    if let pages = round["preswap_pages"], pages != .null {
      preswap = try pages.number(at: path + "preswap_pages")
    }
    let sight = Xenballoond.Sight(
      memoryTotal: try round.number("mem_total_kb", in: path),
      committed: try round.number("committed_as_kb", in: path), preswap: preswap)
    var row = DecisionRow()
    let outcome = daemon.isDead ? nil : daemon.round(sight, into: &row)
    guard let outcome, !daemon.isDead else { return ["died": .bool(true)] }
    var got: VectorFields = [
      "balloon_target_bytes": VectorValue(outcome.target),
      "sleep_s": VectorValue(outcome.sleep),
      "maxmem_kb": VectorValue(daemon.greatestMemory),
      "xenstore_selftarget_kb": VectorValue(outcome.selfTarget),
    ]
    if daemon.version == .year2009 {
      got["preswap_target_pages"] = VectorValue(outcome.preswapTarget)
      got["preswap_now"] = VectorValue(daemon.preswapNow)
      got["preswap_inertia_counter"] = VectorValue(daemon.inertiaCounter)
    }
    return got
  }
}
