/// The `description` of a scenario's text, as a database keeps it; nothing if it has none or is no YAML.
public func scenarioDescription(inYAML text: String) -> String? {
  // What another version wrote may be none of ours; a page goes without.
  let source = YAMLSource(place: { .file("", line: $0, column: $1) }, log: ProblemLog())
  return source.tree(of: Array(text.utf8))?["description"]?.text
}
