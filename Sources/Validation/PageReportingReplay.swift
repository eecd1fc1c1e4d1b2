internal import MemoryModel
internal import Policies

/// Recorded runs of the kernel's free page reporting over the free lists of one zone.
enum PageReportingReplay: PolicyReplay {
  static let kind = "page_reporting"

  /// Told by the free lists, which no other kind has.
  static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["free_lists", "low_mark_pages", "runs"])
  }

  static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    var reporting = PageReporting()
    reporting.order = try number("order", line, in: 0...PageReporting.greatestOrder)
    _ = try number(
      "capacity", line, in: PageReporting.capacity...PageReporting.capacity)
    let hz = try number("hz", line, in: 1...10_000)
    let delay = Int(PageReporting.delay) * hz
    _ = try number("delay_jiffies", line, in: delay...delay)
    let failing = try number("report_fails_at_call", line, in: 0...Int(UInt32.max))
    var zones = [
      PageReporting.Zone(
        lists: try lists(line), free: try number("free_pages", line, in: 0...Int(UInt32.max)),
        lowMark: try number("low_mark_pages", line, in: 0...Int(UInt32.max)))
    ]
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("runs").list(at: "runs").enumerated() {
      let path = "runs[\(index)]"
      var calls = RunLengths()
      let before = zones[0].lists
      let goesOn = reporting.run(&zones) { blocks in
        let succeeds = calls.count + 1 != failing
        calls.append(succeeds ? blocks : -blocks)
        return succeeds
      }
      let got: VectorFields = [
        "calls": calls.value, "blocks_by_order": blocks(before, zones[0].lists),
        "again_after_jiffies": VectorValue(goesOn ? delay : 0),
        "state": VectorValue(reporting.state.rawValue),
      ]
      differences += VectorDifference.between(try value.fields(at: path), got, at: path)
    }
    return differences
  }

  private static func lists(
    _ line: VectorFields
  ) throws(BadVectorField) -> [PageReporting.FreeList] {
    var lists: [PageReporting.FreeList] = []
    for (index, value) in try line.required("free_lists").list(at: "free_lists").enumerated() {
      let path = "free_lists[\(index)]."
      let list = try value.fields(at: "free_lists[\(index)]")
      let blocks = try number("blocks", list, in: 0...1 << 24, at: path)
      let reported = try number("reported", list, in: 0...blocks, at: path)
      lists.append(
        PageReporting.FreeList(
          order: try number("order", list, in: 0...PageReporting.greatestOrder, at: path),
          type: try number("type", list, in: 0...Int(UInt8.max), at: path),
          unreported: blocks - reported, reported: reported))
    }
    lists.sort { ($0.order, $0.type) < ($1.order, $1.type) }
    return lists
  }

  private static func number(
    _ name: String, _ fields: VectorFields, in range: ClosedRange<Int>, at path: String = ""
  ) throws(BadVectorField) -> Int {
    let number: Int = try fields.number(name, in: path)
    guard range.contains(number) else { throw BadVectorField(path: path + name) }
    return number
  }

  /// Blocks that were reported in a run, by order; orders without any are left out.
  private static func blocks(
    _ before: [PageReporting.FreeList], _ after: [PageReporting.FreeList]
  ) -> VectorValue {
    var sums: [Int: Int] = [:]
    for (old, new) in zip(before, after) {
      sums[new.order, default: 0] += new.reported - old.reported
    }
    var fields: VectorFields = [:]
    for (order, sum) in sums where sum > 0 { fields["\(order)"] = VectorValue(sum) }
    return .object(fields)
  }

  /// Numbers, equal ones in a row as their count and one of them.
  private struct RunLengths {
    private var pairs: [(count: Int, number: Int)] = []
    private(set) var count = 0

    mutating func append(_ number: Int) {
      count += 1
      if pairs.last?.number == number {
        pairs[pairs.count - 1].count += 1
      } else {
        pairs.append((1, number))
      }
    }

    var value: VectorValue {
      .list(pairs.map { .list([VectorValue($0.count), VectorValue($0.number)]) })
    }
  }
}
