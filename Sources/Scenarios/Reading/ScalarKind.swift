internal import Text
internal import Traces
internal import Units

/// A kind of text in a scenario: what is expected, how it becomes a value, and how a value is written.
struct ScalarKind<Value: Sendable>: Sendable {
  /// How a text reads.
  enum Reading: Sendable {
    case value(Value)
    /// Not of this kind.
    case unexpected
    /// Of this kind, but not acceptable: the whole sentence.
    case refused(String)
  }

  /// What is expected, such as "a size such as 512MiB".
  var expected: String
  /// The kind in the tables of `Docs/scenarios.md`, such as "0 to 100".
  var type: String
  /// Whether a text in quotes will do; a number in quotes is a text.
  var allowsQuotes = false
  /// A word that stands for a value of its own, in quotes or not.
  var word: (text: String, value: Value)?
  /// How a text reads.
  var read: @Sendable (String) -> Reading
  /// How a value is written, so that it reads back.
  var write: @Sendable (Value) -> ParameterTree

  /// The value of `node`, or the problem with it.
  func value(of node: SourceNode) -> Result<Value, Wrong> {
    if let word, node.text == word.text { return .success(word.value) }
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

  /// The kind with its values turned into others, and back.
  func map<Other>(
    _ transform: @escaping @Sendable (Value) -> Other, back: @escaping @Sendable (Other) -> Value
  ) -> ScalarKind<Other> {
    let (read, write) = (read, write)
    return ScalarKind<Other>(
      expected: expected, type: type, allowsQuotes: allowsQuotes,
      word: word.map { ($0.text, transform($0.value)) },
      read: { text in
        switch read(text) {
        case .value(let value): .value(transform(value))
        case .unexpected: .unexpected
        case .refused(let message): .refused(message)
        }
      },
      write: { write(back($0)) })
  }

  /// The kind, or a word for one value.
  func or(_ word: String, as value: Value) -> ScalarKind where Value: Equatable {
    let write = write
    var kind = self
    kind.expected += ", or \(word)"
    kind.type += ", or `\(word)`"
    kind.word = (word, value)
    kind.write = { $0 == value ? .word(word) : write($0) }
    return kind
  }

  /// The kind, or a word for nil.
  func or(_ word: String) -> ScalarKind<Value?> {
    let (read, write) = (read, write)
    return ScalarKind<Value?>(
      expected: "\(expected), or \(word)", type: "\(type), or `\(word)`",
      allowsQuotes: allowsQuotes, word: (word, nil),
      read: { text in
        switch read(text) {
        case .value(let value): .value(value)
        case .unexpected: .unexpected
        case .refused(let message): .refused(message)
        }
      },
      write: { $0.map(write) ?? .word(word) })
  }

  /// The kind as a table of the page names it.
  func named(_ type: String) -> ScalarKind {
    var kind = self
    kind.type = type
    return kind
  }

  /// What is wrong with a value.
  struct Wrong: Error {
    var message: String
  }
}

extension ScalarKind {
  /// A value of `read` within `range`, written by `text` in a message.
  fileprivate static func ranged(
    _ range: ClosedRange<Value>, _ expected: String, type: String,
    text: @escaping @Sendable (Value) -> String, read: @escaping @Sendable (String) -> Value?,
    write: @escaping @Sendable (Value) -> ParameterTree
  ) -> ScalarKind where Value: Comparable {
    ScalarKind(
      expected: expected, type: type,
      read: { written in
        guard let value = read(written) else { return .unexpected }
        if range.contains(value) { return .value(value) }
        let bounds = "\(text(range.lowerBound)) to \(text(range.upperBound))"
        return .refused("\(quoted(written)) is out of range, which is \(bounds)")
      },
      write: write)
  }

  /// A whole number in decimal digits: no octal, no hexadecimal, no base 60, no exponent.
  static func count(_ range: ClosedRange<Value>) -> ScalarKind where Value: FixedWidthInteger {
    let type = "\(grouped(range.lowerBound)) to \(grouped(range.upperBound))"
    return ranged(
      range, "a whole number", type: type, text: { "\($0)" }, read: { wholeNumber($0) },
      write: { .number($0) })
  }

  /// One of a few whole numbers.
  static func oneOf(_ values: [Value]) -> ScalarKind where Value: FixedWidthInteger {
    let list = values.map { "\($0)" }
    return ScalarKind(
      expected: "one of " + list.joined(separator: ", "), type: list.joined(separator: ", "),
      read: { text in
        guard let value: Value = wholeNumber(text), values.contains(value) else {
          return .unexpected
        }
        return .value(value)
      }, write: { .number($0) })
  }

  /// A whole number for people: its thousands apart.
  private static func grouped(_ number: some BinaryInteger) -> String {
    var digits = Array("\(number)")
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }
}

extension ScalarKind where Value == Int64 {
  /// A decimal number with at most six places, in millionths.
  static func millionths(_ range: ClosedRange<Int64>) -> ScalarKind {
    ranged(
      range, "a number with at most six decimals, such as 0.05",
      type: "\(decimalText(range.lowerBound)) to \(decimalText(range.upperBound))",
      text: decimalText, read: decimalMillionths, write: { .millionths($0) })
  }

  /// A share from 0 to 1, in millionths.
  static var share: ScalarKind { millionths(0...1_000_000).named("share") }

