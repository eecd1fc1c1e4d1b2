internal import Policies
public import Scenarios
internal import Simulation
internal import Text
internal import Traces
internal import Units

/// This machine, looked at once.
private let hostFacts = RunDescription.currentHostFacts()

extension ResolvedScenario {
  /// What the database is told of a run to come, by this version.
  public func description(
    command: String, key: String? = nil, sweep: Int64? = nil, recording: RecordingLevel = .ticks
  ) -> RunDescription {
    let traces = traces.map { trace in
      let provenance = trace.provenance
      return [
        "path": provenance.path, "sha256": provenance.sha256, "format": provenance.format.name,
        "rows": provenance.rows, "span_ns": provenance.span.nanoseconds,
        "understood": trace.remarks,
      ] as JSON
    }
    return RunDescription(
      key: key ?? runKey, scenarioName: scenario.name, scenarioYAML: yaml, seed: scenario.seed,
      version: modelVersion,
      driver: Set(scenario.guests.map(\.driver.rawValue)).sorted().joined(separator: ","),
      command: command, traceProvenance: traces.json.text,
      hostFacts: hostFacts,
      guests: scenario.guests.map(\.name),
      parameters: parameters.map { Parameter(path: $0.path, value: $0.text, number: $0.number) },
      sweep: sweep, recording: recording)
  }
}
