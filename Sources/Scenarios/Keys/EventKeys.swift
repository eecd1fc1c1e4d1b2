internal import Simulation
internal import Units

extension EventSpec {
  /// When it happens.
  private static let atKey = ScenarioKey<EventSpec>.required(
    "at", \.at, .instant(ScenarioLimits.instant), "since boot")

  /// Whom it happens to.
  private static let guestKey = ScenarioKey<EventSpec>(
    name: "guest",
    rows: { _ in
      [
        KeyRow(
          path: "guest", type: "name of a guest", fallback: "the only one",
          meaning: "whom it happens to", note: "not with `host`")
      ]
    },
    read: { $1.guest = $2.eventGuest(&$0) }, entries: { _ in [] })

  /// What happens: one of these.
  private static let actionKey = ScenarioKey<EventSpec>.oneOf(
    [
      ScenarioKey(
        name: "write",
        rows: { _ in
          [
            KeyRow(
              path: "write", type: "mapping of attribute to text", fallback: "one of",
              meaning: "sysfs writes as root, in order")
          ]
        },
        read: { reader, event, decoder in
          let writes = reader.mapping("write") { decoder.tunables(&$0) } ?? []
          if writes.isEmpty {
            reader.report("write", "expected at least one attribute to write")
          }
          event.action = .write(writes)
        },
        entries: { if case .write(let list) = $0.action { [("write", .writes(list))] } else { [] } }
      ),
      ScenarioKey(
        name: "balloon_target",
        rows: { _ in
          [
            KeyRow(
              path: "balloon_target", type: ScalarKind<PageCount>.size(FaultTerms.sizes).type,
              fallback: "these", meaning: "sets the balloon driver's target (domain pages)",
              note: "the next run of the worker overwrites it")
          ]
        },
        read: { reader, event, _ in
          event.action = .balloonTarget(
            reader.required("balloon_target", .size(FaultTerms.sizes), standIn: .zero))
        },
        entries: {
          if case .balloonTarget(let size) = $0.action {
            [("balloon_target", .size(size))]
          } else {
            []
          }
        }),
      ScenarioKey(
        name: "drop_caches",
        rows: { _ in
          [
            KeyRow(
              path: "drop_caches", type: "`true`", fallback: "", meaning: "drops clean file pages")
          ]
        },
        read: { reader, event, _ in
          if reader.optional("drop_caches", .boolean) == false {
            reader.report("drop_caches", "expected true: an event that does nothing is none")
          }
          event.action = .dropCaches
        },
        entries: { if case .dropCaches = $0.action { [("drop_caches", .flag(true))] } else { [] } }),
    ] + FaultForm.sections.map(faultKey))

  /// The keys of an event.
  static let keys = [atKey, guestKey, actionKey]

  /// The faults of one section.
  private static func faultKey(_ section: String) -> ScenarioKey<EventSpec> {
    let forms = FaultForm.all.filter { $0.section == section }
    return ScenarioKey(
      name: section,
      rows: { _ in forms.flatMap(\.rows) },
      read: { reader, event, decoder in
        let read = reader.mapping(section) { FaultForm.read(forms, &$0, decoder) } ?? nil
        if let read { event.action = .fault(read.fault, for: read.duration) }
      },
      entries: { event in
        guard case .fault(let fault, let duration) = event.action else { return [] }
        return forms.compactMap { form in form.tree(fault, duration) }.map { (section, $0) }
      })
  }

  /// The event as it is written in a scenario with these guests.
  func tree(guests: [GuestSpec]) -> ParameterTree {
    var isOfHost = false
    if case .fault(let fault, _) = action { isOfHost = fault.isOfHost }
    let name: [ParameterTree.Entry] = isOfHost ? [] : [("guest", .word(guests[guest].name))]
    return .mapping(Self.atKey.entries(self) + name + Self.actionKey.entries(self))
  }
}
