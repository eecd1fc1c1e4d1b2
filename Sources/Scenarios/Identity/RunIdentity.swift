internal import Simulation
public import Traces
internal import Units

/// The version of the model: runs of different versions are never taken for the same.
///
/// It moves with every change that moves a fingerprint (`CHANGELOG.md`, "Results changed"). A figure more moves none.
public let modelVersion = "0.4.0"

extension ResolvedScenario {
  /// The key of the run: a hash of all that determines its outcome.
  ///
  /// That is every parameter, the content of every trace (not its path), the seed and the version of
  /// the model. What a guest has by default of a key that came later is left out, so that runs recorded before keep their
  /// keys. 64 hexadecimal digits, SHA-256.
  public var runKey: String {
    var text = "balloonsim \(modelVersion)\n"
    let paths = Set(traces.map(\.provenance.path))
    let left = Set(
      scenario.guests.flatMap { guest in
        ParameterPath.laterValues(of: guest.name).map { "\($0.path)=\($0.text)" }
      })
    for parameter in parameters where !paths.contains(parameter.text) {
      if left.contains("\(parameter.path)=\(parameter.text)") { continue }
      text += "\(parameter.path)=\(parameter.text)\n"
    }
    for guest in scenario.guests {
      if case .trace(let path, let options) = guest.committed.source,
        let trace = trace(path, options)
      {
        text += "\(guest.name)=\(trace.provenance.sha256)\n"
      }
    }
    return SHA256.digits(of: text.utf8)
  }

  /// Each guest's samples of committed memory, in the order of the guests, as `Simulation` takes them.
  public var demands: [CommittedDemand] {
    scenario.guests.map { guest in
      switch guest.committed.source {
      case .constant(let level):
        CommittedDemand([CommittedPoint(at: .zero, committed: level, touched: nil)])
      case .points(let points): CommittedDemand(points)
      case .trace(let path, let options): trace(path, options)?.demand ?? CommittedDemand([])
      }
    }
  }
}
