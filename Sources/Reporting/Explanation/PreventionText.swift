private import Recording
public import Scenarios
public import Text

/// What would have prevented a kill, as sentences and JSON.
public struct PreventionText: Sendable {
  private let prevention: KillPrevention

  /// The text of what was found.
  public init(_ prevention: KillPrevention) { self.prevention = prevention }

  /// What was tried, a sentence each with the settings that would have prevented the kill.
  public var sentences: [(sentence: String, settings: [String]?)] {
    let runs = prevention.runs
    let count = "\(counted(runs, "run")) of the same scenario and seed"
    var sentences: [(String, [String]?)] = [("What would have prevented it, by \(count):", nil)]
    sentences += prevention.findings.map { (Self.sentence($0, of: prevention.guest), $0.settings) }
    if !prevention.isWhole {
      sentences.append(("There was no time to try more; --try 1min gives it a minute.", nil))
    }
    return sentences
  }

  private static func sentence(_ finding: KillPrevention.Finding, of guest: String) -> String {
    let whole = ParameterPath(finding.path)
    let path = whole.guest == guest ? whole.inGuest ?? whole : whole
    let name = whole.tunable ?? path.description
    let setting = "\(name)=\(finding.value)"
    let controller = ParameterPath.of(guest: guest, "controller")
    if whole == controller {
      return finding.settings == nil
        ? "\(setting) would not: the guest's memory is too small even without ballooning."
        : "\(setting), no ballooning at all, would."
    }
    if whole.description == "host.controller" {
      return finding.settings == nil
        ? "\(whole)=none would not: the guest's memory is too small even if nobody moves its balloon."
        : "\(whole)=none, nobody who moves balloons on the host, would."
    }
    if finding.settings == nil { return "\(name) would not, up to \(setting)." }
    let isStatic = finding.settings?.contains("\(controller)=none") ?? false
    let without = isStatic ? " without ballooning" : ""
    let limit = finding.tooLittle.map { "; \($0) would not" } ?? ""
    return finding.isUnfinished
      ? "\(setting)\(without) would\(limit); there was no time to look closer."
      : "\(setting)\(without) would\(limit)."
  }

  /// A JSON object.
  public var json: JSON {
    [
      "runs": prevention.runs, "finished": prevention.isWhole,
      "findings": prevention.findings.map {
        [
          "path": $0.path, "settings": $0.settings, "value": $0.value, "too_little": $0.tooLittle,
          "finished": !$0.isUnfinished,
        ] as JSON
      },
    ]
  }
}
