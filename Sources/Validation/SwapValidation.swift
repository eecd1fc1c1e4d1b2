internal import MemoryModel
internal import Simulation
private import Statistics

/// The guest's anonymous memory and swap beside what a real kernel did with the same accesses.
///
/// The recordings are of a control group with swap in RAM under Linux 6.18: what it may hold is its limit less its page
/// tables and some kernel memory, and reclaim knows the sizes of its lists only as of the last sample.
public struct SwapValidation: Sendable {
  /// The recording's name and group.
  public let id: String, group: String
  /// Whether the accesses drawn are the recorded ones; nil for a whole guest, whose recording has no hash.
  public let isTraceEqual: Bool?
  /// Pages in swap, the mean over the samples after warm-up.
  public let swapped: RecordedFigure
  /// Pages swapped in and out after warm-up.
  public let swapIns: RecordedFigure, swapOuts: RecordedFigure
  /// Refaults that went straight to the active list, and activations by reclaim, after warm-up.
  public let refaultActivations: RecordedFigure, activations: RecordedFigure
  /// The mean size of the active list after warm-up.
  public let meanActive: RecordedFigure
  /// The most by which the predicted swap in use changed while nothing was accessed, in pages.
  public let idleChange: Int
  /// Swap in use at the end of each idle segment, and of each that reads everything back.
  public let idles: [RecordedFigure], brings: [RecordedFigure]
  /// Whether memory ran out in the simulator, so that the process was killed.
  public let isKilled: Bool

  /// Swapped pages (after idle segments too) and swap-ins within 3%, swap-outs within 5%; idle swap flat; `brings` exact.
  public var ok: Bool {
    isTraceEqual != false && !isKilled && swapped.relativeError <= 0.03
      && swapIns.relativeError <= 0.03
      && swapOuts.relativeError <= 0.05 && idleChange == 0
      && idles.allSatisfy { $0.relativeError <= 0.03 }
      && brings.allSatisfy { $0.real == $0.predicted }
  }

  /// Replays the recording in `path`.
  ///
  /// - Throws: `UnreadableFile` or `RecordedFileError`.
  public init(path: String) throws {
    if let guest = try GuestRecording(ifGuestIn: path) {
      try self.init(guest)
      return
    }
    let recording = try decodedRecording(SwapRecording.self, path: path)
    if let fault = recording.fault {
      throw RecordedFileError.malformed(
        file: path, place: "workload.\(fault)", what: "is out of range")
    }
    self.init(recording)
  }

  /// Simulates a whole guest with anonymous memory and swap; its figures are of the whole run.
  private init(_ recording: GuestRecording) throws {
    let replay = try GuestReplay(recording)
    id = recording.description.id
    group = "guest"
    isTraceEqual = nil
    swapped = RecordedFigure(
      real: (recording.swapUsed ?? []).mean, predicted: replay.swapUsed.mean)
    swapIns = recording.growth("pswpin", predicted: replay.growth(.pswpin, .frontswapLoads))
    swapOuts = recording.growth("pswpout", predicted: replay.growth(.pswpout, .frontswapStores))
    refaultActivations = recording.growth(
      "workingset_activate_anon", predicted: replay.anonRefaultActivations)
    activations = recording.growth("pgactivate", predicted: replay.growth(.pgactivate))
    meanActive = RecordedFigure(
      real: (recording.series["Active(anon)"] ?? []).mean, predicted: replay.activeAnon.mean)
    idleChange = 0
    isKilled = replay.isKilled
    idles = []
    brings = []
  }

  /// Replays a recording through a control group of the guest kernel's anonymous memory.
  init(_ recording: SwapRecording) {
    var replay = SwapReplay(recording)
    replay.run()
    let real = recording.afterWarmup
    let window = replay.window
    let samples = Double(max(window.samples, 1))
    id = recording.id
    group = recording.group
    isTraceEqual = replay.hash.text == recording.traceHash
    swapped = RecordedFigure(
      real: real.meanSwapped, predicted: Double(window.swappedSum) / samples)
    swapIns = RecordedFigure(real: Double(real.swapIns), predicted: Double(window.swapIns))
    swapOuts = RecordedFigure(real: Double(real.swapOuts), predicted: Double(window.swapOuts))
    refaultActivations = RecordedFigure(
      real: Double(real.refaultActivations), predicted: Double(window.refaultActivations))
    activations = RecordedFigure(
      real: Double(real.activations), predicted: Double(window.activations))
    meanActive = RecordedFigure(
      real: real.meanActive, predicted: Double(window.activeSum) / samples)
    idleChange = replay.idleChange
    isKilled = replay.isKilled
    let ends = replay.segmentEnds
    func figures(of kind: String) -> [RecordedFigure] {
      recording.segmentEnds.compactMap { end in
        guard ends.indices.contains(end.segment),
          recording.workload.segments[end.segment].kind == kind
        else { return nil }
        return RecordedFigure(
          real: Double(end.swapped), predicted: Double(ends[end.segment]))
      }
    }
    idles = figures(of: "idle")
    brings = figures(of: "bring")
  }
}
