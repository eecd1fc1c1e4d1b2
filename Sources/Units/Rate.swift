/// How often something happens: a count in a span of time, both positive.
public struct Rate: Hashable, Sendable {
  /// How often.
  public var count: Int64
  /// In what time.
  public var per: SimDuration

  /// `count` times in `per`.
  public init(count: Int64, per: SimDuration) {
    self.count = count
    self.per = per
  }
}

extension Rate {
  /// The shortest text that reads back: `4000/s`, `1/10min`.
  public var text: String {
    let span = per.text
    let isOne = span.first == "1" && span.dropFirst().first?.isNumber == false
    return "\(count)/\(isOne ? span.dropFirst() : span[...])"
  }
}
