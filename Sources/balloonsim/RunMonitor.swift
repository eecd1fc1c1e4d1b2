import Foundation
import Recording
import Simulation
import Synchronization
import Units

/// The run was stopped from outside (Ctrl-C or SIGTERM).
struct Interrupted: Error {}

/// Whether Ctrl-C was pressed.
private let isInterrupted = Atomic<Bool>(false)

/// Whether the program was asked to stop.
var wasInterrupted: Bool { isInterrupted.load(ordering: .relaxed) }

/// Lets Ctrl-C and SIGTERM end the run in order, at its next tick; a second one ends the program at once.
///
/// Who started the program may have blocked the signals, as the threads of a Swift program do.
func catchInterrupts() {
  var signals = sigset_t()
  sigemptyset(&signals)
  for number in [SIGINT, SIGTERM] {
    sigaddset(&signals, number)
    signal(number) { number in
      isInterrupted.store(true, ordering: .relaxed)
      signal(number, SIG_DFL)
    }
  }
  pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}

/// Passes what a run reports on to its recorder, draws how far it is and notices Ctrl-C.
final class RunMonitor: RunObserver {
  /// What keeps the run; nil: nothing does.
  var recorder: RunRecorder?
  private let drawsLine: Bool
  private let start = ContinuousClock.now
  private var lastDrawn = ContinuousClock.now
  private var isDrawn = false
  private var line: ProgressLine
  /// Kernels that stopped and writes to the driver, the first of them.
  private(set) var remarkable: [EventRecord] = []
  private static let remarkableLimit = 1_000
  /// Whether the tick at hand is for the recorder, and whether it is for the line.
  private var isWanted = (byRecorder: false, byLine: false)

  /// A monitor of a run that is expected to end at `end`; without a recorder nothing is kept.
  init(recorder: RunRecorder? = nil, title: String, end: SimTime, drawsLine: Bool) {
    self.recorder = recorder
    self.drawsLine = drawsLine
    line = ProgressLine(title: title, time: .zero, end: end)
  }

  func wantsTick(at time: SimTime) throws -> Bool {
    if wasInterrupted { throw Interrupted() }
    isWanted = (recorder?.wantsTick(at: time) ?? false, drawsLine && isDue)
    return isWanted.byRecorder || isWanted.byLine
  }

  func tick(
    guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>
  ) throws {
    if isWanted.byRecorder {
      try recorder?.tick(guest: guest, tick: tick, time: time, values: values)
    }
  }

  func hostTick(tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) throws {
    if isWanted.byLine { draw(time, values[HostTickColumn.guestsPages.rawValue]) }
    if isWanted.byRecorder { try recorder?.hostTick(tick: tick, time: time, values: values) }
  }

  func decision(_ record: DecisionRecord) throws { try recorder?.decision(record) }

  func event(_ record: EventRecord) throws {
    if [.kernelOops, .sysfsWrite].contains(record.kind), remarkable.count < Self.remarkableLimit {
      remarkable.append(record)
    }
    try recorder?.event(record)
  }

  /// At most five times a second and not in the first.
  private var isDue: Bool {
    let now = ContinuousClock.now
    return now - start >= .seconds(1) && now - lastDrawn >= .milliseconds(200)
  }

  private func draw(_ time: SimTime, _ guestPages: Int64) {
    lastDrawn = .now
    isDrawn = true
    line.time = time
    line.guestPages = guestPages
    line.speed = time.seconds / ((lastDrawn - start) / .seconds(1))
    line.draw()
  }

  /// Removes the line.
  func clear() {
    if isDrawn { ProgressLine.clear() }
  }
}
