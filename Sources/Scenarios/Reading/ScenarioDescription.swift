internal import Yams

/// The `description` of a scenario's text, as a database keeps it; nothing if it has none or is no YAML.
public func scenarioDescription(inYAML text: String) -> String? {
  do {
    return try compose(yaml: text)?.mapping?["description"]?.string
  } catch {
    // What another version wrote may be none of ours; a page goes without.
    return nil
  }
}
