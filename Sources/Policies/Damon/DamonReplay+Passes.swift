extension DamonReplay {
  /// Replays passes: each begins with the quota and the regions that the line has for it; the counts go on.
  static func replayPasses(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    var damon = DamonReclaim()
    damon.intervals = try intervals(line)
    damon.leastAge = try line.number("min_age")
    damon.quota.milliseconds = try line.number("ms")
    damon.quota.size = try line.number("sz")
    damon.quota.resetInterval = try line.number("reset_interval_ms")
    damon.quota.weights = try weights(line)
    damon.quota.goals = try goals(line, "goals")
    let hz: UInt64 = try line.number("hz")
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("passes").list(at: "passes").enumerated() {
      let path = "passes[\(index)]"
      let pass = try value.fields(at: path)
      let got = try replay(pass, on: &damon, hz: hz, at: path + ".")
      differences += compare(pass, got, at: path)
    }
    return differences
  }

  private static func replay(
    _ pass: VectorFields, on damon: inout DamonReclaim, hz: UInt64, at path: String
  ) throws(BadVectorField) -> VectorFields {
    try damon.quota.set(
      pass.required("quota_before", in: path), at: path + "quota_before")
    var regions = try regions(pass, at: path)
    let sight = DamonReclaim.Sight(
      samples: try pass.number("sis", in: path), jiffies: try pass.number("jiffies", in: path),
      hz: hz, pressure: try pass.number("psi_some_total_ns", in: path))
    let ranges = damon.pass(&regions, sight)
    let results = try pass.required("paged_out", in: path).list(at: path + "paged_out")
    var paged: [VectorValue] = []
    for (index, range) in ranges.enumerated() {
      // Of a range that the recording does not have, nothing is reclaimed.
      var (bytes, time): (UInt64, UInt64) = (0, 0)
      if index < results.count {
        let place = "\(path)paged_out[\(index)]"
        let result = try numbers(results[index], count: 4, at: place)
        (bytes, time) = (result[2], result[3])
      }
      damon.paged(bytes: bytes, nanoseconds: time)
      paged.append(list([range.start, range.end, bytes, time]))
    }
    let counts = damon.statistics
    return [
      "paged_out": .list(paged), "quota_after": .object(damon.quota.fields),
      "regions_after": .list(
        regions.map { list([$0.start, $0.end, UInt64($0.accesses), UInt64($0.age)]) }),
      "stat": list([
        counts.tried, counts.triedBytes, counts.applied, counts.appliedBytes, counts.exceeded,
      ]), "next_sis": VectorValue(damon.nextPass),
    ]
  }

  private static func regions(
    _ pass: VectorFields, at path: String
  ) throws(BadVectorField) -> [DamonRegion] {
    var regions: [DamonRegion] = []
    let list = try pass.required("regions", in: path).list(at: path + "regions")
    for (index, value) in list.enumerated() {
      let place = "\(path)regions[\(index)]"
      let region = try numbers(value, count: 4, at: place)
      guard let accesses = UInt32(exactly: region[2]), let age = UInt32(exactly: region[3]),
        region[0] <= region[1]
      else { throw BadVectorField(path: place) }
      regions.append(
        DamonRegion(start: region[0], end: region[1], accesses: accesses, age: age))
    }
    return regions
  }

  private static func numbers(
    _ value: VectorValue, count: Int, at path: String
  ) throws(BadVectorField) -> [UInt64] {
    var numbers: [UInt64] = []
    for value in try value.list(at: path) { numbers.append(try value.number(at: path)) }
    guard numbers.count == count else { throw BadVectorField(path: path) }
    return numbers
  }

  private static func list(_ numbers: [UInt64]) -> VectorValue {
    .list(numbers.map { VectorValue($0) })
  }
}
