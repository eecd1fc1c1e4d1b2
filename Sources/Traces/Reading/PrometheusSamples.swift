internal import Text

/// Samples of node_exporter's metrics, of one machine, put together by their times.
struct PrometheusSamples {
  private let options: ImportOptions
  private var join = TraceJoin()
  private var hosts: HostChoice
  private var unknown: String?

  init(_ options: ImportOptions) {
    self.options = options
    hosts = HostChoice(options)
  }

  /// What a series is read as, and the bytes of its unit; nothing if it is of no use or of another machine.
  mutating func series(
    _ labels: [(name: String, value: String)], at place: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) -> TraceQuantity? {
    let name = labels.first { $0.name == "__name__" }?.value ?? "value"
    guard let quantity = quantity(name) else {
      if unknown == nil { unknown = name }
      return nil
    }
    let others = labels.filter { $0.name != "__name__" }.sorted { $0.name < $1.name }
    let host = others.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    if !host.isEmpty {
      guard try hosts.takes(host, aliases: others.map(\.value), at: place, &intake) else {
        return nil
      }
    }
    if !intake.understood.names.contains(name) { intake.understood.names.append(name) }
    intake.declare(name, as: quantity)
    if name == options.committedColumn {
      intake.understood.substitute(
        "committed_kb = \(name) in \((options.unit ?? .bytes).rawValue)")
    }
    if !labels.contains(where: { $0.name == "__name__" }) {
      intake.understood.averages =
        "of an expression, over its window if it has one such as avg_over_time"
    }
    intake.understood.isAbsolute = true
    return quantity
  }

  /// Takes a value of a series at a time in nanoseconds since 1970.
  mutating func add(
    _ quantity: TraceQuantity, _ value: TraceField, time: Int64
  ) throws(TraceFault) {
    let name = quantity.column
    let amount =
      try quantity.isCounter
      ? value.counter(name)
      : value.memory(name, unit: try options.unitBytes(.bytes, at: value))
    guard let amount else { return }
    try join.set(quantity, amount, time: time, at: value)
  }

  /// Gives all samples on.
  mutating func emit(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    if join.isEmpty, let unknown {
      throw intake.lastLine.fault(
        "no samples: \(quoted(unknown)) is no metric of node_exporter's memory")
    }
    try join.emit(into: &intake)
  }

  /// `node_memory_Committed_AS_bytes` (before 0.16 without `_bytes`), `node_vmstat_pswpin`, or the metric chosen.
  private func quantity(_ name: String) -> TraceQuantity? {
    if let chosen = options.committedColumn, chosen == name { return .committed }
    if name.hasPrefix("node_memory_") {
      let field = name.dropFirst(12)
      let plain = field.hasSuffix("_bytes") ? field.dropLast(6) : field
      let quantity = TraceQuantity.named(String(plain))
      return quantity?.isCounter == false && quantity?.kernelName == String(plain)
        && !(quantity == .committed && options.committedColumn != nil) ? quantity : nil
    }
    if name.hasPrefix("node_vmstat_") {
      let quantity = TraceQuantity.named(String(name.dropFirst(12)))
      return quantity?.isCounter == true ? quantity : nil
    }
    return nil
  }
}
