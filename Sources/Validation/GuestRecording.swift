internal import Foundation
internal import Simulation
internal import Traces

/// A recorded whole guest: its size, what its processes did, what moved its balloon, and what was seen.
struct GuestRecording {
  /// The description, as the recordings write it.
  struct Description: Decodable {
    struct Configuration: Decodable {
      var duration: Double
      var sample: Double
      var zramMebibytes: Int?
      /// `watermark_boost_factor`, if it was written for the recording.
      var boostFactor: Int?

      enum CodingKeys: String, CodingKey {
        case duration, sample
        case zramMebibytes = "zram_mb"
        case boostFactor = "boost_factor"
      }
    }

    /// What the guest said of itself at its start; a guest of Xen's has all of it.
    struct Hello: Decodable {
      /// B, and the hypervisor's free pages.
      var pages: Int?
      var hypervisorFree: Int?
      /// The settings of its balloon.
      var scrubs: Int?
      var maxRetryCount: Int?
      var maxScheduleDelay: Int64?

      enum CodingKeys: String, CodingKey {
        case pages = "boot_pages"
        case hypervisorFree = "xen_free"
        case scrubs = "scrub_pages"
        case maxRetryCount = "max_retry_count"
        case maxScheduleDelay = "max_schedule_delay"
      }
    }

    /// The settings of the control law.
    struct Controller: Decodable {
      var isEnabled: Bool
      var downHysteresis: UInt32
      var upHysteresis: UInt32
      var interval: UInt32
      var isSelfshrinking: Bool
      var frontswapHysteresis: UInt32?
      var frontswapInertia: UInt32?

      enum CodingKeys: String, CodingKey {
        case isEnabled = "enabled"
        case downHysteresis = "downhys"
        case upHysteresis = "uphys"
        case interval = "interval_s"
        case isSelfshrinking = "selfshrinking"
        case frontswapHysteresis = "fs_hysteresis"
        case frontswapInertia = "fs_inertia"
        case law
      }

      /// A controller of another law than the driver's, Senpai's, is none here: `PressureRecording` has its settings.
      init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let isDrivers = try values.decodeIfPresent(String.self, forKey: .law) != "senpai"
        func number(_ key: CodingKeys) throws -> UInt32 {
          isDrivers ? try values.decode(UInt32.self, forKey: key) : 1
        }
        let isEnabled = try values.decode(Bool.self, forKey: .isEnabled)
        self.isEnabled = isEnabled && isDrivers
        downHysteresis = try number(.downHysteresis)
        upHysteresis = try number(.upHysteresis)
        interval = try number(.interval)
        isSelfshrinking = isDrivers ? try values.decode(Bool.self, forKey: .isSelfshrinking) : false
        frontswapHysteresis = try values.decodeIfPresent(UInt32.self, forKey: .frontswapHysteresis)
        frontswapInertia = try values.decodeIfPresent(UInt32.self, forKey: .frontswapInertia)
      }
    }

    /// What came of a line of the script.
    struct Operation: Decodable {
      var line: Int
      var start: Double
      var end: Double
      var accesses: Int
      var misses: Int
      var majorFaults: Int
      var hitSeconds: Double
      var missSeconds: Double
      /// The process, the word of the line, and the pages that it names and that it got; of a guest of Xen's.
      var process: Int?
      var word: String?
      var argument: Int?
      var result: Int?

      enum CodingKeys: String, CodingKey {
        case line = "i"
        case start = "t0"
        case end = "t1"
        case accesses = "acc"
        case misses = "miss"
        case majorFaults = "majflt"
        case hitSeconds = "hit_s"
        case missSeconds = "miss_s"
        case process = "proc"
        case word = "op"
        case argument = "arg"
        case result = "res"
      }
    }

    var id: String
    /// Memory at boot.
    var guestMebibytes: Int
    /// The most that it may have; nil: what it has at boot.
    var maximumMebibytes: Int?
    var kernelArguments: String?
    var hello: Hello?
    /// Its zones at the beginning, of a guest of Xen's.
    var zones: [RecordedGuest.RecordedZone]?
    var configuration: Configuration
    var script: [String]
    /// Guest seconds, and the pages wanted: of a guest of Xen's the target of its balloon, of others total RAM.
    var steps: [[Double]]?
    var controller: Controller?
    var totalRAM: Int
    var totalReserve: Int
    var reservedMebibytes: UInt32
    var maxPFN: Int
    var operations: [Operation]

    enum CodingKeys: String, CodingKey {
      case id, script, steps, controller, operations
      case guestMebibytes = "guest_mb"
      case maximumMebibytes = "guest_max_mb"
      case kernelArguments = "kernel_args"
      case hello
      case zones = "zones_start"
      case configuration = "cfg"
      case totalRAM = "totalram_pages_start"
      case totalReserve = "totalreserve_pages"
      case reservedMebibytes = "reserved_mb"
      case maxPFN = "max_pfn"
    }

