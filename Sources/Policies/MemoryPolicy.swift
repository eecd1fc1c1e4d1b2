public import Units

/// A memory policy: something that decides how much memory guests have.
///
/// A policy is a folder - law, settings, card, story - and a line in `PolicyCatalogue`. It is a value without a clock and
/// without a guest: a run gives it its turns, shows it what it may see, records its rows, and does what it asks.
///
/// To add one: a folder beside this file with a type that conforms to `GuestPolicy` or `HostPolicy`, and its line in
/// `PolicyCatalogue`. `PolicyContractTests` and `HostPolicyContractTests` run over the catalogue. No other code has to know it; in
/// `Docs/scenarios.md` the row `controller`, which `ScenarioKeyTests` prints, and the table of policies name it.
public protocol MemoryPolicy: Sendable {
  /// What there is to know without running it.
  static var card: PolicyCard { get }

  /// The policy before its start, with its settings as they are when nobody sets one; nil: no such version.
  init?(version: String)

  /// The text that a setting reads as; nil: no such setting, or nothing is there.
  func read(_ setting: String) -> String?

  /// Writes a setting, as root of the machine does. Settings may be written before the start and at any time after it.
  mutating func write(_ setting: String, _ text: String) -> WriteOutcome

  /// The turn is over, and what it asked for is carried out: when does the next one begin?
  mutating func finish() -> Wake

  /// What the policy says when it starts, for the record.
  typealias Notice = (key: String, value: PolicyNotice)

  /// What the law says of a guest whose goal stays, if its turns come by these timers; nil: nothing so simple.
  func law(_ timers: KernelTimers) -> PolicyLaw?

  /// Settings with which it would leave a guest of so many MiB more, or give memory back sooner; the most promising first.
  func reliefs(memory mebibytes: Int) -> [PolicyRelief]

  /// What sets these settings, and these guests' frames, on a real machine.
  static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine]

  /// A decision in sentences: each term that took part, and what it led to.
  static func story(of row: DecisionRow) -> [Sentence]

  /// What was said at a start, as the end of a sentence; nil: another policy said that.
  static func story(ofStart notices: [String: PolicyNotice]) -> Sentence?
}

extension MemoryPolicy {
  /// A start that says whose it is, and nothing else.
  public static func story(ofStart notices: [String: PolicyNotice]) -> Sentence? {
    notices == ["policy": .text(card.name)] ? "\(card.title) started" : nil
  }

  /// Each setting where its place says.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    settings.map { SetUpLine("\($0.setting.name) = \($0.text)", $0.setting.place) }
  }

  /// A notice that says whose a start is.
  static var namesItself: Notice { ("policy", .text(card.name)) }
}

/// A value that a policy tells of at its start.
public enum PolicyNotice: Hashable, Sendable {
  case number(Int64)
  case text(String)
}

/// How a policy started.
public struct PolicyStart: Sendable {
  /// When it has its first turn.
  public var wake: Wake
  /// What it says, in order.
  public var notices: [MemoryPolicy.Notice]

  /// A start.
  public init(wake: Wake, notices: [MemoryPolicy.Notice] = []) {
    self.wake = wake
    self.notices = notices
  }
}

/// A policy in a guest's kernel or beside it: it sees that guest alone.
public protocol GuestPolicy: MemoryPolicy {
  /// The guest has booted.
  mutating func start(_ guest: GuestView, boot: GuestBoot) -> PolicyStart

  /// One turn: fills the row with what was decided and why, and says what is to be done.
  ///
  /// Row and asks are empty before. After a fault there is no other turn. Allocates nothing.
  mutating func decide(_ guest: GuestView, into row: inout DecisionRow, _ asks: inout Asks)

  /// Before a turn, of a policy whose card says that it looks at pages: sees which pages were accessed.
  mutating func look(at memory: inout some MonitoredMemory & ~Copyable)

  /// After it: does with pages what the turn has decided, and adds to its row what came of it.
  mutating func act(on memory: inout some MonitoredMemory & ~Copyable, into row: inout DecisionRow)
}

/// A policy on the host: it sees all guests from outside, and has a row and asks for each.
///
/// Sizes of its rows are those of `HostView.Guest.size`; the run turns them into pages of `GuestView.totalRAM`.
public protocol HostPolicy: MemoryPolicy {
  /// The guests have booted, and have reported once where reports are polled.
  mutating func start(_ host: HostView) -> PolicyStart

  /// One turn; `rows` and `asks` have an empty one for each guest. A row without `current` is none: nothing was decided of
  /// that guest.
  mutating func decide(_ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks])

  /// Seconds between two polls of the guests' reports; nil: it reads none.
  var reportInterval: Int64? { get }

  /// Whether it reads `GuestReport.touched`, which the run finds out only for who reads it.
  var readsTouchedPages: Bool { get }

  /// What to know before a run, a sentence each: that it can do nothing, or less than one expects. `names` are the guests'.
  func doubts(_ host: HostView, names: [String]) -> [String]
}

extension HostPolicy {
  /// Most do not.
  public var readsTouchedPages: Bool { false }

  /// No law so simple that a half-life follows from it.
  public func law(_ timers: KernelTimers) -> PolicyLaw? { nil }

  /// Nothing to know.
  public func doubts(_ host: HostView, names: [String]) -> [String] { [] }
}
