internal import Recording
internal import Scenarios
internal import Text

extension Advice {
  /// The commands that would run the kernel's defaults under every condition, each in words; none if they were run, or
  /// if the sweep's own commands are not of a form that can be taken apart.
  ///
  /// They are a sweep's recorded commands with the defaults for the tunables that vary. Those come from a database, so
  /// only their words are taken, never what a shell would make of them.
  public var defaultCommands: [[String]] {
    let wanted = paths.compactMap { path in KernelTunables.defaultText(of: path).map { (path, $0) }
    }
    guard defaults == nil, !wanted.isEmpty,
      let setting = settings.settings.first(where: \.isComplete)
    else { return [] }
    let commands = setting.runs.map { row -> [String]? in
      guard var words = wordsOfCommand(row.run.command), words.prefix(2) == ["balloonsim", "run"]
      else { return nil }
      var place = 2
      while place + 1 < words.count {
        let path = String(words[place + 1].prefix { $0 != "=" })
        let isVaried = wanted.contains { ParameterPath($0.0).isNamed(by: path) }
        if words[place] == "--set", isVaried {
          words.removeSubrange(place...place + 1)
        } else {
          place += 1
        }
      }
      for (path, value) in wanted where !value.contains(" ") {
        words += ["--set", "\(path)=\(value)"]
      }
      return words
    }
    let known = commands.compactMap(\.self)
    return known.count == commands.count ? known : []
  }
}
