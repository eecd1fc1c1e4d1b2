internal import Units

/// What elementary operations took in recorded whole guests: that from which `RecordedGuestCosts` was calibrated.
public struct RecordedTimes: Sendable {
  /// An elementary operation.
  public enum Operation: String, CaseIterable, Sendable {
    case randomRead = "random read"
    case sequentialRead = "sequential read"
    case fileHit = "file hit"
    case firstTouch = "first touch"
    case unmapPage = "unmap"
    case idleBalloonOut = "balloon out, idle"
    case busyBalloonOut = "balloon out, busy"
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
    case .idleBalloonOut: RecordedGuestCosts.idleBalloonOut.nanoseconds
    case .busyBalloonOut: RecordedGuestCosts.busyBalloonOut.nanoseconds
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
    for (operation, seconds, pages) in Self.balloonMoves(recording) {
      note(operation, seconds, by: pages)
    }
    self.samples = samples
  }

  /// How long the balloon took for how many pages.
  ///
  /// Samples that are close show it in between; of others only the first after a large step of the controller can,
  /// and a step that was over by then counts as if it had taken all that time.
  private static func balloonMoves(
    _ recording: GuestRecording
  ) -> [(operation: Operation, seconds: Double, pages: Int)] {
    guard let times = recording.series["t"], let ram = recording.series["MemTotal"] else {
      return []
    }
    if recording.description.configuration.sample < 1 {
      return ram.indices.dropFirst().dropLast(2).compactMap { index in
        let moved = ram[index + 1] - ram[index]
        let isUnderWay =
          (ram[index] - ram[index - 1]) * moved > 0 && (ram[index + 2] - ram[index + 1]) * moved > 0
        return isUnderWay
          ? (
            moved < 0 ? .idleBalloonOut : .balloonIn, times[index + 1] - times[index],
            Int(abs(moved))
          ) : nil
      }
    }
    guard let control = recording.control, let actions = control["t"], let current = control["cur"],
      let target = control["tgt"]
    else { return [] }
    return actions.indices.compactMap { action in
      guard current[action] - target[action] >= leastMove,
        let sample = times.firstIndex(where: { $0 > actions[action] + 0.5 })
      else { return nil }
      return (
        .busyBalloonOut, times[sample] - actions[action], Int(current[action] - ram[sample])
      )
    }
  }

  /// Steps of the controller from which the balloon's speed is taken, in pages.
  private static let leastMove = 20_000.0
}
