internal import Simulation
internal import Units

extension ScenarioDecoder {
  /// The keys of events that bring a fault about.
  static let faultKeys = ["balloon", "worker", "host", "tmem"]

  /// The fault at `key` of an event, one of `faultKeys`, and how long it lasts.
  func fault(_ key: String, _ event: inout MappingReader) -> EventSpec.Action {
    let read = event.mapping(key) { reader -> (fault: FaultSpec, duration: SimDuration)? in
      switch key {
      case "balloon": balloonFault(&reader)
      case "worker":
        (
          .workerLate(by: reader.required("by", .time(Self.faultTime), standIn: .seconds(1))),
          span("late_for", &reader)
        )
      case "host": hostFault(&reader)
      default:
        switch reader.oneOf(["full_for", "frozen_for"]) {
        case "full_for": (.tmemFull, span("full_for", &reader))
        default: (.tmemFrozen, span("frozen_for", &reader))
        }
      }
    }
    return .fault(read??.fault ?? .balloonStuck, for: read??.duration ?? .seconds(1))
  }

  /// How long a fault, or a part of it, may last.
  private static let faultTime = SimDuration.milliseconds(1)...ScenarioLimits.longestTime

  /// The time at `key`, which is there or asked for.
  private func span(_ key: String, _ reader: inout MappingReader) -> SimDuration {
    reader.required(key, .time(Self.faultTime), standIn: .seconds(1))
  }

  private func balloonFault(_ reader: inout MappingReader) -> (FaultSpec, SimDuration)? {
    switch reader.oneOf(["stuck_for", "slow_for", "intermittent_for", "refusing_for"]) {
    case "stuck_for": return (.balloonStuck, span("stuck_for", &reader))
    case "slow_for":
      let factor = reader.required("factor", .count(Int64(2)...1_000), standIn: 2)
      return (.balloonSlow(factor: factor), span("slow_for", &reader))
    case "intermittent_for":
      let period = reader.required("period", .time(Self.faultTime), standIn: .seconds(2))
      let stuck = reader.required("stuck", .time(Self.faultTime), standIn: .seconds(1))
      if stuck >= period {
        reader.report("stuck", "\(stuck.text) is not less than the period, \(period.text)")
      }
      return (
        .balloonIntermittent(stuck: stuck, period: period), span("intermittent_for", &reader)
      )
    case "refusing_for":
      let sizes = PageCount.zero...ScenarioLimits.guestMemory.upperBound
      let limit = reader.required("above", .size(sizes), standIn: .zero)
      return (.balloonRefusing(above: limit), span("refusing_for", &reader))
    default: return nil
    }
  }

  private func hostFault(_ reader: inout MappingReader) -> (FaultSpec, SimDuration)? {
    switch reader.oneOf(["out_of_memory_for", "demand_for"]) {
    case "out_of_memory_for": return (.hostOutOfMemory, span("out_of_memory_for", &reader))
    case "demand_for":
      let sizes = PageCount.pages(1)...ScenarioLimits.hostMemory.upperBound
      let size = reader.required("size", .size(sizes), standIn: .pages(1))
      return (.hostDemand(size), span("demand_for", &reader))
    default: return nil
    }
  }

  /// Reports faults that take hold of the same thing at the same time, at the later of the two.
  func checkFaults(_ events: [EventSpec], nodes: [(node: SourceNode, path: String)]) {
    var last: [FaultKey: (end: SimTime, name: String)] = [:]
    let order = events.indices.sorted { (events[$0].at, $0) < (events[$1].at, $1) }
    for index in order {
      guard case .fault(let fault, let duration) = events[index].action else { continue }
      let key = FaultKey(guest: fault.isOfHost ? nil : events[index].guest, place: fault.place)
      if let before = last[key], events[index].at < before.end {
        let end = (before.end - .zero).text
        log.report(
          nodes[index].node.place, nodes[index].path,
          "\(fault.name) begins at \((events[index].at - .zero).text), while a \(before.name) lasts, until \(end)"
        )
      }
      last[key] = (events[index].at + duration, fault.name)
    }
  }

  private struct FaultKey: Hashable {
    var guest: Int?
    var place: FaultSpec.Place
  }
}
