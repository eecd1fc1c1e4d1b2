internal import Simulation
internal import Text
internal import Units

extension ScenarioDecoder {
  /// The orders from outside.
  func events(_ reader: inout MappingReader, guests: [GuestSpec]) -> [EventSpec] {
    let items = reader.list("events")
    let events = items.map { item in
      MappingReader.read(item.node, path: item.path, log: log, expected: "an event: a mapping") {
        event in
        EventSpec(
          at: SimTime(
            nanoseconds: event.required("at", .time(ScenarioLimits.instant), standIn: .zero)
              .nanoseconds),
          guest: eventGuest(&event, guests: guests.map(\.name)),
          action: action(&event))
      }
    }
    checkFaults(events, nodes: items)
    return events
  }

  private func eventGuest(_ event: inout MappingReader, guests: [String]) -> Int {
    if event.has("host") {
      if event.has("guest") { event.report("guest", "a fault of the host is no guest's") }
      return 0
    }
    if guests.count == 1 && !event.has("guest") { return 0 }
    let name = event.required("guest", .name, standIn: guests.first ?? "")
    if let index = guests.firstIndex(of: name) { return index }
    event.report("guest", unknownWord("guest", name, known: guests))
    return 0
  }

  private func action(_ event: inout MappingReader) -> EventSpec.Action {
    let key = event.oneOf(["write", "balloon_target", "drop_caches"] + Self.faultKeys)
    if let key, Self.faultKeys.contains(key) { return fault(key, &event) }
    switch key {
    case "write":
      let writes = event.mapping("write") { tunables(&$0) } ?? []
      if writes.isEmpty { event.report("write", "expected at least one attribute to write") }
      return .write(writes)
    case "balloon_target":
      let sizes = PageCount.zero...ScenarioLimits.guestMemory.upperBound
      return .balloonTarget(event.required("balloon_target", .size(sizes), standIn: .zero))
    default:
      if event.optional("drop_caches", .boolean) == false {
        event.report("drop_caches", "expected true: an event that does nothing is none")
      }
      return .dropCaches
    }
  }

  /// sysfs writes: attribute names and the texts written into them.
  func tunables(_ reader: inout MappingReader) -> [(attribute: String, text: String)] {
    var writes: [(attribute: String, text: String)] = []
    for (name, place) in reader.keys {
      let text = reader.optional(name, .sysfsText)
      if !tunableNames.contains(name) {
        log.report(place, reader.path, unknownWord("tunable", name, known: tunableNames))
      } else if let text {
        writes.append((name, text))
      }
    }
    return writes
  }
}
