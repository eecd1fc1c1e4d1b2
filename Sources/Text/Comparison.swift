/// How two values are compared, as it is written between them.
public enum Comparison: String, CaseIterable, Sendable {
  // Those of two signs first, since they begin with those of one.
  case atMost = "<="
  case atLeast = ">="
  case equal = "=="
  case different = "!="
  case less = "<"
  case more = ">"

  /// Whether it holds of two values. NaN is different from everything, and nothing else.
  public func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
    switch self {
    case .atMost: left <= right
    case .atLeast: left >= right
    case .equal: left == right
    case .different: left != right
    case .less: left < right
    case .more: left > right
    }
  }

  /// The comparison that a text is, as in `a < b`, and its sides with single blanks; nothing if it is none.
  public static func read(_ text: String) -> (left: String, Comparison, right: String)? {
    let found = allCases.lazy.compactMap { sign in
      text.firstRange(of: sign.rawValue).map { (sign, $0) }
    }.first
    guard let (sign, range) = found else { return nil }
    let sides = [text[..<range.lowerBound], text[range.upperBound...]].map {
      $0.split(separator: " ").joined(separator: " ")
    }
    let areSides = sides.allSatisfy { side in
      !side.isEmpty && !side.contains { "<>=!".contains($0) }
    }
    return areSides ? (sides[0], sign, sides[1]) : nil
  }
}
