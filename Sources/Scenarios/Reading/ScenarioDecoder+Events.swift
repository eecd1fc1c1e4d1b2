internal import Simulation
internal import Text
internal import Units

extension ScenarioDecoder {
  /// The orders from outside.
  func events(_ reader: inout MappingReader, guests: [GuestSpec]) -> [EventSpec] {
    guestNames = guests.map(\.name)
    let items = reader.list("events")
    let events = items.map { item in
      MappingReader.read(item.node, path: item.path, log: log, expected: "an event: a mapping") {
        reader in
        var event = EventSpec(at: .zero, guest: 0, action: .dropCaches)
        EventSpec.keys.read(&reader, &event, self)
        return event
      }
    }
    checkFaults(events, nodes: items)
    return events
  }

  /// The guest that an event happens to.
  func eventGuest(_ event: inout MappingReader) -> Int {
    if event.has("host") {
      if event.has("guest") { event.report("guest", "a fault of the host is no guest's") }
      return 0
    }
    if guestNames.count == 1 && !event.has("guest") { return 0 }
    let name = event.required("guest", .name, standIn: guestNames.first ?? "")
    if let index = guestNames.firstIndex(of: name) { return index }
    event.report("guest", unknownWord("guest", name, known: guestNames))
    return 0
  }

  /// sysfs writes: attribute names and the texts written into them.
  func tunables(
    _ reader: inout MappingReader, known: [String] = tunableNames
  ) -> [(attribute: String, text: String)] {
    var writes: [(attribute: String, text: String)] = []
    for (name, place) in reader.keys {
      let text = reader.optional(name, .sysfsText)
      if !known.contains(name) {
        log.report(place, reader.path, unknownWord("tunable", name, known: known))
      } else if let text {
        writes.append((name, text))
      }
    }
    return writes
  }

  /// Reports faults that take hold of the same thing at the same time, at the later of the two.
  private func checkFaults(_ events: [EventSpec], nodes: [(node: SourceNode, path: String)]) {
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