    /// What makes the description unusable, if anything: a field and what is wrong with it.
    var fault: (field: String, what: String)? {
      guard (16...1 << 20).contains(guestMebibytes) else { return ("guest_mb", "is out of range") }
      let memory = guestMebibytes << 8
      guard (memory / 2...memory).contains(totalRAM) else {
        return ("totalram_pages_start", "is out of range")
      }
      guard (0...memory).contains(totalReserve) else {
        return ("totalreserve_pages", "is out of range")
      }
      guard (0...2 * memory).contains(maxPFN) else { return ("max_pfn", "is out of range") }
      guard (1...86_400).contains(configuration.duration) else {
        return ("cfg.duration", "is out of range")
      }
      guard (0.001...60).contains(configuration.sample) else {
        return ("cfg.sample", "is out of range")
      }
      if let zram = configuration.zramMebibytes, !(1...1 << 20).contains(zram) {
        return ("cfg.zram_mb", "is out of range")
      }
      guard configuration.duration / configuration.sample <= 1_000_000 else {
        return ("cfg.sample", "makes more than 1,000,000 samples")
      }
      if let interval = controller?.interval, !(1...86_400).contains(interval) {
        return ("controller.interval_s", "is out of range")
      }
      for (index, step) in (steps ?? []).enumerated() {
        let most = hello?.pages == nil ? memory : 1 << 30
        guard step.count == 2, (0...86_400).contains(step[0]), (0...Double(most)).contains(step[1])
        else { return ("steps[\(index)]", "is not a time and a number of pages") }
      }
      for (index, operation) in operations.enumerated()
      where !script.indices.contains(operation.line) {
        return ("operations[\(index)].i", "is no line of the script")
      }
      return nil
    }
  }

  let description: Description
  /// The lines of the script, empty where no process of the guest does what they say.
  let lines: [String]
  let script: WorkloadScript
  let series: RecordedTable
  /// A row for every action of the controller or of the schedule; nothing if there was none.
  let control: RecordedTable?

  /// Reads the file if it describes a whole guest and not a control group: only such a file has a script.
  ///
  /// - Throws: `UnreadableFile`, or `RecordedFileError`.
  init?(ifGuestIn path: String) throws {
    let bytes = try contents(ofFile: path, limit: 64 << 20)
    try RecordedFileError.checkJSON(bytes, file: path)
    let object = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    guard (object as? [String: Any])?["script"] != nil else { return nil }
    try self.init(path: path)
  }

  /// Reads a description, and the series and control files beside it.
  ///
  /// - Throws: `UnreadableFile`, or `RecordedFileError`.
  init(path: String) throws {
    description = try decodedRecording(Description.self, path: path)
    if let fault = description.fault {
      throw RecordedFileError.malformed(file: path, place: fault.field, what: fault.what)
    }
    lines = description.script.map(Self.workloadLine)
    do throws(WorkloadScriptProblem) {
      script = try WorkloadScript(lines: lines)
    } catch {
      throw RecordedFileError.malformed(
        file: path, place: "script[\(error.line - 1)]", what: error.message)
    }
    let stem = path.hasSuffix(".json") ? String(path.dropLast(5)) : path
    series = try RecordedTable(path: stem + ".series.csv")
    let control = stem + ".control.csv"
    let isControlled = description.controller?.isEnabled == true
    self.control =
      isControlled || FileManager.default.fileExists(atPath: control)
      ? try RecordedTable(path: control) : nil
    if isControlled {
      // A controller that never shrinks need not say to what.
      let optional = description.controller?.isSelfshrinking == true ? [] : ["shrink_target"]
      for column in Self.controlInputs + Self.controlOutputs
      where self.control?[column] == nil && !optional.contains(column) {
        throw RecordedFileError.malformed(
          file: control, place: "line 1", what: "no column \"\(column)\"")
      }
    }
    for column in ["t", "MemTotal", "MemFree"] where series[column]?.isEmpty != false {
      throw RecordedFileError.malformed(
        file: stem + ".series.csv", place: "line 1", what: "no values of \"\(column)\"")
    }
    // Its scenario is made of these, whatever it is compared for.
    if description.hello?.pages != nil, let fault = xenFault {
      throw RecordedFileError.malformed(file: path, place: fault.field, what: fault.what)
    }
  }

  /// A line as a script of the simulator has it: empty if it is about the balloon, the hypervisor, a setting or the processor alone.
  ///
  /// `fwarm FIRST PAGES` reads file pages once, in order; `aread` names pages of a region in order, as `touch` does. The
  /// processor time of an access, which may stand last, is left out.
  private static func workloadLine(_ line: String) -> String {
    let words = line.split(separator: " ")
    guard words.count >= 3 else { return line }
    switch words[2] {
    case "tgt", "hogto", "hog", "unhog", "put", "spin": return ""
    case "aread": return words.enumerated().map { $0 == 2 ? "touch" : $1 }.joined(separator: " ")
    case "azipf" where words.count == 12, "fzipf" where words.count == 11,
      "fscan" where words.count == 8:
      return words.dropLast().joined(separator: " ")
    case "fwarm" where words.count == 5:
      return "\(words[0]) \(words[1]) fscan \(words[3]) \(words[4]) \(words[4]) 0"
    default: return line
    }
  }

  /// What the recorded controller saw, and what it made of it: columns of the control file.
  static let controlInputs = ["cur", "committed", "frontswap"]
  static let controlOutputs = [
    "goal", "tgt_unfloored", "floor", "tgt", "balloon_value_pages", "shrink_target",
  ]

  /// File pages on the lists at each sample.
  var fileCache: [Double]? { series.sum("Active(file)", "Inactive(file)") }

  /// Swap slots in use at each sample.
  var swapUsed: [Double]? {
    guard let total = series["SwapTotal"], let free = series["SwapFree"] else { return nil }
    return zip(total, free).map { $0 - $1 }
  }

  /// By how much a counter rose in the recording, beside what was predicted.
  func growth(_ column: String, predicted: Int64) -> RecordedFigure {
    let values = series[column] ?? []
    return RecordedFigure(
      real: (values.last ?? 0) - (values.first ?? 0), predicted: Double(predicted))
  }

  /// RAM of the guest at boot, what never reaches the allocator included, in pages.
  var memory: Int { description.guestMebibytes << 8 }
}
