/// What a benchmark was called with.
struct Arguments {
  private let values: [String]

  init(_ values: [String]) { self.values = values }

  /// The text at `place`.
  func text(_ place: Int, _ name: String) throws(BenchmarkError) -> String {
    guard place < values.count else { throw .missingArgument(name) }
    return values[place]
  }

  /// The positive number at `place`.
  func count(_ place: Int, _ name: String, default: Int? = nil) throws(BenchmarkError) -> Int {
    if place >= values.count, let `default` { return `default` }
    guard let count = Int(try text(place, name)), count > 0, count < 1 << 32 else {
      throw .badArgument(name)
    }
    return count
  }

  /// Everything from `place` on.
  func rest(_ place: Int) -> [String] { Array(values.dropFirst(place)) }
}

/// Why a benchmark cannot be run.
enum BenchmarkError: Error {
  case missingArgument(String)
  case badArgument(String)
  case unreadable(String)
}

/// A number with three decimals.
func decimal(_ value: Double) -> String {
  let thousandths = Int((value * 1000).rounded())
  let rest = String(thousandths % 1000)
  return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
}
