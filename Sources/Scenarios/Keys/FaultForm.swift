internal import Simulation
internal import Units

/// How a fault is written in a scenario: a section, the key that says how long it lasts, and its terms.
///
/// A new fault is a case of `FaultSpec`, a row of `all`, and what the run does at its beginning and end.
struct FaultForm: Sendable {
  /// The section of an event.
  let section: String
  /// The key that says how long the fault lasts.
  let key: String
  /// What it does.
  let meaning: String
  /// Keys of its other terms.
  var terms: [ScenarioKey<FaultTerms>] = []
  /// The fault of some terms.
  let fault: @Sendable (FaultTerms) -> FaultSpec
  /// The terms of a fault; nil if it is another one.
  let termsOf: @Sendable (FaultSpec) -> FaultTerms?

  /// All faults.
  static let all: [FaultForm] = [
    FaultForm(
      section: "balloon", key: "stuck_for",
      meaning: "no page moves in or out: every try of the balloon worker fails",
      fault: { _ in .balloonStuck },
      termsOf: { if case .balloonStuck = $0 { FaultTerms() } else { nil } }),
    FaultForm(
      section: "balloon", key: "slow_for", meaning: "every batch takes longer",
      terms: [.required("factor", \.factor, .count(2...1_000), "so many times longer")],
      fault: { .balloonSlow(factor: $0.factor) },
      termsOf: { if case .balloonSlow(let factor) = $0 { FaultTerms(factor: factor) } else { nil } }
    ),
    FaultForm(
      section: "balloon", key: "intermittent_for", meaning: "stuck again and again",
      terms: [
        .required("stuck", \.stuck, .time(FaultTerms.times), "the first part of every period"),
        .required("period", \.period, .time(FaultTerms.times), "longer than `stuck`"),
      ],
      fault: { .balloonIntermittent(stuck: $0.stuck, period: $0.period) },
      termsOf: {
        guard case .balloonIntermittent(let stuck, let period) = $0 else { return nil }
        return FaultTerms(stuck: stuck, period: period)
      }),
    FaultForm(
      section: "balloon", key: "refusing_for", meaning: "the host does not let the domain grow",
      terms: [
        .required("above", \.limit, .size(FaultTerms.sizes), "above this size (domain pages)")
      ],
      fault: { .balloonRefusing(above: $0.limit) },
      termsOf: {
        if case .balloonRefusing(let limit) = $0 { FaultTerms(limit: limit) } else { nil }
      }),
    FaultForm(
      section: "worker", key: "late_for",
      meaning: "every turn of the policy that is due begins later",
      terms: [.required("by", \.delay, .time(FaultTerms.times), "so much later")],
      fault: { .workerLate(by: $0.delay) },
      termsOf: { if case .workerLate(let delay) = $0 { FaultTerms(delay: delay) } else { nil } }),
    FaultForm(
      section: "tmem", key: "full_for",
      meaning: "the guest's pools take a page only in the place of one that has left them",
      fault: { _ in .tmemFull },
      termsOf: { if case .tmemFull = $0 { FaultTerms() } else { nil } }),
    FaultForm(
      section: "tmem", key: "frozen_for",
      meaning: "the guest's pools take no page; gets and flushes work",
      fault: { _ in .tmemFrozen },
      termsOf: { if case .tmemFrozen = $0 { FaultTerms() } else { nil } }),
    FaultForm(
      section: "host", key: "out_of_memory_for",
      meaning:
        "another user takes all that no guest holds, and all that is given back meanwhile",
      fault: { _ in .hostOutOfMemory },
      termsOf: { if case .hostOutOfMemory = $0 { FaultTerms() } else { nil } }),
    FaultForm(
      section: "host", key: "demand_for",
      meaning: "another user of the host takes some of its heap, evicting ephemeral pages for it",
      terms: [
        .required(
          "size", \.size, .size(.pages(1)...ScenarioLimits.hostMemory.upperBound), "up to so much")
      ],
      fault: { .hostDemand($0.size) },
      termsOf: { if case .hostDemand(let size) = $0 { FaultTerms(size: size) } else { nil } }),
  ]

  /// The sections, in the order in which messages name them.
  static let sections = ["balloon", "worker", "host", "tmem"]

  /// Reads the one of a section's faults that is written there; nil after a problem.
  static func read(
    _ forms: [FaultForm], _ reader: inout MappingReader, _ decoder: ScenarioDecoder
  ) -> (fault: FaultSpec, duration: SimDuration)? {
    // Without a choice the key is simply missing.
    let key = forms.count == 1 ? forms[0].key : reader.oneOf(forms.map(\.key))
    guard let form = forms.first(where: { $0.key == key }) else { return nil }
    var terms = FaultTerms()
    form.terms.read(&reader, &terms, decoder)
    if terms.stuck >= terms.period {
      reader.report(
        "stuck", "\(terms.stuck.text) is not less than the period, \(terms.period.text)")
    }
    let duration = reader.required(
      form.key, .time(FaultTerms.times), standIn: .seconds(1))
    return (form.fault(terms), duration)
  }

  /// A fault as it is written below the section; nil if it is another one.
  func tree(_ fault: FaultSpec, _ duration: SimDuration) -> ParameterTree? {
    termsOf(fault).map { values in
      .mapping([(key, .time(duration))] + terms.flatMap { $0.entries(values) })
    }
  }

  /// What the page says of it.
  var rows: [KeyRow] {
    let own = KeyRow(
      path: key, type: ScalarKind<SimDuration>.time(FaultTerms.times).type, fallback: "",
      meaning: "for so long \(meaning)")
    return ([own] + terms.rows(FaultTerms())).map { $0.below(section) }
  }
}

/// The terms of faults; each fault has some of them.
struct FaultTerms: Sendable {
  /// How much longer a batch takes.
  var factor: Int64 = 2
  /// How long the balloon is stuck in each period.
  var stuck = SimDuration.seconds(1)
  /// The time from one beginning to be stuck to the next.
  var period = SimDuration.seconds(2)
  /// The size above which the host refuses.
  var limit = PageCount.zero
  /// How much later the worker begins.
  var delay = SimDuration.seconds(1)
  /// What another user of the host wants.
  var size = PageCount.pages(1)

  /// How long a fault, or a part of it, may last.
  static let times = SimDuration.milliseconds(1)...ScenarioLimits.longestTime
  /// Sizes of a domain.
  static let sizes = PageCount.zero...ScenarioLimits.guestMemory.upperBound
}
