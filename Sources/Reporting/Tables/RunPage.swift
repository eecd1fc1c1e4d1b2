private import Foundation
public import Recording
internal import Scenarios
public import Simulation
public import Text

/// Everything about one run, for `show`.
public struct RunPage: Sendable {
  private var run: RunRecord
  private var provenance: RunProvenance
  private var parameters: [Parameter]
  private var metrics: [Metric]
  private var casualties: Casualties

  /// A page from what the database holds of the run.
  public init(
    run: RunRecord, provenance: RunProvenance, parameters: [Parameter], metrics: [Metric],
    casualties: Casualties? = nil
  ) {
    self.casualties = casualties ?? Casualties(metrics: metrics, events: [])
    self.run = run
    self.provenance = provenance
    self.parameters = parameters
    self.metrics = metrics
  }

  /// Facts, metrics and parameters in lines of at most `width` characters.
  public func text(width: Int? = nil) -> String {
    let title = "run \(run.id)"
    let losses = casualties.sentences(in: title) + casualties.warnings(in: title)
    var sections = losses.map { TableText.wrapped($0, width: width) + "\n" }
    sections.append(facts.text(width: width))
    if !metrics.isEmpty {
      let table = MetricsTable([.init(title: "run \(run.id)", metrics: metrics)])
      sections.append(table.text(width: width))
    }
    if !parameters.isEmpty {
      sections.append(parameterTable.text(width: width))
    }
    return sections.joined(separator: "\n")
  }

  /// The page as a JSON object: the columns of `runs`, then parameters and metrics.
  public var json: JSON {
    run.json + [
      "ingredients": provenance.ingredients.map { JSON.recorded($0) },
      "host_facts": JSON.recorded(provenance.hostFacts),
      "trace_provenance": JSON.recorded(provenance.traceProvenance),
      "scenario_yaml": provenance.scenarioYAML,
      "parameters": parameters.map {
        ["path": $0.path, "value": $0.value, "number": $0.number] as JSON
      },
      "metrics": metrics,
    ]
  }

  /// The machine as a sentence, or as it is recorded if that is in another form.
  private var machine: String {
    struct Machine: Decodable {
      let name: String
      let system: String
      let processors: Int64
      let memoryBytes: Int64
    }
    guard let machine = decoded(Machine.self, provenance.hostFacts) else {
      return provenance.hostFacts
    }
    let memory = UnitScale.text(Double(machine.memoryBytes), unit: "bytes")
    return "\(machine.name), \(machine.system), \(machine.processors) CPUs, \(memory)"
  }

  /// The traces and what was understood of them, or what is recorded if that is in another form.
  private var traces: [String] {
    struct Trace: Decodable {
      let path: String
      let sha256: String
      let rows: Int64
      let understood: [String]?
    }
    guard let traces = decoded([Trace].self, provenance.traceProvenance) else {
      return [provenance.traceProvenance]
    }
    return traces.flatMap { trace in
      ["\(trace.path), \(trace.rows) samples, SHA-256 \(trace.sha256)"] + (trace.understood ?? [])
    }
  }

  private func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) -> Value? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do { return try decoder.decode(type, from: Data(json.utf8)) } catch { return nil }
  }

  /// Every parameter with its value.
  var parameterTable: TableText {
    TableText(
      columns: [.init("parameter"), .init("value")], rows: parameters.map { [$0.path, $0.value] })
  }

  /// What is known of the run besides.
  var facts: TableText {
    var rows = [
      ["run", "\(run.id)"], ["key", run.key], ["scenario", run.scenarioName],
      ["driver", run.driver], ["seed", "\(run.seed)"], ["status", run.status.rawValue],
      ["error", run.error ?? ""], ["simulated", run.simulatedText],
      ["fingerprint", run.fingerprint ?? ""], ["started", run.startedAt],
      ["finished", run.finishedAt ?? ""], ["version", run.version],
      ["machine", machine],
    ]
    rows += traces.enumerated().map { [$0 == 0 ? "traces" : "", $1] }
    let command = RecordedCommand(run.command)
    rows.append([command.isOurs ? "repeat with" : "no command of ours", command.text])
    return TableText(
      columns: [.init("fact"), .init("value")], rows: rows.filter { !$0[1].isEmpty })
  }
}
