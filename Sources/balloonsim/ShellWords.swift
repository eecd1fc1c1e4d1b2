/// Words as a command line that a shell takes apart into the same words.
func shellCommand(_ words: [String]) -> String { shellWords(words).joined(separator: " ") }

/// A command line, indented, in lines of at most `width` characters where its words allow it; a shell takes them together.
func shellCommand(_ words: [String], indentedWithin width: Int?) -> String {
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

/// Words as a shell wants them written.
private func shellWords(_ words: [String]) -> [String] {
  words.map { word in
    let isPlain = word.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,+@%".contains($0))
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
