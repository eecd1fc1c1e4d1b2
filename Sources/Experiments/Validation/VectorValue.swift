/// A value of a vector, or what the driver has to set against it.
enum VectorValue: Hashable, Decodable, CustomStringConvertible {
  case null
  case bool(Bool)
  case number(UInt64)
  case text(String)
  case list([String])

  init(_ number: UInt64?) { self = number.map(VectorValue.number) ?? .null }

  /// Every other shape, such as a fraction or a nested object, is an error.
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let number = try? container.decode(UInt64.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else {
      self = .list(try container.decode([String].self))
    }
  }

  /// The value as JSON.
  var description: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let number): "\(number)"
    case .text(let text): text.debugDescription
    case .list(let texts): "[" + texts.map(\.debugDescription).joined(separator: ",") + "]"
    }
  }
}

/// Values by name.
typealias VectorFields = [String: VectorValue]

extension VectorReport.Difference {
  /// The fields in which `expected` and `got` differ, by name; a field that one side lacks differs.
  static func between(
    _ expected: VectorFields, _ got: VectorFields, at path: String
  ) -> [VectorReport.Difference] {
    Set(expected.keys).union(got.keys).sorted().compactMap { name in
      if expected[name] == got[name] { return nil }
      return VectorReport.Difference(
        path: "\(path).\(name)", expected: expected[name]?.description,
        got: got[name]?.description)
    }
  }
}
