/// A value of a recorded vector, or what a policy has to set against it.
public enum VectorValue: Hashable, Sendable, Decodable, CustomStringConvertible {
  case null
  case bool(Bool)
  case number(Int128)
  /// A number with a fraction, or beyond 64 bits; whole ones are `number`, however they were written.
  case real(Double)
  case text(String)
  case list([VectorValue])
  case object(VectorFields)

  /// A number, or null.
  public init(_ number: (some BinaryInteger)?) {
    self = number.map { .number(Int128(truncatingIfNeeded: $0)) } ?? .null
  }

  /// A double as the value that it would be read as.
  public init(real: Double) {
    self = Int64(exactly: real).map { .number(Int128($0)) } ?? .real(real)
  }

  /// Any JSON.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let number = try? container.decode(Int64.self) {
      self = .number(Int128(number))
    } else if let number = try? container.decode(UInt64.self) {
      self = .number(Int128(number))
    } else if let real = try? container.decode(Double.self) {
      self = .real(real)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let list = try? container.decode([VectorValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode(VectorFields.self))
    }
  }

  /// The value as JSON.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let number): "\(number)"
    case .real(let real): "\(real)"
    case .text(let text): text.debugDescription
    case .list(let values): "[" + values.map(\.description).joined(separator: ",") + "]"
    case .object(let fields):
      "{"
        + fields.sorted { $0.key < $1.key }
        .map { "\($0.key.debugDescription):\($0.value)" }.joined(separator: ",") + "}"
    }
  }
}

/// Values by name.
public typealias VectorFields = [String: VectorValue]

/// A field of a vector that is missing, has the wrong type or range, or is not known; the path is the field's in the line.
public struct BadVectorField: Error, Hashable, Sendable {
  /// As in `runs[3].total_ram_pages`.
  public let path: String

  /// A field.
  public init(path: String) { self.path = path }
}

extension VectorValue {
  /// The number that a field must be.
  public func number<Number: FixedWidthInteger>(
    at path: String
  ) throws(BadVectorField) -> Number {
    guard case .number(let number) = self, let exact = Number(exactly: number) else {
      throw BadVectorField(path: path)
    }
    return exact
  }

  /// The double that a field must be.
  public func real(at path: String) throws(BadVectorField) -> Double {
    switch self {
    case .number(let number): return Double(number)
    case .real(let real): return real
    default: throw BadVectorField(path: path)
    }
  }

  /// The truth value that a field must be.
  public func bool(at path: String) throws(BadVectorField) -> Bool {
    guard case .bool(let bool) = self else { throw BadVectorField(path: path) }
    return bool
  }

  /// The fields that a value must have.
  public func fields(at path: String) throws(BadVectorField) -> VectorFields {
    guard case .object(let fields) = self else { throw BadVectorField(path: path) }
    return fields
  }

  /// The text that a value must be.
  public func text(at path: String) throws(BadVectorField) -> String {
    guard case .text(let text) = self else { throw BadVectorField(path: path) }
    return text
  }

  /// The values that a list must have.
  public func list(at path: String) throws(BadVectorField) -> [VectorValue] {
    guard case .list(let values) = self else { throw BadVectorField(path: path) }
    return values
  }
}

extension VectorFields {
  /// The value that must be there.
  public func required(_ name: String, in path: String = "") throws(BadVectorField) -> VectorValue {
    guard let value = self[name] else { throw BadVectorField(path: path + name) }
    return value
  }

  /// The double that must be there.
  public func real(_ name: String, in path: String = "") throws(BadVectorField) -> Double {
    try required(name, in: path).real(at: path + name)
  }

  /// The number that must be there.
  public func number<Number: FixedWidthInteger>(
    _ name: String, in path: String = ""
  ) throws(BadVectorField) -> Number {
    try required(name, in: path).number(at: path + name)
  }
}
