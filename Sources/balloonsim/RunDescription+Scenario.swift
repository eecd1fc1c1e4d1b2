import Policies
import Recording
import Scenarios
import Simulation
import Traces
import Units

/// This machine, looked at once.
private let hostFacts = RunDescription.currentHostFacts()

extension ResolvedScenario {
  /// What the database is told of a run to come.
  func description(
    command: String, key: String? = nil, sweep: Int64? = nil, recording: RecordingLevel = .ticks
  ) -> RunDescription {
    let traces = traces.map { trace in
      let object = JSONText.object([
        ("path", .text(trace.provenance.path)), ("sha256", .text(trace.provenance.sha256)),
        ("format", .text(trace.provenance.format.name)),
        ("rows", .number(Int64(trace.provenance.rows))),
        ("span_ns", .number(trace.provenance.span.nanoseconds)),
      ])
      return "\(object.dropLast()),\"understood\":\(JSONText.array(trace.remarks))}"
    }
    return RunDescription(
      key: key ?? runKey, scenarioName: scenario.name, scenarioYAML: yaml, seed: scenario.seed,
      version: programVersion,
      driver: Set(scenario.guests.map(\.driver.rawValue)).sorted().joined(separator: ","),
      command: command, traceProvenance: "[\(traces.joined(separator: ","))]",
      hostFacts: hostFacts,
      guests: scenario.guests.map(\.name),
      parameters: parameters.map { Parameter(path: $0.path, value: $0.text, number: $0.number) },
      sweep: sweep, recording: recording)
  }
}
