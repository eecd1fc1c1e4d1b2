internal import Simulation
internal import SimulationEngine

/// A part of a recorded workload, in the terms of the recordings.
struct RecordedSegment: Decodable {
  var kind: String
  var n: Int
  var lo: Int
  var accesses: Int
  var limit: Int?
  var alpha: Double?
  var perm: UInt64?
  var hot: Int?
  var phot: Double?
  var slo: Int?
  var sn: Int?
  var pscan: Double?
  /// Of an idle segment: seconds.
  var seconds: Int?

  enum CodingKeys: String, CodingKey {
    case kind, n, lo
    case accesses = "acc"
    case limit, alpha, perm, hot, phot, slo, sn, pscan
    case seconds = "secs"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    kind = try values.decode(String.self, forKey: .kind)
    limit = try values.decodeIfPresent(Int.self, forKey: .limit)
    if kind == "idle" {
      (n, lo, accesses) = (0, 0, 0)
      seconds = try values.decode(Int.self, forKey: .seconds)
      return
    }
    n = try values.decode(Int.self, forKey: .n)
    lo = try values.decode(Int.self, forKey: .lo)
    accesses = try values.decode(Int.self, forKey: .accesses)
    alpha = try values.decodeIfPresent(Double.self, forKey: .alpha)
    perm = try values.decodeIfPresent(UInt64.self, forKey: .perm)
    hot = try values.decodeIfPresent(Int.self, forKey: .hot)
    phot = try values.decodeIfPresent(Double.self, forKey: .phot)
    slo = try values.decodeIfPresent(Int.self, forKey: .slo)
    sn = try values.decodeIfPresent(Int.self, forKey: .sn)
    pscan = try values.decodeIfPresent(Double.self, forKey: .pscan)
  }

  /// Whether its pages come one after another from its first one, whatever was scanned before.
  var isSequential: Bool { kind == "touch" || kind == "bring" }

  /// The field that is missing or out of range for a set of `pages`, if any.
  func fault(pages: Int) -> String? {
    func isInside(_ first: Int, _ count: Int) -> Bool {
      count > 0 && first >= 0 && count <= pages && first <= pages - count
    }
    if let limit, !(1...1 << 30).contains(limit) { return "limit" }
    if kind == "idle" { return (0...1 << 20).contains(seconds ?? -1) ? nil : "secs" }
    guard isInside(lo, n) else { return "n" }
    guard (0...1 << 32).contains(accesses) else { return "acc" }
    if let alpha, !(0...16).contains(alpha) { return "alpha" }
    switch kind {
    case "zipf": return alpha == nil ? "alpha" : perm == nil ? "perm" : nil
    case "uniform", "scan", "touch", "bring": return nil
    case "hotcold":
      guard let hot, (1..<n).contains(hot) else { return "hot" }
      return phot == nil ? "phot" : perm == nil ? "perm" : nil
    case "mix":
      guard let slo, let sn, isInside(slo, sn) else { return "sn" }
      return alpha == nil ? "alpha" : perm == nil ? "perm" : pscan == nil ? "pscan" : nil
    default: return "kind"
    }
  }

  /// The sampler of the segment; its pages count from `lo`. Call `fault` first.
  var sampler: PageSampler {
    var order: [UInt32] = []
    if let perm {
      var shuffle = RandomStream(state: perm)
      order = PageSampler.shuffled(n, &shuffle)
    }
    let kind: PageSampler.Kind =
      switch kind {
      case "zipf": .zipf(ZipfTable(ranks: n, alpha: alpha ?? 0))
      case "uniform": .uniform
      case "hotcold": .hotcold(hot: hot ?? 1, hotAccess: phot ?? 0)
      case "mix":
        .mix(
          ZipfTable(ranks: n, alpha: alpha ?? 0), scanShare: pscan ?? 0,
          scanFirst: UInt32(truncatingIfNeeded: (slo ?? 0) - lo), scanCount: UInt64(sn ?? 1))
      default: .scan
      }
    return PageSampler(kind, count: n, permutation: order)
  }
}
