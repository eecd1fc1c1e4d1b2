import Foundation
import Recording
import Text

/// The progress of a sweep on standard error: rate, remaining time, runs finished, reused and failed.
final class SweepBar {
  private let total: Int
  private let reused: Int
  private let isDrawn: Bool
  private let start = ContinuousClock.now
  private var hasDrawn = false

  /// A bar for `total` runs that are to be made.
  init(total: Int, reused: Int, isDrawn: Bool) {
    self.total = total
    self.reused = reused
    self.isDrawn = isDrawn
  }

  /// Draws the bar; not in the first second.
  func draw(_ progress: SweepExecution.Progress) {
    let passed = (ContinuousClock.now - start) / .seconds(1)
    guard isDrawn, passed >= 1, total > 0 else { return }
    hasDrawn = true
    let done = progress.finished + progress.faults.count
    let rate = Double(done) / passed
    let left = rate > 0 ? "\(Int((Double(total - done) / rate).rounded(.up))) s left" : "- s left"
    let pace = rate.formatted(.number.precision(.fractionLength(1)))
    let failed = progress.faults.count
    let width = (Terminal.width(of: STDERR_FILENO) ?? 80) - 1
    // The figures come before the bar where there is no room for both, and then before their words.
    let texts = [
      "\(done)/\(total)  \(pace) runs/s, \(left); \(reused) reused, \(failed) failed",
      "\(done)/\(total) \(pace)/s \(left) \(reused) reused \(failed) failed",
    ]
    let text = texts.first { $0.count <= width } ?? texts[1]
    let cells = min(24, width - text.count - 3)
    var line = text
    if cells >= 4 {
      line = "\(bar(Double(done) / Double(total), cells: cells)) \(text)"
    }
    Terminal.redraw(String(line.prefix(width)))
  }

  /// Removes the bar.
  func clear() {
    if hasDrawn { Terminal.redraw("") }
    hasDrawn = false
  }
}
