/// Words as a command line that a shell takes apart into the same words.
public func shellCommand(_ words: [String]) -> String { shellWords(words).joined(separator: " ") }

/// A command line, indented, in lines of at most `width` characters where its words allow it; a shell takes them together.
public func shellCommand(_ words: [String], indentedWithin width: Int?) -> String {
  var lines = [""]
  for word in shellWords(words) {
    let line = lines[lines.count - 1]
    // Room for the backslash too.
    let isFull = width.map { line.count + word.count + 5 > $0 } ?? false
    if line.isEmpty || isFull {
      if isFull, !line.isEmpty { lines[lines.count - 1] += " \\" }
      if isFull, !line.isEmpty { lines.append("  " + word) } else { lines[lines.count - 1] = word }
    } else {
      lines[lines.count - 1] += " " + word
    }
  }
  return lines.map { "  " + $0 }.joined(separator: "\n")
}

/// Words as a shell wants them written: as they are, in single quotes, or with what is not seen in the quotes of bash.
///
/// They are looked at scalar by scalar, as a shell does, and not by what people see as one character: `'` with an accent on
/// it ends a quotation. No word has an end of line, so none can end a comment or a here-document either.
private func shellWords(_ words: [String]) -> [String] {
  words.map { word in
    let scalars = word.unicodeScalars
    if scalars.contains(where: \.isUnseen) { return inDollarQuotes(word) }
    if scalars.allSatisfy(isPlain), !word.isEmpty { return word }
    var quoted = "'".unicodeScalars
    for scalar in scalars { quoted += scalar == "'" ? "'\\''".unicodeScalars : .init([scalar]) }
    return String(quoted) + "'"
  }
}

/// What else needs no quotes.
private let signs = Set("-_./=:,+@%".unicodeScalars)

/// A word in `$'...'`, with bytes of what is not seen as `\ooo`.
private func inDollarQuotes(_ word: String) -> String {
  var quoted = "$'".unicodeScalars
  for scalar in word.unicodeScalars {
    if scalar.isUnseen {
      for byte in String(scalar).utf8 {
        let digits = String(byte, radix: 8)
        quoted += ("\\" + String(repeating: "0", count: 3 - digits.count) + digits).unicodeScalars
      }
    } else {
      if scalar == "'" || scalar == "\\" { quoted.append("\\") }
      quoted.append(scalar)
    }
  }
  return String(quoted) + "'"
}

/// The words of a command line that is written as `shellCommand` does; nothing if a shell would take more of it than words.
public func wordsOfCommand(_ line: String) -> [String]? {
  if line.unicodeScalars.contains(where: \.isUnseen) { return nil }
  var words: [[UInt8]] = []
  var word: [UInt8]?
  var rest = line.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    switch scalar {
    case " ":
      if let whole = word { words.append(whole) }
      word = nil
    case "'":
      guard let end = rest.firstIndex(of: "'") else { return nil }
      word = (word ?? []) + Array(String(rest[..<end]).utf8)
      rest = rest[rest.index(after: end)...]
    case "$":
      guard rest.popFirst() == "'", let bytes = takeDollarQuotes(&rest) else { return nil }
      word = (word ?? []) + bytes
    case "\\":
      // The only sign that our own quotes need by itself.
      guard rest.popFirst() == "'" else { return nil }
      word = (word ?? []) + [UInt8(ascii: "'")]
    default:
      guard isPlain(scalar) else { return nil }
      word = (word ?? []) + [UInt8(scalar.value)]
    }
  }
  if let word { words.append(word) }
  let texts = words.compactMap { String(validating: $0, as: UTF8.self) }
  return texts.count == words.count ? texts : nil
}

/// The bytes of a text behind `$'`, up to the quote that ends it; nothing if it has other escapes than ours.
private func takeDollarQuotes(_ rest: inout Substring.UnicodeScalarView) -> [UInt8]? {
  var bytes: [UInt8] = []
  while let scalar = rest.popFirst() {
    switch scalar {
    case "'": return bytes
    case "\\":
      guard let next = rest.first else { return nil }
      if next == "'" || next == "\\" {
        bytes.append(UInt8(next.value))
        rest.removeFirst()
      } else {
        guard rest.count >= 3, let byte = UInt8(String(rest.prefix(3)), radix: 8), byte > 0 else {
          return nil
        }
        bytes.append(byte)
        rest.removeFirst(3)
      }
    default: bytes += Array(String(scalar).utf8)
    }
  }
  return nil
}

/// Whether a sign needs no quotes.
private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
  scalar.isASCII
    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || signs.contains(scalar))
}
