internal import Simulation
public import Traces
public import Units

/// A guest's demand of which the samples are so far apart that much may have happened between two, and nobody has said
/// how it went from one to the next.
public struct CoarseDemand: Hashable, Sendable {
  /// The guest.
  public let guest: String
  /// The trace's file.
  public let trace: String
  /// The usual time between two samples.
  public let interval: SimDuration
  /// Whether the samples are averages over that time.
  public let areAverages: Bool

  /// Samples so far apart are coarse: 60 s.
  ///
  /// Assumed. The worker runs every 5.12 s and a guest's memory halves its distance to the goal in 27 s (`Docs/model.md`, 7), so
  /// that what happens within a minute decides about kills.
  static let leastInterval = SimDuration.seconds(60)

  /// The parameter that says how a sample leads to the next.
  public var path: ParameterPath { .of(guest: guest, "committed.between") }

  /// What a reader of results has to know, a sentence for all demands that are coarse in the same way.
  static func sentences(of demands: [CoarseDemand]) -> [String] {
    var kinds: [(averages: Bool, interval: SimDuration)] = []
    for demand in demands
    where !kinds.contains(where: { $0 == (demand.areAverages, demand.interval) }) {
      kinds.append((demand.areAverages, demand.interval))
    }
    return kinds.map { averages, interval in
      let own = demands.filter { ($0.areAverages, $0.interval) == (averages, interval) }
      let guests = own.map(\.guest)
      var traces: [String] = []
      for demand in own where !traces.contains(demand.trace) { traces.append(demand.trace) }
      let what =
        averages
        ? "averages over \(interval.text), in which peaks are lost"
        : "samples \(interval.text) apart"
      let who = guests.count == 1 ? "guest \(guests[0]) follows" : "guests \(listed(guests)) follow"
      return
        "\(who) \(what): what \(guests.count == 1 ? "it" : "they") wanted between two of them was not recorded "
        + "(\(listed(traces)))"
    }
  }

  /// Names with commas, but not more than a person reads.
  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(4).joined(separator: ", ")
    return names.count <= 4 ? shown : "\(shown) and \(names.count - 4) more"
  }
}

extension CommittedTrace {
  /// The usual time between two samples, the median, if they are coarse. O(n log n) in their number.
  public var coarseInterval: SimDuration? {
    guard let median = TraceSummary(self).intervals?.median, median >= CoarseDemand.leastInterval
    else { return nil }
    return median
  }

  /// What a reader of results has to know of the samples: how they were read, and that they are coarse.
  public var remarks: [String] {
    provenance.remarks
      + (coarseInterval.map {
        ["coarse: \($0.text) apart; what happened between samples was not recorded"]
      } ?? [])
  }
}

extension ResolvedScenario {
  /// The guests that follow coarse samples with `between` left to its default.
  public var coarseDemands: [CoarseDemand] {
    scenario.guests.compactMap { guest in
      guard case .trace(let path, let options) = guest.committed.source,
        !guest.committed.isBetweenChosen, let trace = trace(path, options),
        let interval = trace.coarseInterval
      else { return nil }
      return CoarseDemand(
        guest: guest.name, trace: path, interval: interval,
        areAverages: trace.provenance.areAverages)
    }
  }
}
