/// A number of things: `1 run`, `2 runs`.
public func counted(_ count: some BinaryInteger, _ noun: String) -> String {
  "\(count) \(plural(noun, count))"
}

/// A noun for a number of things, which has an `s` unless it is one: `run`, `runs`.
public func plural(_ noun: String, _ count: some BinaryInteger) -> String {
  count == 1 ? noun : noun + "s"
}
