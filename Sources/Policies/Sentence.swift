/// A sentence whose numbers are still numbers, so that a terminal, a page and JSON write them each in their own way.
///
/// Written as a string literal: `"The goal is \(goal, .amount)."`
public struct Sentence: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// What a number in a sentence counts.
  public enum Kind: String, Sendable {
    /// Pages in words: in MiB, with the pages beside it. Without a sign.
    case amount
    /// Pages as a bare number. Without a sign.
    case pages
    /// Bytes in words, with a sign.
    case bytes
    /// Anything counted, with a sign.
    case count
  }

  /// A piece of a sentence.
  public enum Part: Hashable, Sendable {
    case text(String)
    case number(Int64, Kind)
  }

  /// The pieces in order.
  public var parts: [Part]

  /// Pieces as they are.
  public init(_ parts: [Part]) { self.parts = parts }

  /// A text without numbers.
  public init(stringLiteral text: String) { parts = [.text(text)] }

  /// A literal with numbers in it.
  public init(stringInterpolation: Interpolation) { parts = stringInterpolation.parts }

  /// Builds a sentence from a literal.
  public struct Interpolation: StringInterpolationProtocol {
    var parts: [Part] = []

    /// Room for a literal.
    public init(literalCapacity: Int, interpolationCount: Int) {
      parts.reserveCapacity(2 * interpolationCount + 1)
    }

    /// A piece of text.
    public mutating func appendLiteral(_ text: String) {
      if !text.isEmpty { parts.append(.text(text)) }
    }

    /// A word from elsewhere.
    public mutating func appendInterpolation(_ text: String) { appendLiteral(text) }

    /// A sentence in a sentence.
    public mutating func appendInterpolation(_ sentence: Sentence) { parts += sentence.parts }

    /// A number.
    public mutating func appendInterpolation(_ number: Int64, _ kind: Kind) {
      parts.append(.number(number, kind))
    }
  }

  /// Two sentences as one, without anything between them.
  public static func + (first: Sentence, second: Sentence) -> Sentence {
    Sentence(first.parts + second.parts)
  }

  /// The sentence with each number written by `write`.
  public func text(_ write: (Int64, Kind) -> String) -> String {
    parts.reduce(into: "") { text, part in
      switch part {
      case .text(let words): text += words
      case .number(let number, let kind): text += write(number, kind)
      }
    }
  }
}
