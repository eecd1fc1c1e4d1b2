private import Foundation
internal import Policies
public import Recording
internal import Simulation
internal import Text
internal import Units

extension EventRow {
  /// What happened, in words that can follow a colon, as in `a process was killed: 100.0 MiB committed, 90.0 MiB touched`.
  ///
  /// An event of a kind, or with a detail, that a newer program wrote is its kind and its detail as they stand.
  public var sentence: String {
    if let known, var facts = EventFacts(detail),
      let sentence = facts.sentence(of: known), facts.isUsedUp
    {
      return sentence
    }
    return kind.replacing("_", with: " ") + (detail == "{}" ? "" : " \(detail)")
  }
}

/// The detail of an event; what a sentence uses is taken out, so that nothing is left unsaid.
private struct EventFacts {
  private var values: [String: Value]

  private enum Value: Decodable {
    case number(Int64)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      do {
        self = .number(try container.decode(Int64.self))
      } catch {
        self = .text(try container.decode(String.self))
      }
    }
  }

  /// The members of a JSON object of numbers and texts; nothing if it is something else.
  init?(_ json: String) {
    do {
      values = try JSONDecoder().decode([String: Value].self, from: Data(json.utf8))
    } catch {
      return nil
    }
  }

  /// Whether all that is known has been said.
  var isUsedUp: Bool { values.isEmpty }

  /// The sentence of an event; nothing if a fact that it needs is missing.
  mutating func sentence(of kind: EventRecord.Kind) -> String? {
    switch kind {
    case .runStarted: number("guests").map { "the run began with \(counted($0, "guest"))" }
    case .runEnded: number("events").map { "the run ended after \(UnitScale.count($0)) steps" }
    case .driverInit: driverInit()
    case .sysfsWrite: sysfsWrite()
    case .balloonTarget:
      pages("target_pages").map { "a target of \($0) was written to the balloon" }
    case .balloonBackoff:
      number("retry_after_s").map {
        "no memory from Xen, or no free page to give it; the balloon driver tries again in \($0) s"
      }
    case .balloonCancelled: "the balloon driver gave up after its last try, until its next target"
    case .balloonNoMorePages:
      "the balloon was empty: the guest cannot be made larger than it was at boot"
    case .dropCaches: pages("pages").map { "the file cache was dropped: \($0)" }
    case .faultBegins: faultBegins()
    case .faultEnds: text("fault").map { "the fault \(Self.words($0)) ended" }
    case .mappingRefused:
      pages("pages").map { "the kernel refused a mapping of \($0); the program did without" }
    case .oomKill: oomKill()
    case .kernelOops: kernelOops()
    case .policyEnded: policyEnded()
    case .workDone: workDone()
    }
  }

  /// What a policy said at its start, as its own story has it.
  private mutating func driverInit() -> String? {
    let notices = values.mapValues { value in
      switch value {
      case .number(let number): PolicyNotice.number(number)
      case .text(let text): PolicyNotice.text(text)
      }
    }
    for policy in PolicyCatalogue.all {
      guard let sentence = policy.story(ofStart: notices) else { continue }
      values = [:]
      return DecisionStory.text(sentence)
    }
    return nil
  }

  private mutating func policyEnded() -> String? {
    guard let reason = text("reason"), let place = text("in") else { return nil }
    return "\(place) ended: \(reason.replacing("_", with: " "))"
  }

  private mutating func sysfsWrite() -> String? {
    guard let attribute = text("attribute"), let written = text("text"),
      let status = text("status")
    else { return nil }
    return "\(attribute) written: \(written) (\(status == "ok" ? "ok" : "refused, \(status)"))"
  }

  private mutating func faultBegins() -> String? {
    guard let fault = text("fault"), let time = duration("for_ns") else { return nil }
    var parts = ["the fault \(Self.words(fault)) began, for \(time)"]
    if let factor = number("factor") { parts.append("\(factor) times slower") }
    if let limit = pages("above_pages") { parts.append("no growth above \(limit)") }
    if let delay = duration("by_ns") { parts.append("\(delay) late") }
    if let taken = pages("pages") { parts.append("\(taken) taken from the host") }
    return parts.joined(separator: ", ")
  }

  private mutating func oomKill() -> String? {
    guard let committed = pages("committed_pages"), let touched = pages("touched_pages") else {
      return nil
    }
    return "a process was killed: \(committed) committed, \(touched) touched"
  }

  private mutating func kernelOops() -> String? {
    guard let reason = text("reason") else { return nil }
    let place = text("in").map { " in the \($0)" } ?? ""
    return "the guest's kernel stopped\(place): \(reason.replacing("_", with: " "))"
  }

  private mutating func workDone() -> String? {
    guard let stream = text("stream"), let accesses = number("accesses") else { return nil }
    return "\(stream) had done its work, \(UnitScale.count(accesses)) accesses"
  }

  // MARK: Facts by their names

  private mutating func number(_ name: String) -> Int64? {
    guard case .number(let number) = values[name] else { return nil }
    values[name] = nil
    return number
  }

  private mutating func text(_ name: String) -> String? {
    guard case .text(let text) = values[name] else { return nil }
    values[name] = nil
    return text
  }

  private mutating func pages(_ name: String) -> String? {
    number(name).map {
      $0 < 256 ? UnitScale.amount($0) : UnitScale.text(Double($0), unit: "pages")
    }
  }

  private mutating func duration(_ name: String) -> String? {
    number(name).map { UnitScale.text(.nanoseconds($0)) }
  }

  private static func words(_ name: String) -> String { name.replacing("_", with: " ") }
}