  /// Bytes a second: `450MB/s` counts in thousands, `450MiB/s` in powers of 1,024.
  static var bandwidth: ScalarKind {
    ranged(
      1_000...1_000_000_000_000, "a bandwidth such as 450MB/s", type: "bandwidth",
      text: bandwidthText,
      read: { text in
        for (unit, factor) in bandwidthUnits where text.hasSuffix(unit) {
          guard let ppm = decimalMillionths(String(text.dropLast(unit.count))) else { continue }
          let product = ppm.multipliedReportingOverflow(by: factor)
          return product.overflow ? .max : product.partialValue / 1_000_000
        }
        return nil
      },
      write: { .leaf(bandwidthText($0), number: Double($0), isQuoted: false) })
  }
}

extension ScalarKind where Value == UInt64 {
  /// A random seed: any 64-bit number.
  static var seed: ScalarKind {
    ScalarKind(
      expected: "a whole number from 0 to 18446744073709551615", type: "0 to 2^64 - 1",
      read: { text in wholeNumber(text).map { .value($0) } ?? .unexpected },
      write: { .number($0) })
  }
}

extension ScalarKind where Value == Bool {
  /// `true` or `false`, and nothing else.
  static var boolean: ScalarKind {
    ScalarKind(
      expected: "true or false", type: "flag",
      read: { text in Bool(text).map { .value($0) } ?? .unexpected }, write: { .flag($0) })
  }
}

extension ScalarKind where Value == String {
  /// Any text; at most 64 KiB.
  static var text: ScalarKind {
    ScalarKind(
      expected: "a text", type: "text", allowsQuotes: true,
      read: { $0.utf8.count <= 65_536 ? .value($0) : .refused("longer than 65536 bytes") },
      write: { .text($0) })
  }

  /// A name of a guest, a disk or a stream.
  static var name: ScalarKind {
    ScalarKind(
      expected: "a name of a letter and then letters, digits, _ or -", type: "name",
      allowsQuotes: true, read: { isName($0) ? .value($0) : .unexpected }, write: { .word($0) })
  }

  /// What is written into a sysfs file: any text, kept as it is.
  static var sysfsText: ScalarKind {
    ScalarKind(
      expected: "what is written into the file", type: "text", allowsQuotes: true,
      read: { $0.utf8.count <= 4_096 ? .value($0) : .refused("longer than a page") },
      write: { .text($0, number: Double($0)) })
  }

  /// The name of a format of traces.
  static var traceFormat: ScalarKind {
    ScalarKind(
      expected: "a format of `balloonsim trace formats`", type: "name of a format",
      allowsQuotes: true,
      read: { text in
        TraceFormat.all.contains { $0.name == text } ? .value(text) : .unexpected
      }, write: { .text($0) })
  }

  /// The path of a file.
  static var path: ScalarKind {
    ScalarKind(
      expected: "the path of a file", type: "path", allowsQuotes: true,
      read: { $0.isEmpty || $0.utf8.contains(0) ? .unexpected : .value($0) }, write: { .text($0) })
  }
}

extension ScalarKind where Value == PageCount {
  /// A size such as `512MiB`.
  static func size(_ range: ClosedRange<PageCount>) -> ScalarKind {
    let expected =
      "a size such as 512MiB, 4GiB or 1000p (KiB, MiB, GiB, TiB or p for pages of 4 KiB)"
    return ranged(
      range, expected, type: "size, \(range.lowerBound.text) to \(range.upperBound.text)",
      text: \.text, read: { PageCount($0) }, write: { .size($0) })
  }
}

extension ScalarKind where Value == SimDuration {
  /// A length of time such as `5s`.
  static func time(_ range: ClosedRange<SimDuration>) -> ScalarKind {
    ranged(
      range, "a time such as 90us, 5s, 10min or 24h",
      type: "time, \(range.lowerBound.text) to \(range.upperBound.text)", text: \.text,
      read: { SimDuration($0) }, write: { .time($0) })
  }
}

extension ScalarKind where Value == SimTime {
  /// An instant of a run: the time since boot.
  static func instant(_ range: ClosedRange<SimDuration>) -> ScalarKind {
    ScalarKind<SimDuration>.time(range).map({ .zero + $0 }, back: { $0 - .zero })
  }
}

extension ScalarKind where Value == Rate {
  /// A rate such as `4000/s` or `1/10min`.
  static var rate: ScalarKind {
    ScalarKind(
      expected: "a rate such as 4000/s or 1/10min", type: "rate",
      read: { text in
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
      }, write: { .rate($0) })
  }
}

extension ScalarKind where Value: CaseIterable & RawRepresentable<String> & Sendable {
  /// One of the words of an enum.
  static var choice: ScalarKind {
    let words = Value.allCases.map(\.rawValue)
    let list = words.joined(separator: ", ")
    return ScalarKind(
      expected: "one of " + list, type: words.map { "`\($0)`" }.joined(separator: ", "),
      allowsQuotes: true,
      read: { text in
        if let value = Value(rawValue: text) { return .value(value) }
        guard let near = nearestWord(to: text, among: words) else { return .unexpected }
        return .refused("expected one of \(list), found \(quoted(text)); did you mean '\(near)'?")
      }, write: { .text($0.rawValue) })
  }
}
