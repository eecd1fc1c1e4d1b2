import Foundation
import Recording

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
    let filled = done * 24 / total
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
    let rate = Double(done) / passed
    let left = rate > 0 ? "\(Int((Double(total - done) / rate).rounded(.up))) s left" : "- s left"
    let line =
      "[\(bar)] \(done)/\(total)  \(rate.formatted(.number.precision(.fractionLength(1)))) runs/s, \(left); "
      + "\(reused) reused, \(progress.faults.count) failed"
    let width = Terminal.width(of: STDERR_FILENO) ?? 80
    note("\r\(line.prefix(width - 1))\u{1B}[K", terminator: "")
  }

  /// Removes the bar.
  func clear() {
    if hasDrawn { note("\r\u{1B}[K", terminator: "") }
    hasDrawn = false
  }
}
