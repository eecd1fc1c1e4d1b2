/// A recorded experiment with anonymous memory and swap in RAM: what was accessed under which limit, and what the kernel did.
struct SwapRecording: Decodable {
  struct Workload: Decodable {
    var anonPages: Int
    var writeFraction: Double
    var seed: UInt64
    var segments: [RecordedSegment]
    var sampleEvery: Int
    var warmup: Int

    enum CodingKeys: String, CodingKey {
      case anonPages = "anon_pages"
      case writeFraction = "write_fraction"
      case seed, segments
      case sampleEvery = "sample_every"
      case warmup = "warmup_accesses"
    }
  }

  /// What was counted after warm-up.
  struct Window: Decodable {
    var swapIns: Int
    var swapOuts: Int
    var refaultActivations: Int
    var activations: Int
    var meanSwapped: Double
    var meanActive: Double

    enum CodingKeys: String, CodingKey {
      case swapIns = "swapin_faults"
      case swapOuts = "pswpout"
      case refaultActivations = "refault_activations"
      case activations = "pgactivate"
      case meanSwapped = "mean_swap_pages"
      case meanActive = "mean_active_anon_pages"
    }
  }

  /// How a segment ended.
  struct SegmentEnd: Decodable {
    var segment: Int
    var swapped: Int

    enum CodingKeys: String, CodingKey {
      case segment
      case swapped = "end_swap_pages"
    }
  }

  var id: String
  var group: String
  var workload: Workload
  var traceHash: String
  var afterWarmup: Window
  var segmentEnds: [SegmentEnd]

  enum CodingKeys: String, CodingKey {
    case id, group, workload
    case traceHash = "trace_fnv1a64"
    case afterWarmup = "after_warmup"
    case segmentEnds = "per_segment"
  }

  /// What makes the recording unusable, if anything: numbers that the replay would trip over.
  var fault: String? {
    let pages = workload.anonPages
    guard (1...1 << 26).contains(pages) else { return "anon_pages" }
    guard (0...1).contains(workload.writeFraction) else { return "write_fraction" }
    guard (1...1 << 30).contains(workload.sampleEvery) else { return "sample_every" }
    guard workload.segments.first?.limit != nil else { return "segments[0].limit" }
    for (index, segment) in workload.segments.enumerated() {
      if let field = segment.fault(pages: pages) { return "segments[\(index)].\(field)" }
    }
    let accesses = workload.segments.reduce(0) { $0 + $1.accesses }
    return (0...accesses).contains(workload.warmup) ? nil : "warmup_accesses"
  }
}
