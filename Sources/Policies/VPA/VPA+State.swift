// What a recording has of a recommender.

extension VPA {
  /// Takes over what was known before.
  mutating func restore(
    _ state: VectorFields, names: [String], at path: String
  ) throws(BadVectorField) {
    let recorded = try state.required("containers", in: path).list(at: path + "containers")
    if recorded.count != containers.count { throw BadVectorField(path: path + "containers") }
    for (place, value) in recorded.enumerated() {
      let path = "\(path)containers[\(place)]"
      let fields = try value.fields(at: path)
      containers[place].windowEnd = try Self.time("window_end", fields, in: path + ".")
      containers[place].lastMemorySample = try Self.time(
        "last_memory_sample", fields, in: path + ".")
      containers[place].lastCPUSample = try Self.time("last_cpu_sample", fields, in: path + ".")
      containers[place].memoryPeak = try Self.count("memory_peak", fields, in: path + ".")
      containers[place].oomPeak = try Self.count("oom_peak", fields, in: path + ".")
    }
    let all = try state.required("aggregates", in: path).fields(at: path + "aggregates")
    for (place, name) in names.enumerated() {
      let path = "\(path)aggregates.\(name)"
      let list = try (all[name] ?? .null).list(at: path)
      if list.count != aggregates[place].count { throw BadVectorField(path: path) }
      for (index, value) in list.enumerated() {
        let path = "\(path)[\(index)]"
        aggregates[place][index] = try Self.aggregate(
          try value.fields(at: path), at: path + ".")
      }
    }
  }

  private static func aggregate(
    _ fields: VectorFields, at path: String
  ) throws(BadVectorField) -> Aggregate {
    var aggregate = Aggregate()
    aggregate.firstCPUSample = try time("first_cpu_sample", fields, in: path)
    aggregate.lastCPUSample = try time("last_cpu_sample", fields, in: path)
    aggregate.cpuSamples = try count("cpu_samples", fields, in: path)
    if let reference = try time("reference", fields, in: path, from: Histogram.noTime) {
      aggregate.histogram.reference = reference
    }
    aggregate.histogram.total = try fields.real("total_weight", in: path)
    aggregate.histogram.first = try bucket(
      try fields.required("min_bucket", in: path), at: path + "min_bucket")
    aggregate.histogram.last = try bucket(
      try fields.required("max_bucket", in: path), at: path + "max_bucket")
    let weights = try fields.required("buckets", in: path).list(at: path + "buckets")
    for (index, value) in weights.enumerated() {
      let path = "\(path)buckets[\(index)]"
      let pair = try value.list(at: path)
      if pair.count != 2 { throw BadVectorField(path: path) }
      aggregate.histogram.weights[try bucket(pair[0], at: path + "[0]")] = try pair[1].real(
        at: path + "[1]")
    }
    return aggregate
  }

  /// Carries an event out; whether it was taken.
  mutating func take(_ event: [VectorValue], at path: String) throws(BadVectorField) -> Bool {
    let place: Int = try event[1].number(at: path + "[1]")
    guard containers.indices.contains(place) else { throw BadVectorField(path: path + "[1]") }
    let time: Int64 = try event[2].number(at: path + "[2]")
    guard Self.times ~= time else { throw BadVectorField(path: path + "[2]") }
    let value: Int64 = try event[3].number(at: path + "[3]")
    switch try event[0].text(at: path + "[0]") {
    case "mem": return addMemory(value, at: time, to: place)
    case "cpu": return addCPU(value, at: time, to: place)
    case "oom": return recordOOM(requested: value, at: time, in: place)
    default: throw BadVectorField(path: path + "[0]")
    }
  }

  /// What is known, as it is recorded.
  func state(names: [String]) -> VectorValue {
    var all: VectorFields = [:]
    for (place, name) in names.enumerated() {
      all[name] = .list(aggregates[place].map(Self.state))
    }
    return .object([
      "containers": .list(
        containers.map { container in
          .object([
            "window_end": VectorValue(container.windowEnd),
            "last_memory_sample": VectorValue(container.lastMemorySample),
            "last_cpu_sample": VectorValue(container.lastCPUSample),
            "memory_peak": VectorValue(container.memoryPeak),
            "oom_peak": VectorValue(container.oomPeak),
          ])
        }), "aggregates": .object(all),
    ])
  }

  private static func state(of aggregate: Aggregate) -> VectorValue {
    let histogram = aggregate.histogram
    return .object([
      "reference": histogram.reference == Histogram.noTime
        ? .null : VectorValue(histogram.reference),
      "total_weight": VectorValue(real: histogram.total),
      "min_bucket": VectorValue(histogram.first), "max_bucket": VectorValue(histogram.last),
      "buckets": .list(
        histogram.weights.enumerated().filter { $1 != 0 }
          .map { .list([VectorValue($0), VectorValue(real: $1)]) }),
      "first_cpu_sample": VectorValue(aggregate.firstCPUSample),
      "last_cpu_sample": VectorValue(aggregate.lastCPUSample),
      "cpu_samples": VectorValue(aggregate.cpuSamples),
    ])
  }

  /// Times of a recording: 1970 to 2242, so that two of them are less apart than Go's longest duration.
  private static let times: ClosedRange<Int64> = 0...(1 << 33)

  private static func time(
    _ name: String, _ fields: VectorFields, in path: String, from start: Int64 = 0
  ) throws(BadVectorField) -> Int64? {
    let value = try fields.required(name, in: path)
    if value == .null { return nil }
    let time: Int64 = try value.number(at: path + name)
    // Ends of windows and reference times lie after a sample.
    guard start...(1 << 34) ~= time else { throw BadVectorField(path: path + name) }
    return time
  }

  private static func count(
    _ name: String, _ fields: VectorFields, in path: String
  ) throws(BadVectorField) -> Int64 {
    let count: Int64 = try fields.number(name, in: path)
    guard count >= 0 else { throw BadVectorField(path: path + name) }
    return count
  }

  private static func bucket(
    _ value: VectorValue, at path: String
  ) throws(BadVectorField) -> Int {
    let bucket: Int = try value.number(at: path)
    guard 0..<Histogram.buckets ~= bucket else { throw BadVectorField(path: path) }
    return bucket
  }
}
