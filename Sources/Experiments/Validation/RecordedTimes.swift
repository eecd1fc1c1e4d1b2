internal import SimulationEngine

/// What elementary operations took in recorded whole guests: that from which `RecordedGuestCosts` was calibrated.
public struct RecordedTimes: Sendable {
  /// An elementary operation.
  public enum Operation: String, CaseIterable, Sendable {
    case randomRead = "random read"
    case sequentialRead = "sequential read"
    case fileHit = "file hit"
    case firstTouch = "first touch"
    case unmapPage = "unmap"
    case balloonOut = "balloon out"
    case balloonIn = "balloon in"
  }

  /// The mean time of each in each script line or balloon step that shows it, in ns.
  private let samples: [Operation: [Double]]

  /// The median of the means of some recordings, in ns; nothing if none of them shows the operation.
  public static func median(of operation: Operation, in recordings: [RecordedTimes]) -> Double? {
    let all = recordings.flatMap { $0.samples[operation] ?? [] }.sorted()
    return all.isEmpty ? nil : (all[(all.count - 1) / 2] + all[all.count / 2]) / 2
  }

  /// What the simulation takes for it, in ns.
  public static func used(for operation: Operation) -> Int64 {
    switch operation {
    case .randomRead: RecordedGuestCosts.randomRead.nanoseconds
    case .sequentialRead: RecordedGuestCosts.sequentialRead.nanoseconds
    case .fileHit: RecordedGuestCosts.fileHit.nanoseconds
    case .firstTouch: RecordedGuestCosts.firstTouch.nanoseconds
    case .unmapPage: RecordedGuestCosts.unmapPage.nanoseconds
    case .balloonOut: RecordedGuestCosts.balloonOut.nanoseconds
    case .balloonIn: RecordedGuestCosts.balloonIn.nanoseconds
    }
  }

  /// The times of a recording. Lines with fewer than a hundred of an operation say nothing of it.
  init(_ recording: GuestRecording) {
    var samples: [Operation: [Double]] = [:]
    func note(_ operation: Operation, _ seconds: Double, by count: Int) {
      if count >= 100 { samples[operation, default: []].append(seconds / Double(count) * 1e9) }
    }
    var sizes: [Substring: Int] = [:]
    for operation in recording.description.operations {
      let words = recording.description.script[operation.line].split(separator: " ")
      switch words[2] {
      case "fzipf":
        note(.randomRead, operation.missSeconds, by: operation.misses)
        note(.fileHit, operation.hitSeconds, by: operation.accesses - operation.misses)
      case "fscan": note(.sequentialRead, operation.missSeconds, by: operation.misses)
      case "touch" where words.last == "0" && operation.majorFaults == 0:
        note(.firstTouch, operation.end - operation.start, by: Int(words[5]) ?? 0)
      case "alloc": sizes[words[3]] = Int(words[4])
      case "free":
        note(.unmapPage, operation.end - operation.start, by: sizes[words[3]] ?? 0)
      default: break
      }
    }
    if let times = recording.series["t"], let ram = recording.series["MemTotal"],
      recording.description.configuration.sample < 1
    {
      // Samples between which the balloon moved all the time.
      let moves = zip(ram.indices.dropFirst(), ram.indices.dropFirst(2)).filter { index, next in
        (ram[index] - ram[index - 1]) * (ram[next] - ram[index]) > 0
      }
      for (index, next) in moves where next < ram.count - 1 && ram[next + 1] != ram[next] {
        let pages = Int(ram[next] - ram[index])
        note(
          pages < 0 ? .balloonOut : .balloonIn, times[next] - times[index], by: abs(pages))
      }
    }
    self.samples = samples
  }
}
