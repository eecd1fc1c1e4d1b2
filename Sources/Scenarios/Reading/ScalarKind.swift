internal import Text
internal import Traces
internal import Units

/// A kind of text in a scenario: what is expected, and how it becomes a value.
struct ScalarKind<Value> {
  /// How a text reads.
  enum Reading {
    case value(Value)
    /// Not of this kind.
    case unexpected
    /// Of this kind, but not acceptable: the whole sentence.
    case refused(String)
  }

  /// What is expected, such as "a size such as 512MiB".
  var expected: String
  /// Whether a text in quotes will do; a number in quotes is a text.
  var allowsQuotes = false
  /// How a text reads.
  var read: (String) -> Reading

  /// The value of `node`, or the problem with it.
  func value(of node: SourceNode) -> Result<Value, Wrong> {
    if case .scalar(let text, let isQuoted) = node.content, isQuoted ? allowsQuotes : !text.isEmpty
    {
      switch read(text) {
      case .value(let value): return .success(value)
      case .refused(let message): return .failure(Wrong(message: message))
      case .unexpected: break
      }
    }
    return .failure(Wrong(message: "expected \(expected), found \(node.found)"))
  }

  /// The same kind with its value turned into another.
  func map<Other>(_ transform: @escaping (Value) -> Other) -> ScalarKind<Other> {
    ScalarKind<Other>(expected: expected, allowsQuotes: allowsQuotes) { text in
      switch read(text) {
      case .value(let value): .value(transform(value))
      case .unexpected: .unexpected
      case .refused(let message): .refused(message)
      }
    }
  }

  /// What is wrong with a value.
  struct Wrong: Error {
    var message: String
  }
}

extension ScalarKind {
  /// A value of `read` within `range`, written by `text` in a message.
  fileprivate static func ranged(
    _ range: ClosedRange<Value>, _ expected: String, text: @escaping (Value) -> String,
    read: @escaping (String) -> Value?
  ) -> ScalarKind where Value: Comparable {
    ScalarKind(expected: expected) { written in
      guard let value = read(written) else { return .unexpected }
      if range.contains(value) { return .value(value) }
      let bounds = "\(text(range.lowerBound)) to \(text(range.upperBound))"
      return .refused("\(quoted(written)) is out of range, which is \(bounds)")
    }
  }
}

extension ScalarKind where Value == Int {
  /// A whole number in decimal digits: no octal, no hexadecimal, no base 60, no exponent.
  static func count(_ range: ClosedRange<Int>) -> ScalarKind {
    ranged(range, "a whole number", text: { "\($0)" }, read: wholeNumber)
  }
}

extension ScalarKind where Value == Int64 {
  /// As for `Int`.
  static func count(_ range: ClosedRange<Int64>) -> ScalarKind {
    ranged(range, "a whole number", text: { "\($0)" }, read: wholeNumber)
  }

  /// A decimal number with at most six places, in millionths.
  static func millionths(_ range: ClosedRange<Int64>) -> ScalarKind {
    ranged(
      range, "a number with at most six decimals, such as 0.05", text: decimalText,
      read: decimalMillionths)
  }

  /// A share from 0 to 1, in millionths.
  static var share: ScalarKind { millionths(0...1_000_000) }

  /// Bytes a second: `450MB/s` counts in thousands, `450MiB/s` in powers of 1,024.
  static var bandwidth: ScalarKind {
    ranged(
      1_000...1_000_000_000_000, "a bandwidth such as 450MB/s", text: bandwidthText,
      read: { text in
        for (unit, factor) in bandwidthUnits where text.hasSuffix(unit) {
          guard let ppm = decimalMillionths(String(text.dropLast(unit.count))) else { continue }
          let product = ppm.multipliedReportingOverflow(by: factor)
          return product.overflow ? .max : product.partialValue / 1_000_000
        }
        return nil
      })
  }
}

