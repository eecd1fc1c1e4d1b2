internal import Crypto
internal import Foundation
internal import MemoryModel
internal import SimulationEngine

/// The version of the model: runs of different versions are never taken for the same.
///
/// It moves with every change that moves a fingerprint (`CHANGELOG.md`, "Results changed").
public let modelVersion = "0.2.0"

extension ResolvedScenario {
  /// The key of the run: a hash of all that determines its outcome.
  ///
  /// That is every parameter, the content of every trace (not its path), the seed and the version of
  /// the model. 64 hexadecimal digits, SHA-256.
  public var runKey: String {
    var hash = SHA256()
    hash.update(data: Data("balloonsim \(modelVersion)\n".utf8))
    let paths = Set(traces.map(\.provenance.path))
    for parameter in parameters where !paths.contains(parameter.text) {
      hash.update(data: Data("\(parameter.path)=\(parameter.text)\n".utf8))
    }
    for guest in scenario.guests {
      if case .trace(let path, let options) = guest.committed.source,
        let trace = trace(path, options)
      {
        hash.update(data: Data("\(guest.name)=\(trace.provenance.sha256)\n".utf8))
      }
    }
    return hash.finalize().map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  /// Each guest's samples of committed memory, in the order of the guests, as `Simulation` takes them.
  public var demands: [[CommittedPoint]] {
    scenario.guests.map { guest in
      switch guest.committed.source {
      case .constant(let level): [CommittedPoint(at: .zero, committed: level, touched: nil)]
      case .points(let points): points
      case .trace(let path, let options): trace(path, options)?.samples ?? []
      }
    }
  }
}
