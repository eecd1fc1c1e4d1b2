internal import Simulation
internal import Traces
internal import Units

extension ScenarioDecoder {
  /// A guest's committed memory; a guest whose memory follows a script has none.
  func committed(_ guest: inout MappingReader, _ spec: inout GuestSpec) {
    if spec.workload != nil {
      if guest.has("committed") {
        guest.report("committed", "the script of 'workload' says what is committed; give one")
      }
      return
    }
    let expected = "{trace: FILE}, {constant: SIZE} or {points: [...]}"
    guard let node = guest.requiredChild("committed", expected) else { return }
    let path = guest.path(of: "committed")
    MappingReader.read(node, path: path, log: log, expected: expected) { reader in
      CommittedSpec.keys.read(&reader, &spec.committed, self)
      if reader.has("constant") { return }
      spec.committed.isBetweenChosen = reader.has("between")
      noteSpan(of: samples, times: spec.committed.times, &reader)
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

  /// Samples written in the scenario.
  func points(_ reader: inout MappingReader, _ spec: inout CommittedSpec) {
    var points: [CommittedPoint] = []
    for item in reader.list("points") {
      MappingReader.read(item.node, path: item.path, log: log, expected: "a point: a mapping") {
        point in
        var next = CommittedPoint(at: .zero, committed: .zero, touched: nil)
        CommittedPoint.keys.read(&point, &next, self)
        if let last = points.last {
          if next.at <= last.at {
            point.report(
              "at",
              "times must rise, but \((next.at - .zero).text) comes after \((last.at - .zero).text)"
            )
          }
          if (next.touched == nil) != (last.touched == nil) {
            point.report("touched must be given in all points or in none")
          }
        } else if next.at != .zero {
          point.report("at", "the first point must be at 0s")
        }
        points.append(next)
      }
    }
    if points.isEmpty { reader.report("points", "expected at least one point") }
    samples = points
    spec.source = .points(points)
  }

  /// A recorded trace, and the machine that it was recorded on.
  func trace(_ reader: inout MappingReader, _ spec: inout CommittedSpec) {
    var options = ImportOptions()
    ImportOptions.keys.read(&reader, &options, self)
    // One problem is enough.
    machineMemory = .gibibytes(1)
    guard let name = reader.optional("trace", .path) else { return }
    let path = name.hasPrefix("/") ? name : directory + name
    spec.source = .trace(path: path, options)
    guard readsTraces, let trace = trace(path, options, reader) else { return }
    spec.source = .trace(path: trace.provenance.path, trace.provenance.options)
    samples = trace.samples
    machineMemory = trace.machineMemory
  }

  /// The trace in a file or folder, read once however often it is named.
  private func trace(
    _ path: String, _ options: ImportOptions, _ reader: MappingReader
  ) -> CommittedTrace? {
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
}
