private import MemoryModel
public import Text
public import Validation

/// How zones, watermarks and reserves agree with those of recorded guests.
public struct ZoneSummary: ValidationSummary, Sendable {
  private let check: ZoneValidation
  private let file: String

  /// A summary of the guests in `file`.
  public init(_ check: ZoneValidation, file: String) {
    self.check = check
    self.file = file
  }

  /// Whether every guest is within the tolerances.
  public var ok: Bool { check.ok }

  /// A line for each quantity that is outside its tolerance.
  public var differences: [String] {
    check.entries.flatMap { entry in
      entry.quantities.filter { !$0.ok }.map {
        """
        \(file): \(entry.guestMebibytes) MiB, THP \(entry.transparentHugePages ? "on" : "off"): \
        \($0.name): expected \($0.expected), got \($0.got)
        """
      }
    }
  }

  /// A line a guest.
  public var tables: [TableText] { [table] }

  /// How many guests are within the tolerances.
  public var sentences: [String] {
    let good = check.entries.count(where: \.ok)
    return ["\(file): \(good) of \(check.entries.count) guests within tolerance"]
  }

  /// A line a guest: how many quantities agree, and the recorded and computed totals.
  private var table: TableText {
    let columns: [TableText.Column] = [
      .init("guest"), .init("THP"), .init("rules"), .init("agree", .right),
      .init("RAM", .right), .init("predicted", .right), .init("reserve", .right),
      .init("predicted", .right),
    ]
    return TableText(
      columns: columns,
      rows: check.entries.map { entry in
        let ram = entry.quantities.first { $0.name == "predicted.totalram_pages" }
        let reserve = entry.quantities.first { $0.name == "predicted.totalreserve_pages" }
        return [
          "\(entry.guestMebibytes) MiB", entry.transparentHugePages ? "on" : "off",
          entry.policy.rawValue,
          "\(entry.quantities.count(where: \.ok))/\(entry.quantities.count)",
          "\(ram?.expected ?? 0)", "\(ram?.got ?? 0)", "\(reserve?.expected ?? 0)",
          "\(reserve?.got ?? 0)",
        ]
      })
  }

  /// One JSON object.
  public var json: JSON {
    let entries = check.entries.map { entry in
      [
        "guest_mb": entry.guestMebibytes, "thp": entry.transparentHugePages, "ok": entry.ok,
        "quantities": entry.quantities.map {
          [
            "name": $0.name, "expected": $0.expected, "got": $0.got, "tolerance": $0.tolerance,
            "ok": $0.ok,
          ] as JSON
        },
      ] as JSON
    }
    return ["file": file, "ok": ok, "entries": entries]
  }
}
