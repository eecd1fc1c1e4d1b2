/// A value of JSON whose members keep their order.
///
/// What commands print for scripts, what a page's script reads and what columns of the database hold is written with it:
///
///     ["run": id, "command": command, "figures": figures.map(\.json), "guest": ["name": name] as JSON]
///
/// Values in literals are anything that is a `JSONValue`; what is nothing becomes `null`.
///
/// Source: RFC 8259.
public enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number without a fraction.
  case integer(Int128)
  /// Any other number; infinities and NaN, which JSON lacks, are written as `null`.
  case number(Double)
  case string(String)
  case array([JSON])
  /// An array written with a line for each element, for what can be long.
  case lines([JSON])
  case object([Member])
  /// A text that should be JSON, such as what a column of a database holds; one that is none is written as a string.
  case recorded(String)

  /// A name and its value.
  public struct Member: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What it is.
    public let value: JSON
  }

  /// An object whose names are known only when it is made.
  public static func object(_ members: some Sequence<(String, some JSONValue)>) -> JSON {
    .object(members.map { Member(name: $0, value: $1.json) })
  }

  /// The members of this object and then those of `other`; both must be objects.
  public static func + (object: JSON, other: JSON) -> JSON {
    guard case .object(let first) = object, case .object(let second) = other else {
      preconditionFailure("no objects: \(object), \(other)")
    }
    return .object(first + second)
  }
}

/// What can be told as JSON.
public protocol JSONValue {
  /// The value as JSON.
  var json: JSON { get }
}

extension JSON: JSONValue {
  /// Itself.
  public var json: JSON { self }
}

extension JSONValue where Self: BinaryInteger {
  /// A number without a fraction.
  public var json: JSON { .integer(Int128(self)) }
}

extension Int: JSONValue {}
extension Int32: JSONValue {}
extension Int64: JSONValue {}
extension UInt32: JSONValue {}
extension UInt64: JSONValue {}

extension Bool: JSONValue {
  /// `true` or `false`.
  public var json: JSON { .bool(self) }
}

extension Double: JSONValue {
  /// A number; `null` for infinities and NaN.
  public var json: JSON { .number(self) }
}

extension String: JSONValue {
  /// A string.
  public var json: JSON { .string(self) }
}

extension Optional: JSONValue where Wrapped: JSONValue {
  /// The value, or `null`.
  public var json: JSON { map(\.json) ?? .null }
}

extension Array: JSONValue where Element: JSONValue {
  /// An array on one line.
  public var json: JSON { .array(map(\.json)) }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  /// An object with these members.
  public init(dictionaryLiteral members: (String, any JSONValue)...) {
    self = .object(members.map { Member(name: $0, value: $1.json) })
  }

  /// An array on one line.
  public init(arrayLiteral elements: any JSONValue...) { self = .array(elements.map(\.json)) }
}
