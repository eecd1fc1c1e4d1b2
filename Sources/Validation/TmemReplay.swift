internal import MemoryModel
internal import Policies
internal import Units

/// Recorded decisions of Xen's tmem: who is over quota, and whose ephemeral page goes.
enum TmemReplay: PolicyReplay {
  static let kind = "tmem"

  /// Told by its shares, or its puts and evictions.
  static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["own_ephemeral_pages", "own_weight"])
      || fields.isSuperset(of: ["clients", "puts", "evictions"])
  }

  static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    switch try line.required("kind").text(at: "kind") {
    case "over_quota": return try replayQuota(line)
    case "evict": return try replayEvictions(line)
    default: throw BadVectorField(path: "kind")
    }
  }

  private static func replayQuota(
    _ line: VectorFields
  ) throws(BadVectorField) -> [VectorDifference] {
    let share = TmemShare(
      pages: try line.number("global_ephemeral_pages"),
      own: try line.number("own_ephemeral_pages"), weights: try line.number("weight_total"),
      weight: try line.number("own_weight"))
    let got: VectorFields = ["over_quota": .bool(TmemQuota.literal.holds(share))]
    return VectorDifference.between(line.filter { got[$0.key] != nil }, got, at: "")
  }

  /// A host with guests that have no memory but tmem, and what is held while pages are evicted.
  private struct Setting: ~Copyable {
    var host: Host
    /// The guests' numbers in the line, in the host's order.
    var clients: [Int64] = []
    var dying: Set<Int> = []
    var locked: Set<EphemeralList.Page> = []

    /// Without guests, and with room for so many pages.
    init(room pages: Int) {
      host = Host(
        memory: PageCount(2 * pages + 4_096), tmem: TmemConfiguration(metadataPPM: 0), disks: [])
    }

    /// Adds a guest with its weight.
    mutating func add(_ value: VectorValue, at path: String) throws(BadVectorField) {
      let client = try value.fields(at: path)
      let weight: UInt32 = try client.number("weight", in: path + ".")
      clients.append(try client.number("id", in: path + "."))
      guard let domain = host.addDomain(memory: .zero, weight: Int(weight)) else {
        throw BadVectorField(path: path)
      }
      let isDying = try client.required("pool_dying", in: path + ".")
      if try isDying.bool(at: path + ".pool_dying") { dying.insert(domain) }
    }

    /// Puts a page.
    mutating func put(_ value: VectorValue, at path: String) throws(BadVectorField) {
      let fields = try value.fields(at: path)
      let page: UInt32 = try fields.number("page", in: path + ".")
      let client: Int64 = try fields.number("client", in: path + ".")
      guard let domain = clients.firstIndex(of: client) else {
        throw BadVectorField(path: path + ".client")
      }
      let isLocked = try fields.required("object_locked", in: path + ".")
      if try isLocked.bool(at: path + ".object_locked") {
        locked.insert(EphemeralList.Page(page: page, domain: domain))
      }
      if host.ephemeralPut(page, domain: domain) == nil { throw BadVectorField(path: path) }
    }
  }

  private static func replayEvictions(
    _ line: VectorFields
  ) throws(BadVectorField) -> [VectorDifference] {
    let puts = try line.required("puts").list(at: "puts")
    var setting = Setting(room: puts.count)
    for (index, value) in try line.required("clients").list(at: "clients").enumerated() {
      try setting.add(value, at: "clients[\(index)]")
    }
    for (index, value) in puts.enumerated() { try setting.put(value, at: "puts[\(index)]") }
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("evictions").list(at: "evictions").enumerated() {
      let path = "evictions[\(index)]"
      let eviction = try value.fields(at: path)
      // 0, and any other number that no client has, is nobody.
      let client: Int64 = try eviction.number("on_behalf_of", in: path + ".")
      let domain = setting.clients.firstIndex(of: client)
      let isOverQuota = domain.map { setting.host.losesItsOwn($0) } ?? false
      let (dying, locked) = (setting.dying, setting.locked)
      let page = setting.host.evictOldest(for: domain) {
        dying.contains($0.domain) || locked.contains($0)
      }
      var counts: [VectorValue] = []
      for domain in setting.clients.indices {
        counts.append(VectorValue(setting.host.ephemeralPages(of: domain)))
      }
      let got: VectorFields = [
        "over_quota": .bool(isOverQuota), "evicted": .number(page == nil ? 0 : 1),
        "page": page.map { VectorValue($0.page) } ?? .number(-1),
        "owner": page.map { VectorValue(setting.clients[$0.domain]) } ?? .number(-1),
        "counts": .list(counts),
      ]
      differences += VectorDifference.between(
        eviction.filter { $0.key != "on_behalf_of" }, got, at: path)
    }
    return differences
  }
}
