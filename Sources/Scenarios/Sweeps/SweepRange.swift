import Foundation
import Text
import Units

/// A range of values of a parameter: `1..64`, `1..64 step 4`, `1s..1min log 7`.
///
/// Its values are whole numbers of the smallest unit that the range was written with, or of a fine part of it where
/// something was written with decimals.
struct SweepRange: Sendable {
  /// How values lie between the ends.
  enum Spacing: Sendable {
    /// Anywhere.
    case even
    /// At equal distances from the lower end on.
    case step(Int64)
    /// So many at equal ratios, both ends included.
    case logarithmic(count: Int)
    /// Anywhere, as likely in every octave.
    case logarithmicEven
  }

  /// A range that cannot be understood: a sentence.
  struct Fault: Error {
    var message: String
  }

  let lower: Quantity
  let upper: Quantity
  let spacing: Spacing
  /// Every value is a multiple of it.
  let grain: Int64

  /// The most values that a range may stand for.
  static let countLimit = 100_000

  /// Whether a text is meant as a range: it begins with a number and two dots.
  static func isMeant(by text: String) -> Bool {
    guard let dots = text.firstRange(of: ".."), let first = text.first else { return false }
    return (first.isNumber || first == "-") && !text[..<dots.lowerBound].contains(",")
  }

  /// Reads `LOWER..UPPER`, `LOWER..UPPER step STEP`, `LOWER..UPPER log` or `LOWER..UPPER log COUNT`.
  init(_ text: String) throws(Fault) {
    let form = "expected a range such as 1..64, '1..64 step 4' or '1s..1min log 7'"
    guard let dots = text.firstRange(of: "..") else { throw Fault(message: form) }
    let words = text[dots.upperBound...].split(separator: " ").map(String.init)
    let start = text[..<dots.lowerBound].trimmingCharacters(in: .whitespaces)
    guard let upperText = words.first, words.count <= 3 else { throw Fault(message: form) }
    lower = try Self.quantity(start)
    upper = try Self.quantity(upperText)
    guard lower.kind == upper.kind else {
      throw Fault(
        message: "\(start) is \(lower.kind.rawValue) and \(upperText) is \(upper.kind.rawValue)")
    }
    guard lower.count < upper.count else {
      throw Fault(message: "a range goes up, but \(upperText) is not more than \(start)")
    }
    guard !upper.count.subtractingReportingOverflow(lower.count).overflow else {
      throw Fault(message: "\(quoted(text)) is too wide")
    }
    var parts = [lower, upper]
    switch (words.dropFirst().first, words.dropFirst(2).first) {
    case (nil, _): spacing = .even
    case ("step", let word?):
      let step = try Self.quantity(word)
      guard step.kind == lower.kind, step.count > 0 else {
        throw Fault(message: "a step is \(lower.kind.rawValue) above zero, not \(word)")
      }
      guard (upper.count - lower.count) / step.count < Int64(Self.countLimit) else {
        throw Fault(message: "\(quoted(text)) has more than \(Self.countLimit) values")
      }
      spacing = .step(step.count)
      parts.append(step)
    case ("log", let word):
      guard lower.count > 0 else {
        throw Fault(message: "a geometric range begins above zero, not at \(start)")
      }
      if let word {
        guard let count = Int(word), (2...Self.countLimit).contains(count) else {
          throw Fault(message: "'log' takes how many values, 2 to \(Self.countLimit), not \(word)")
        }
        spacing = .logarithmic(count: count)
      } else {
        spacing = .logarithmicEven
      }
    default: throw Fault(message: form)
    }
    grain = parts.reduce(0) { Self.greatestDivisor($0, Self.greatestDivisor($1.grain, $1.count)) }
  }

  private static func quantity(_ text: String) throws(Fault) -> Quantity {
    if let quantity = Quantity(text) { return quantity }
    if Quantity.isTooLarge(text) {
      throw Fault(message: "\(quoted(text)) is too large: a range counts up to 1000000000000")
    }
    throw Fault(
      message:
        "expected a number, a time, a size, a rate or a bandwidth for the end of a range, found \(quoted(text))"
    )
  }

  /// Of a grain and zero it is the grain: zero is a multiple of everything.
  private static func greatestDivisor(_ first: Int64, _ second: Int64) -> Int64 {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return a == .min ? .max : abs(a)
  }

  /// The values that the range stands for in a grid, rising; nothing if there is no end of them.
  var levels: [String]? {
    switch spacing {
    case .step(let step):
      return stride(from: lower.count, through: upper.count, by: Int(step)).map(text)
    case .logarithmic(let count):
      var counts: [Int64] = []
      for index in 0..<count {
        let value = logarithmic(Double(index) / Double(count - 1))
        if counts.last != value { counts.append(value) }
      }
      return counts.map(text)
    case .even:
      guard (upper.count - lower.count) / grain < 1_000, !lower.hasDecimals, !upper.hasDecimals
      else { return nil }
      return stride(from: lower.count, through: upper.count, by: Int(grain)).map(text)
    case .logarithmicEven: return nil
    }
  }

  /// The value at a place of the unit interval, 0 <= `place` < 1; nothing if the range has levels only.
  func value(at place: Double) -> String? {
    switch spacing {
    case .step, .logarithmic: return nil
    case .even:
      let steps = (upper.count - lower.count) / grain + 1
      return text(lower.count + min(Int64(place * Double(steps)), steps - 1) * grain)
    case .logarithmicEven: return text(logarithmic(place))
    }
  }

  /// The multiple of the grain at a place between the ends on a logarithmic scale.
  private func logarithmic(_ place: Double) -> Int64 {
    let (low, high) = (Double(lower.count), Double(upper.count))
    let value = low * exp(place * log(high / low))
    let rounded = Int64((value / Double(grain)).rounded()) * grain
    return min(max(rounded, lower.count), upper.count)
  }

  private func text(_ count: Int64) -> String { lower.with(count: count).text }
}
