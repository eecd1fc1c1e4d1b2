/// The word of `known` that `word` is most likely a misspelling of, if one is near enough.
///
/// Near enough: at most a third of the letters, and at least one, must be changed, inserted or left out.
func nearestWord(to word: String, in known: [String]) -> String? {
  let near = known.map { (word: $0, distance: editDistance(Array(word), Array($0))) }
    .min { $0.distance < $1.distance }
  guard let near, near.distance <= max(1, word.count / 3) else { return nil }
  return near.word
}

/// Levenshtein's distance, by rows.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let substituted = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