extension ScalarKind where Value == UInt64 {
  /// A random seed: any 64-bit number.
  static var seed: ScalarKind {
    ScalarKind(expected: "a whole number from 0 to 18446744073709551615") { text in
      wholeNumber(text).map { .value($0) } ?? .unexpected
    }
  }
}

extension ScalarKind where Value == Bool {
  /// `true` or `false`, and nothing else.
  static var boolean: ScalarKind {
    ScalarKind(expected: "true or false") { text in
      Bool(text).map { .value($0) } ?? .unexpected
    }
  }
}

extension ScalarKind where Value == String {
  /// Any text; at most 64 KiB.
  static var text: ScalarKind {
    ScalarKind(expected: "a text", allowsQuotes: true) {
      $0.utf8.count <= 65_536 ? .value($0) : .refused("longer than 65536 bytes")
    }
  }

  /// A name of a guest, a disk or a stream.
  static var name: ScalarKind {
    let expected = "a name of a letter and then letters, digits, _ or -"
    return ScalarKind(expected: expected, allowsQuotes: true) {
      isName($0) ? .value($0) : .unexpected
    }
  }

  /// What is written into a sysfs file: any text, kept as it is.
  static var sysfsText: ScalarKind {
    ScalarKind(expected: "what is written into the file", allowsQuotes: true) {
      $0.utf8.count <= 4_096 ? .value($0) : .refused("longer than a page")
    }
  }

  /// The name of a format of traces.
  static var traceFormat: ScalarKind {
    ScalarKind(expected: "a format of `balloonsim trace formats`", allowsQuotes: true) { text in
      TraceFormat.all.contains { $0.name == text } ? .value(text) : .unexpected
    }
  }

  /// The path of a file.
  static var path: ScalarKind {
    ScalarKind(expected: "the path of a file", allowsQuotes: true) {
      $0.isEmpty || $0.utf8.contains(0) ? .unexpected : .value($0)
    }
  }
}

extension ScalarKind where Value == PageCount {
  /// A size such as `512MiB`.
  static func size(_ range: ClosedRange<PageCount>) -> ScalarKind {
    let expected =
      "a size such as 512MiB, 4GiB or 1000p (KiB, MiB, GiB, TiB or p for pages of 4 KiB)"
    return ranged(range, expected, text: \.text) { PageCount($0) }
  }
}

extension ScalarKind where Value == SimDuration {
  /// A length of time such as `5s`.
  static func time(_ range: ClosedRange<SimDuration>) -> ScalarKind {
    ranged(range, "a time such as 90us, 5s, 10min or 24h", text: \.text) { SimDuration($0) }
  }
}

extension ScalarKind where Value == Rate {
  /// A rate such as `4000/s` or `1/10min`.
  static var rate: ScalarKind {
    ScalarKind(expected: "a rate such as 4000/s or 1/10min") { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let count: Int64 = wholeNumber(String(parts[0])) else {
        return .unexpected
      }
      let span = parts[1].first?.isNumber == true ? String(parts[1]) : "1" + parts[1]
      guard let per = SimDuration(span) else { return .unexpected }
      guard count >= 1, count <= per.nanoseconds, per <= .seconds(3_600) else {
        return .refused("\(quoted(text)) is out of range, which is 1/h to 1000000000/s")
      }
      return .value(Rate(count: count, per: per))
    }
  }
}

extension ScalarKind where Value: CaseIterable & RawRepresentable<String> & Sendable {
  /// One of the words of an enum.
  static var choice: ScalarKind {
    let words = Value.allCases.map(\.rawValue)
    let list = words.joined(separator: ", ")
    return ScalarKind(expected: "one of " + list, allowsQuotes: true) { text in
      if let value = Value(rawValue: text) { return .value(value) }
      guard let near = nearestWord(to: text, among: words) else { return .unexpected }
      return .refused("expected one of \(list), found \(quoted(text)); did you mean '\(near)'?")
    }
  }
}
