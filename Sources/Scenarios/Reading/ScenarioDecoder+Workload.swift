internal import Simulation
internal import Text
internal import Units

extension ScenarioDecoder {
  /// What a guest does with its committed memory.
  ///
  /// Assumed where neither the scenario nor the trace says so: 0.8 of what is committed is touched, none of
  /// it is cold, half the accesses write.
  func anon(_ guest: inout MappingReader, hasTouched: Bool) -> AnonSpec {
    var anon = AnonSpec()
    if hasTouched { anon.touched = .trace }
    guest.mapping("anon") { reader in
      anon.touched = touched(&reader, hasTouched: hasTouched) ?? anon.touched
      anon.coldPPM = reader.value("cold", .share, default: anon.coldPPM)
      anon.touchRate = reader.optional("touch_rate", .rate, none: "unlimited")
      anon.release = reader.value("release", .choice, default: anon.release)
      anon.access = access(&reader)
    }
    return anon
  }

  private func touched(_ reader: inout MappingReader, hasTouched: Bool) -> AnonSpec.Touched? {
    if reader.child("touched")?.text == "trace" {
      if !hasTouched {
        reader.report(
          "touched", "the committed samples do not say what is touched; give a share from 0 to 1")
      }
      return .trace
    }
    var kind = ScalarKind<Int64>.share
    kind.expected = "trace or a share from 0 to 1"
    return reader.optional("touched", kind.map { .share($0) })
  }

  private func access(_ anon: inout MappingReader) -> AnonAccessSpec? {
    if anon.child("access")?.text == "none" { return nil }
    return anon.mapping("access") { reader in
      AnonAccessSpec(
        rate: reader.required("rate", .rate, standIn: Rate(count: 1, per: .seconds(1))),
        pattern: pattern(&reader) ?? .zipf(alpha: 0.9),
        writePPM: reader.value("writes", .share, default: 500_000))
    }
  }

  /// The script that a guest's processes work through, if there is one.
  func workload(_ guest: inout MappingReader) -> ScriptSpec? {
    guest.mapping("workload") { reader in
      let text = reader.required("script", .text, standIn: "")
      var script = WorkloadScript(processes: [])
      do throws(WorkloadScriptProblem) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        script = try WorkloadScript(lines: lines.map(String.init))
        if script.processes.isEmpty { reader.report("script", "no process") }
      } catch {
        reader.report("script", "line \(error.line) of the script: \(error.message)")
      }
      hasClosedLoop = true
      return ScriptSpec(script, text: text, disk: disk(&reader))
    }
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
        let name = reader.required("name", .name, standIn: "files")
        if names.contains(name) { reader.report("name", "two streams are named '\(name)'") }
        names.append(name)
        return FileStreamSpec(
          name: name,
          size: reader.required("size", .size(ScenarioLimits.storage), standIn: .pages(1)),
          disk: disk(&reader), load: load(&reader), phases: phases(&reader),
          writePPM: reader.value("writes", .share, default: 0),
          readAhead: reader.optional("read_ahead", .size(ScenarioLimits.readAhead), none: "none")
            ?? .zero)
      }
    }
  }

  private func load(_ reader: inout MappingReader) -> LoadSpec {
    guard reader.oneOf(["rate", "work"]) == "work" else {
      return .open(reader.optional("rate", .rate) ?? Rate(count: 1, per: .seconds(1)))
    }
    hasClosedLoop = true
    return .closed(
      work: reader.required("work", .count(ScenarioLimits.accesses), standIn: 1),
      threads: reader.value("threads", .count(1...65_536), default: 1))
  }

  private func phases(_ reader: inout MappingReader) -> [PatternPhase] {
    guard reader.has("phases") else {
      return [PatternPhase(pattern: pattern(&reader) ?? .zipf(alpha: 0.9), end: .never)]
    }
    if reader.has("pattern") { reader.report("phases", "'pattern' stands beside them; give one") }
    let items = reader.list("phases")
    if items.isEmpty { reader.report("phases", "expected at least one phase") }
    var start = SimTime.zero
    return items.enumerated().map { index, item in
      MappingReader.read(item.node, path: item.path, log: log, expected: "a phase: a mapping") {
        phase in
        PatternPhase(
          pattern: pattern(&phase) ?? .zipf(alpha: 0.9),
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
  private func pattern(_ reader: inout MappingReader) -> PatternSpec? {
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
