import Experiments
import Foundation
import Recording
import SimulationEngine
import Synchronization

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

/// Passes what a run reports on to its recorder, draws the progress bar and notices Ctrl-C.
final class RunMonitor: RunObserver {
  private let recorder: RunRecorder?
  private let title: String
  private let end: SimTime
  private let drawsBar: Bool
  private let start = ContinuousClock.now
  private var lastDrawn = ContinuousClock.now
  private var isDrawn = false

  /// A monitor of a run that is expected to end at `end`; without a recorder nothing is kept.
  init(recorder: RunRecorder?, title: String, end: SimTime, drawsBar: Bool) {
    self.recorder = recorder
    self.title = title
    self.end = end
    self.drawsBar = drawsBar
  }

  func wantsTick(at time: SimTime) throws -> Bool {
    if wasInterrupted { throw Interrupted() }
    if drawsBar { draw(time) }
    return recorder?.wantsTick(at: time) ?? false
  }

  func tick(
    guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>
  ) throws { try recorder?.tick(guest: guest, tick: tick, time: time, values: values) }

  func hostTick(tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) throws {
    try recorder?.hostTick(tick: tick, time: time, values: values)
  }

  func worker(_ record: WorkerRecord) throws { try recorder?.worker(record) }

  func event(_ record: EventRecord) throws { try recorder?.event(record) }

  /// Draws the bar, at most five times a second and not in the first.
  private func draw(_ time: SimTime) {
    let now = ContinuousClock.now
    let passed = now - start
    guard passed >= .seconds(1), now - lastDrawn >= .milliseconds(200) else { return }
    lastDrawn = now
    isDrawn = true
    let wall = Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18
    let simulated = Double(time.nanoseconds) / 1e9
    let share = end > .zero ? min(Double(time.nanoseconds) / Double(end.nanoseconds), 1) : 0
    let filled = Int(share * 24)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
    let left = share > 0 ? Int(wall / share - wall) : 0
    let line =
      "\(title) [\(bar)] \(Int(share * 100))%  \(Int(simulated)) s simulated, "
      + "\(Int(simulated / wall)) s/s, \(left) s left"
    // A line that is broken could not be overwritten.
    let width = Terminal.width(of: STDERR_FILENO) ?? 80
    note("\r\(line.prefix(width - 1))\u{1B}[K", terminator: "")
  }

  /// Removes the bar.
  func clear() {
    if isDrawn { note("\r\u{1B}[K", terminator: "") }
  }
}
