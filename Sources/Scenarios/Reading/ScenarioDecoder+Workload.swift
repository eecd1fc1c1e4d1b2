internal import Simulation
internal import Text
internal import Units

extension ScenarioDecoder {
  /// How much of what is committed is touched: `trace` only if the samples tell, which is what holds by default then.
  func touched(_ reader: inout MappingReader, _ anon: inout AnonSpec) {
    if reader.child("touched")?.text == "trace" {
      if anon.touched != .trace && readsTraces {
        reader.report(
          "touched", "the committed samples do not say what is touched; give a share from 0 to 1")
      }
      anon.touched = .trace
      return
    }
    var kind = ScalarKind<Int64>.share
    kind.expected = "trace or a share from 0 to 1"
    if let share = reader.optional("touched", kind) { anon.touched = .share(share) }
  }

  /// The script that a guest's processes work through, if there is one.
  func workload(_ guest: inout MappingReader, _ spec: inout GuestSpec) {
    spec.workload = guest.mapping("workload") { reader in
      var workload = ScriptSpec(WorkloadScript(processes: []), text: "", disk: disks[0])
      ScriptSpec.keys.read(&reader, &workload, self)
      return workload
    }
  }

  /// The script itself.
  func script(_ reader: inout MappingReader, _ spec: inout ScriptSpec) {
    spec.text = reader.required("script", .text, standIn: "")
    do throws(WorkloadScriptProblem) {
      let lines = spec.text.split(separator: "\n", omittingEmptySubsequences: false)
      spec.script = try WorkloadScript(lines: lines.map(String.init))
      if spec.script.processes.isEmpty { reader.report("script", "no process") }
    } catch {
      reader.report("script", "line \(error.line) of the script: \(error.message)")
    }
    hasClosedLoop = true
  }

  /// A guest's file streams, with different names.
  func files(_ guest: inout MappingReader) -> [FileStreamSpec] {
    var names: [String] = []
    let items = guest.list("files")
    guard items.count <= ScenarioLimits.streams else {
      guest.report("files", "\(items.count) streams, which is more than \(ScenarioLimits.streams)")
      return []
    }
    return items.map { item in
      MappingReader.read(item.node, path: item.path, log: log, expected: "a stream: a mapping") {
        reader in
        var stream = FileStreamSpec(
          name: "files", size: .pages(1), disk: disks[0], load: .open(.standIn))
        FileStreamSpec.keys.read(&reader, &stream, self)
        if names.contains(stream.name) {
          reader.report("name", "two streams are named '\(stream.name)'")
        }
        names.append(stream.name)
        return stream
      }
    }
  }

  /// What a stream accesses: phases, or one pattern.
  func phases(_ reader: inout MappingReader) -> [PatternPhase] {
    guard reader.has("phases") else {
      return [PatternPhase(pattern: pattern(&reader) ?? .usual, end: .never)]
    }
    if reader.has("pattern") { reader.report("phases", "'pattern' stands beside them; give one") }
    let items = reader.list("phases")
    if items.isEmpty { reader.report("phases", "expected at least one phase") }
    var start = SimTime.zero
    return items.enumerated().map { index, item in
      MappingReader.read(item.node, path: item.path, log: log, expected: "a phase: a mapping") {
        phase in
        PatternPhase(
          pattern: pattern(&phase) ?? .usual,
          end: end(&phase, isLast: index == items.count - 1, start: &start))
      }
    }
  }

  private func end(
    _ phase: inout MappingReader, isLast: Bool, start: inout SimTime
  ) -> PatternPhase.End {
    let (hasUntil, hasAccesses) = (phase.has("until"), phase.has("accesses"))
    if isLast {
      if hasUntil || hasAccesses {
        phase.report("the last phase has no end: it lasts with the run")
      }
      return .never
    }
    guard let key = phase.oneOf(["until", "accesses"]) else { return .never }
    if key == "accesses" {
      return .accesses(phase.required(key, .count(ScenarioLimits.accesses), standIn: 1))
    }
    let until = phase.required(key, .time(ScenarioLimits.duration), standIn: .seconds(1))
    let end = SimTime.zero + until
    if end <= start {
      phase.report(key, "\(until.text) is not after the end of the phase before")
    }
    start = end
    return .time(end)
  }

  /// The pattern at `pattern`, if there is one.
  func pattern(_ reader: inout MappingReader) -> PatternSpec? {
    guard let node = reader.child("pattern") else { return nil }
    let expected = "uniform, scan, {zipf: 0.9}, {hotcold: {...}} or {mix: {...}}"
    if let word = node.text {
      switch word {
      case "uniform": return .uniform
      case "scan": return .scan
      default:
        let known = ["uniform", "scan", "zipf", "hotcold", "mix"]
        let near = nearestWord(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ""
        reader.report("pattern", "expected \(expected), found \(node.found)\(near)")
        return nil
      }
    }
    let path = reader.path(of: "pattern")
    return MappingReader.read(node, path: path, log: log, expected: expected) { pattern in
      switch pattern.oneOf(["zipf", "hotcold", "mix"]) {
      case "zipf": .zipf(alpha: alpha(&pattern))
      case "hotcold":
        pattern.mapping("hotcold") { hotcold in
          .hotcold(
            hotPPM: hotcold.required("hot", .millionths(1...999_999), standIn: 1),
            accessPPM: hotcold.required("access", .share, standIn: 0))
        }
      case "mix":
        pattern.mapping("mix") { mix in
          .mix(alpha: alpha(&mix), scanPPM: mix.required("scan", .share, standIn: 0))
        }
      default: nil
      }
    }
  }

  /// The exponent of a Zipf distribution, 0 (uniform) to 10.
  private func alpha(_ reader: inout MappingReader) -> Double {
    Double(reader.required("zipf", .millionths(0...10_000_000), standIn: 900_000)) / 1_000_000
  }
}
