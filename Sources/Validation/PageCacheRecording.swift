internal import Foundation
internal import Traces

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
