/// Words as a command line that a shell takes apart into the same words.
func shellCommand(_ words: [String]) -> String {
  words.map { word in
    let isPlain = word.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,+@%".contains($0))
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }.joined(separator: " ")
}
