internal import Simulation
internal import Traces
internal import Units

extension ScenarioDecoder {
  /// A guest's committed memory, whether its samples tell how much of it is touched, and the memory of the machine they
  /// were recorded on.
  ///
  /// A guest whose memory follows a script (not `isNeeded`) has none.
  func committed(
    _ guest: inout MappingReader, isNeeded: Bool
  ) -> (spec: CommittedSpec, hasTouched: Bool, machineMemory: PageCount?) {
    let standIn = CommittedSpec.none
    if !isNeeded {
      if guest.has("committed") {
        guest.report("committed", "the script of 'workload' says what is committed; give one")
      }
      return (standIn, false, nil)
    }
    let expected = "{trace: FILE}, {constant: SIZE} or {points: [...]}"
    guard let node = guest.requiredChild("committed", expected) else {
      return (standIn, false, nil)
    }
    let path = guest.path(of: "committed")
    return MappingReader.read(node, path: path, log: log, expected: expected) { reader in
      var spec = standIn
      var samples: [CommittedPoint] = []
      var machineMemory: PageCount?
      switch reader.oneOf(["trace", "constant", "points"]) {
      case "trace":
        if let trace = trace(&reader) {
          spec.source = .trace(path: trace.provenance.path, trace.provenance.options)
          samples = trace.samples
          machineMemory = trace.machineMemory
        } else {
          // One problem is enough.
          machineMemory = .gibibytes(1)
        }
      case "points":
        samples = points(&reader)
        spec.source = .points(samples)
      default:
        let level = reader.optional("constant", .size(ScenarioLimits.committed))
        spec.source = .constant(level ?? .zero)
      }
      spec.scalePPM = reader.value(
        "scale", .millionths(ScenarioLimits.scale), default: spec.scalePPM)
      if !reader.has("constant") {
        let chosen = reader.optional("between", ScalarKind<Interpolation>.choice)
        spec.between = chosen ?? spec.between
        spec.isBetweenChosen = chosen != nil
        spec.times = reader.value("times", .count(1...1_000_000), default: spec.times)
        noteSpan(of: samples, times: spec.times, &reader)
      }
      return (spec, samples.first?.touched != nil, machineMemory)
    }
  }

  private func noteSpan(
    of samples: [CommittedPoint], times: Int, _ reader: inout MappingReader
  ) {
    let once = samples.last?.at.nanoseconds ?? 0
    let (span, isTooLong) = once.multipliedReportingOverflow(by: Int64(times))
    if isTooLong || span > ScenarioLimits.longestTime.nanoseconds {
      let limit = ScenarioLimits.longestTime.text
      reader.report(times == 1 ? "trace" : "times", "the trace lasts longer than \(limit)")
    } else {
      longestSpan = max(longestSpan, .nanoseconds(span))
    }
  }

  private func points(_ reader: inout MappingReader) -> [CommittedPoint] {
    var points: [CommittedPoint] = []
    for item in reader.list("points") {
      MappingReader.read(item.node, path: item.path, log: log, expected: "a point: a mapping") {
        point in
        let at = point.required("at", .time(ScenarioLimits.instant), standIn: .zero)
        let size = ScalarKind<PageCount>.size(ScenarioLimits.committed)
        let next = CommittedPoint(
          at: .zero + at, committed: point.required("committed", size, standIn: .zero),
          touched: point.optional("touched", size))
        if let last = points.last {
          if next.at <= last.at {
            let before = SimDuration.nanoseconds(last.at.nanoseconds).text
            point.report("at", "times must rise, but \(at.text) comes after \(before)")
          }
          if (next.touched == nil) != (last.touched == nil) {
            point.report("touched must be given in all points or in none")
          }
        } else if at != .zero {
          point.report("at", "the first point must be at 0s")
        }
        points.append(next)
      }
    }
    if points.isEmpty { reader.report("points", "expected at least one point") }
    return points
  }

  /// The trace named at `trace`, read once however often it is named.
  private func trace(_ reader: inout MappingReader) -> CommittedTrace? {
    let options = importOptions(&reader)
    guard let name = reader.optional("trace", .path) else { return nil }
    let path = name.hasPrefix("/") ? name : directory + name
    if let known = traces.first(where: {
      $0.provenance.path == path && $0.provenance.options == options
    }) {
      return known
    }
    do {
      let trace = try traceCache.trace(path, options)
      traces.append(trace)
      return trace
    } catch let problem as TraceProblem {
      let place = ScenarioProblem.Place.file(
        problem.file, line: problem.line, column: problem.column)
      log.report(place, reader.path(of: "trace"), problem.message)
    } catch {
      reader.report("trace", "cannot read \(error)")
    }
    return nil
  }

  /// What the file leaves open.
  private func importOptions(_ reader: inout MappingReader) -> ImportOptions {
    var options = ImportOptions()
    options.format = reader.optional("format", .traceFormat)
    options.committedFrom = reader.optional("committed_from", .choice)
    options.gaps = reader.value("gaps", .choice, default: options.gaps)
    options.host = reader.optional("host", .text)
    options.step = reader.optional(
      "step", .time(.nanoseconds(1)...ScenarioLimits.longestTime))
    let sizes = PageCount(1)...PageCount(1 << 38)
    options.memory = reader.optional("machine_memory", .size(sizes)).map { Int64($0.pages) * 4 }
    options.timeColumn = reader.optional("time_column", .text)
    options.timeUnit = reader.optional("time_unit", .choice)
    options.committedColumn = reader.optional("committed_column", .text)
    options.unit = reader.optional("unit", .choice)
    return options
  }
}
