/// The known word that `word` was probably meant to be; nothing if none is near.
///
/// Near is an edit distance of a third of the word's length, at least 1 and at most 3, or being a known
/// word's end after an underscore: `downhysteresis` for `selfballoon_downhysteresis`.
public func nearestWord(to word: String, among known: [String]) -> String? {
  guard word.utf8.count <= 64 else { return nil }
  let tolerance = max(1, min(3, word.utf8.count / 3))
  let near = known.map { ($0, editDistance($0, word)) }.min { $0.1 < $1.1 }
  if let near, near.1 <= tolerance { return near.0 }
  return known.first { $0.hasSuffix("_" + word) }
}

/// `unknown KIND 'word'` with the nearest known word or, if none is near, all of them.
public func unknownWord(_ kind: String, _ word: String, known: [String]) -> String {
  let found = "unknown \(kind) \(quoted(word))"
  if let near = nearestWord(to: word, among: known) { return found + "; did you mean '\(near)'?" }
  return known.isEmpty ? found : found + "; known: " + known.joined(separator: ", ")
}

/// A user's text between quotes on one line, cut after 60 characters.
public func quoted(_ text: String, by quote: String = "'") -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(60) {
    shown +=
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : "\(scalar)"
  }
  return quote + shown + (text.unicodeScalars.count > 60 ? "..." : "") + quote
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour, letter case aside.
public func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.lowercased().utf8)
  let b = Array(second.lowercased().utf8)
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      let same = a[i] == b[j] ? 0 : 1
      var least = min(last[j] + same, last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        least = min(least, beforeLast[j - 1] + 1)
      }
      row.append(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
