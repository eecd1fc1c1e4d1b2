internal import CZlib
internal import Foundation
internal import SimulationEngine

/// A recorded page-cache experiment: what was accessed under which limit, and what the kernel did.
struct PageCacheRecording: Decodable {
  struct Workload: Decodable {
    var filePages: Int
    var seed: UInt64
    var segments: [RecordedSegment]
    var sampleEvery: Int
    var warmup: Int

    enum CodingKeys: String, CodingKey {
      case filePages = "file_pages"
      case seed, segments
      case sampleEvery = "sample_every"
      case warmup = "warmup_accesses"
    }
  }

  /// What was counted in a part of the run.
  struct Window: Decodable {
    var accesses: Int
    var misses: Int
    var refaults: Int
    var activations: Int
    var meanActive: Double

    enum CodingKeys: String, CodingKey {
      case accesses, misses
      case refaults = "refaults_cg"
      case activations = "pgactivate"
      case meanActive = "mean_active_file_pages"
    }
  }

  var id: String
  var group: String
  var workload: Workload
  var traceHash: String
  var afterWarmup: Window

  enum CodingKeys: String, CodingKey {
    case id, group, workload
    case traceHash = "trace_fnv1a64"
    case afterWarmup = "after_warmup"
  }

  /// What makes the recording unusable, if anything: numbers that the replay would trip over.
  var fault: String? {
    let pages = workload.filePages
    guard (1...1 << 26).contains(pages) else { return "file_pages" }
    guard (1...1 << 30).contains(workload.sampleEvery) else { return "sample_every" }
    guard workload.segments.first?.limit != nil else { return "segments[0].limit" }
    for (index, segment) in workload.segments.enumerated() {
      if let field = segment.fault(pages: pages) { return "segments[\(index)].\(field)" }
    }
    let accesses = workload.segments.reduce(0) { $0 + $1.accesses }
    return (0..<accesses).contains(workload.warmup) ? nil : "warmup_accesses"
  }
}

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

  enum CodingKeys: String, CodingKey {
    case kind, n, lo
    case accesses = "acc"
    case limit, alpha, perm, hot, phot, slo, sn, pscan
  }

  /// The field that is missing or out of range for a set of `pages`, if any.
  func fault(pages: Int) -> String? {
    func isInside(_ first: Int, _ count: Int) -> Bool {
      count > 0 && first >= 0 && count <= pages && first <= pages - count
    }
    guard isInside(lo, n) else { return "n" }
    guard (0...1 << 32).contains(accesses) else { return "acc" }
    if let limit, !(1...1 << 30).contains(limit) { return "limit" }
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

/// The bytes of a gzip file (or of a plain one).
func gunzippedContents(of path: String) throws(UnreadableFile) -> [UInt8] {
  guard let file = gzopen(path, "rb") else {
    throw UnreadableFile(path: path, reason: String(cString: strerror(errno)))
  }
  defer { gzclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = gzread(file, &chunk, UInt32(chunk.count))
    if count < 0 { throw UnreadableFile(path: path, reason: "is no whole gzip file") }
    if count == 0 { return bytes }
    bytes += chunk[..<Int(count)]
  }
}
