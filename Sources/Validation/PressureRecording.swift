internal import Policies

/// A recorded guest whose memory pressure was recorded too: what is in the files besides what every recorded guest has.
struct PressureRecording {
  /// The fields that only these recordings have.
  private struct Description: Decodable {
    struct Disks: Decodable {
      /// What a request takes at least, in ms, and the size of the swap disk.
      var dataLatency: Double
      var swapLatency: Double?
      var swapMebibytes: Int?

      enum CodingKeys: String, CodingKey {
        case dataLatency = "data_latency_ms"
        case swapLatency = "swap_latency_ms"
        case swapMebibytes = "swap_mb"
      }
    }

    struct Configuration: Decodable {
      var swapdisk: Int?
      var pageCluster: Int?
      var cgroup: Int?

      enum CodingKeys: String, CodingKey {
        case swapdisk, cgroup
        case pageCluster = "page_cluster"
      }
    }

    /// Senpai's arguments, and what its limit moves.
    struct Controller: Decodable {
      var isEnabled: Bool
      var law: String
      var drive: String
      var start: Double
      var minSize: Int64
      var maxSize: Int64
      var interval: Int64
      var pressure: Int64
      var maxProbe: Double
      var maxBackoff: Double
      var probeCoefficient: Double
      var backoffCoefficient: Double

      enum CodingKeys: String, CodingKey {
        case isEnabled = "enabled"
        case law, drive
        case start = "start_s"
        case minSize = "min_size"
        case maxSize = "max_size"
        case interval, pressure
        case maxProbe = "max_probe"
        case maxBackoff = "max_backoff"
        case probeCoefficient = "coeff_probe"
        case backoffCoefficient = "coeff_backoff"
      }
    }

    var disk: Disks
    var cfg: Configuration
    var controller: Controller?
  }

  /// What Senpai's limit is.
  enum Drive: String {
    /// How much RAM the guest is to have.
    case balloon
    /// `memory.high` of the control group of its programs.
    case memoryHigh = "memory.high"
  }

  /// Senpai at work in the recorded guest.
  struct Loop {
    let settings: Senpai.Settings
    let drive: Drive
    /// When it begins, in seconds.
    let start: Double
  }

  /// What every recorded guest has.
  let guest: GuestRecording
  /// Pages of the swap disk; nil: swap is memory, or there is none.
  let swapDisk: Int?
  /// vm.page-cluster.
  let pageCluster: Int
  /// What a request of the data disk and of the swap disk takes at least, in ms.
  let dataLatency: Double, swapLatency: Double
  /// Senpai, if it was at work.
  let loop: Loop?
  /// When /proc/pressure was read at each sample, in seconds.
  let readings: [Double]

  /// The columns without which nothing can be compared.
  private static let columns = [
    "psi_t", "psi_mem_some_us", "psi_mem_full_us", "psi_io_some_us", "workingset_restore_file",
    "workingset_restore_anon",
  ]

  /// Reads a description, and the series and control files beside it.
  ///
  /// - Throws: `UnreadableFile`, or `RecordedFileError`.
  init(path: String) throws {
    guest = try GuestRecording(path: path)
    let description = try decodedRecording(Description.self, path: path)
    func refuse(_ place: String, _ what: String) -> RecordedFileError {
      RecordedFileError.malformed(file: path, place: place, what: what)
    }
    for column in Self.columns {
      guard let values = guest.series[column], values.allSatisfy({ (0...1e15).contains($0) }) else {
        throw refuse("\(guest.description.id).series.csv", "no column \"\(column)\" of counts")
      }
    }
    readings = guest.series["psi_t"] ?? []
    if readings.last ?? 0 > 86_400 || !zip(readings, readings.dropFirst()).allSatisfy(<) {
      throw refuse("\(guest.description.id).series.csv", "psi_t does not rise within a day")
    }
    dataLatency = description.disk.dataLatency
    guard (0...1_000).contains(dataLatency) else {
      throw refuse("disk.data_latency_ms", "is out of range")
    }
    swapLatency = description.disk.swapLatency ?? 0
    guard (0...1_000).contains(swapLatency) else {
      throw refuse("disk.swap_latency_ms", "is out of range")
    }
    if description.cfg.swapdisk ?? 0 != 0 {
      guard let size = description.disk.swapMebibytes, (1...1 << 18).contains(size) else {
        throw refuse("disk.swap_mb", "is missing or out of range")
      }
      swapDisk = size << 8
    } else {
      swapDisk = nil
    }
    pageCluster = description.cfg.pageCluster ?? 0
    guard (0...10).contains(pageCluster) else {
      throw refuse("cfg.page_cluster", "is out of range")
    }
    guard let law = description.controller, law.isEnabled else {
      loop = nil
      return
    }
    guard law.law == "senpai" else { throw refuse("controller.law", "is not \"senpai\"") }
    guard let drive = Drive(rawValue: law.drive) else {
      throw refuse("controller.drive", "is neither \"balloon\" nor \"memory.high\"")
    }
    guard (0...86_400).contains(law.start) else {
      throw refuse("controller.start_s", "is out of range")
    }
    var settings = Senpai.Settings()
    settings.minSize = law.minSize
    settings.maxSize = law.maxSize
    settings.interval = law.interval
    settings.pressure = law.pressure
    settings.maxProbe = law.maxProbe
    settings.maxBackoff = law.maxBackoff
    settings.probeCoefficient = law.probeCoefficient
    settings.backoffCoefficient = law.backoffCoefficient
    if let wrong = settings.wrongArgument {
      throw refuse("controller.\(wrong)", "is out of range")
    }
    // What the recorded program was given is clipped to the guest's memory.
    if drive == .balloon {
      settings.maxSize = min(settings.maxSize, Int64(guest.description.totalRAM) << 12)
    }
    for column in ["t", "limit_pages"] where guest.control?[column] == nil {
      throw refuse("\(guest.description.id).control.csv", "no column \"\(column)\"")
    }
    loop = Loop(settings: settings, drive: drive, start: law.start)
  }

  /// By how much a column rose from the first sample to the last; nil: there is no such column.
  func growth(_ column: String) -> Double? {
    guest.series[column].map { ($0.last ?? 0) - ($0.first ?? 0) }
  }

  /// The share of the time that the guest's processor waited for the host's, as far as it is known.
  var hostWaitShare: Double? {
    guard let waited = growth("host_vcpu_wait_us"), let time = growth("host_t"), time > 0 else {
      return nil
    }
    return waited / 1e6 / time
  }
}
