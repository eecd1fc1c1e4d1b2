internal import MemoryModel
internal import Policies
internal import Units

/// Recorded updates of the kernel's averages of pressure: the state before, a collection, the state after.
///
/// They are the kernel's and no policy's, but policies read them, and they are held against recordings in the same way.
enum PressureReplay: PolicyReplay {
  static let kind = "psi"

  /// Told by the kernel's period, which no other kind has.
  static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["psi_period_ns", "total_ns"])
  }

  static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    let hz: UInt32 = try line.number("hz")
    let before = try line.required("before").fields(at: "before")
    let lines = try numbers(before.required("avg", in: "before."), rows: 2, at: "before.avg")
    guard
      var averages = PressureAverages(
        hz: hz, lastUpdate: try before.number("avg_last_update_ns", in: "before."),
        nextUpdate: try before.number("avg_next_update_ns", in: "before."),
        averaged: try totals(before, "avg_total_ns", in: "before."), some: lines[0], full: lines[1])
    else { throw BadVectorField(path: hz == 0 ? "hz" : "before.avg_next_update_ns") }
    let now: Int64 = try line.number("now_ns")
    if now < 0 { throw BadVectorField(path: "now_ns") }
    let totals = try totals(line, "total_ns")
    let isUpdated = averages.collect(totals, at: SimTime(nanoseconds: now))
    let got: VectorFields = [
      "psi_period_ns": VectorValue(averages.period), "updated": .bool(isUpdated),
      "text": .list(averages.lines(totals).map(VectorValue.text)),
    ]
    let after: VectorFields = [
      "avg_last_update_ns": VectorValue(averages.lastUpdate),
      "avg_next_update_ns": VectorValue(averages.nextUpdate),
      "avg_total_ns": .list([
        VectorValue(averages.averaged.some), VectorValue(averages.averaged.full),
      ]),
      "avg": .list([value(of: averages.some), value(of: averages.full)]),
    ]
    return VectorDifference.between(line.filter { got[$0.key] != nil }, got, at: "")
      + VectorDifference.between(
        try line.required("after").fields(at: "after"), after, at: "after")
  }

  private static func value(of line: PressureAverages.Averages) -> VectorValue {
    .list([VectorValue(line.avg10), VectorValue(line.avg60), VectorValue(line.avg300)])
  }

  private static func totals(
    _ fields: VectorFields, _ name: String, in path: String = ""
  ) throws(BadVectorField) -> PressureAverages.Totals {
    let list = try fields.required(name, in: path).list(at: path + name)
    if list.count != 2 { throw BadVectorField(path: path + name) }
    return PressureAverages.Totals(
      some: try list[0].number(at: path + name), full: try list[1].number(at: path + name))
  }

  private static func numbers(
    _ value: VectorValue, rows: Int, at path: String
  ) throws(BadVectorField) -> [PressureAverages.Averages] {
    let lists = try value.list(at: path)
    if lists.count != rows { throw BadVectorField(path: path) }
    return try lists.map { list throws(BadVectorField) in
      let list = try list.list(at: path)
      if list.count != 3 { throw BadVectorField(path: path) }
      return PressureAverages.Averages(
        avg10: try list[0].number(at: path), avg60: try list[1].number(at: path),
        avg300: try list[2].number(at: path))
    }
  }
}
