import Foundation
import Text
import Units

/// How far a run has come, as a line that is drawn over itself on a terminal.
struct ProgressLine {
  /// What stands in front: the scenario, or the run.
  var title: String
  /// Simulated time.
  var time: SimTime
  /// Pages that the guests have.
  var guestPages: Int64?
  /// Simulated seconds in a second; nothing while nothing has passed.
  var speed: Double?
  /// When the run is expected to end.
  var end: SimTime?

  /// A share from 0 to 1, where the end is known.
  var share: Double? {
    guard let end, end > .zero else { return nil }
    return min(Double(time.nanoseconds) / Double(end.nanoseconds), 1)
  }

  /// Time, memory, speed and what is left, as in `120 s simulated, 2,153.7 MiB in guests, 340 s/s, 3 s left`.
  var facts: String { facts(isShort: false).joined(separator: ", ") }

  private func facts(isShort: Bool) -> [String] {
    let seconds = time.seconds
    var facts = ["\(Self.whole(seconds.rounded(.down))) s" + (isShort ? "" : " simulated")]
    if let guestPages {
      facts.append(
        UnitScale.text(Double(guestPages), unit: "pages") + (isShort ? "" : " in guests"))
    }
    if let speed, speed > 0 {
      facts.append("\(Self.whole(speed.rounded())) s/s")
      if let end, end > time {
        let left = (end - time).seconds / speed
        facts.append("\(Self.whole(left.rounded(.up))) s left")
      }
    }
    return facts
  }

  private static func whole(_ number: Double) -> String {
    UnitScale(unit: "count", largest: 0).text(number)
  }

  /// The line with as long a bar as there is room for, shorter than `width` so that it stays one line.
  ///
  /// Where there is little room it has shorter words, then fewer facts.
  func text(width: Int) -> String {
    let percent = share.map { "\(Int($0 * 100))%  " } ?? " "
    func line(_ start: String, _ facts: [String]) -> String {
      "\(title) \(start)\(percent)\(facts.joined(separator: ", "))"
    }
    let full = facts(isShort: false)
    let room = min(width - line("", full).count - 4, 24)
    if let share, room >= 5 {
      return line(bar(share, cells: room) + " ", full)
    }
    if line("", full).count < width { return line("", full) }
    var short = facts(isShort: true)
    while short.count > 1, line("", short).count >= width { short.removeLast() }
    return String(line("", short).prefix(width - 1))
  }

  /// Draws the line over the last one on standard error.
  func draw() {
    Terminal.redraw(text(width: Terminal.width(of: STDERR_FILENO) ?? 80))
  }

  /// Removes the line.
  static func clear() { Terminal.redraw("") }
}
