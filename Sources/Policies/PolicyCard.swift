/// What there is to know of a policy without running it.
public struct PolicyCard: Sendable {
  /// The name by which scenarios and databases know it.
  public var name: String
  /// What it is, for people, as in `the selfballoon driver`.
  public var title: String
  /// Where it comes from: program, version, year.
  public var source: String
  /// Who takes a turn, in recorded events.
  public var actor: String
  /// The same in one word, as in `run 7 of its worker`.
  public var role: String
  /// Where it runs, which says what its end is.
  public var place: Place
  /// Whether its machine must have transcendent memory.
  public var needsTmem: Bool
  /// The balloon that it moves.
  public var balloon: Balloon
  /// Whether it is older than the timer wheel of Linux 4.8, and its guest a kernel of that time (Docs/kernel.md 1.5a).
  public var isOlderThanTimerWheel: Bool
  /// The first kernel that has it, as in `5.16`; nil: whatever there is, or another rule says.
  public var firstKernel: String?
  /// Whether it looks at single pages of its guest.
  public var looksAtPages: Bool
  /// Its versions, the one that is taken without a word first.
  public var versions: [String]
  /// What can be set.
  public var settings: [PolicySetting]
  /// The terms of its decisions, in the order of their places. New ones are appended, for what is recorded has no names.
  public var terms: [TermEntry]
  /// Whether a policy of the host goes by how much memory the host has, and so leaves guests alone while that is enough.
  public var mindsHostMemory = true
  /// Whether it reads /proc/pressure, which came with Linux 4.20.
  public var needsPressure = false
  /// Settings without which it does nothing, as text: what a comparison of policies switches on.
  public var activation: [(setting: String, text: String)] = []
  /// Whether a guest's least size can be told to it.
  public var takesLeastSize = true
  /// The name of its decisions as a view of the database.
  public var view: String
  /// The columns of that view.
  public var columns: [PolicyColumn]

  /// A kind of balloon.
  public enum Balloon: String, Sendable {
    /// One that the guest itself can move as well: Xen's.
    case xen
    /// virtio's, which only the host moves.
    case virtio
    /// Whatever there is.
    case any
    /// It moves none.
    case none
  }

  /// Whether it moves balloons.
  public var movesBalloons: Bool { balloon != .none }

  /// Where a policy runs.
  public enum Place: String, Sendable {
    /// In a guest's kernel: a fault is an oops.
    case guestKernel = "guest_kernel"
    /// As a program in a guest: a fault ends it, and nothing else.
    case guestProgram = "guest_program"
    /// On the host.
    case host
  }

  /// A card.
  public init(
    name: String, title: String, source: String, actor: String, role: String, place: Place,
    needsTmem: Bool, balloon: Balloon = .xen, isOlderThanTimerWheel: Bool = false,
    firstKernel: String? = nil, looksAtPages: Bool = false,
    versions: [String],
    settings: [PolicySetting], terms: [TermEntry],
    view: String? = nil,
    columns: [PolicyColumn]? = nil
  ) {
    precondition(terms.count <= DecisionRow.termLimit, "\(name) has too many terms")
    precondition(!versions.isEmpty, "\(name) has no version")
    self.name = name
    self.title = title
    self.source = source
    self.actor = actor
    self.role = role
    self.place = place
    self.needsTmem = needsTmem
    self.balloon = balloon
    self.isOlderThanTimerWheel = isOlderThanTimerWheel
    self.firstKernel = firstKernel
    self.looksAtPages = looksAtPages
    self.versions = versions
    self.settings = settings
    self.terms = terms
    self.view = view ?? "\(name)_decisions"
    self.columns = columns ?? PolicyColumn.usual(terms)
  }

  /// The setting that a scenario's word means, by its name or its short name.
  public func setting(_ word: String) -> PolicySetting? {
    settings.first { $0.name == word } ?? settings.first { $0.short == word }
  }
}

/// Something that can be set of a policy.
public struct PolicySetting: Hashable, Sendable {
  /// The name on a real machine.
  public var name: String
  /// The name in a scenario's `policy:`.
  public var short: String
  /// The text that it reads as when nobody sets it; nil: it is set at the start, or there is nothing to read.
  public var initial: String?
  /// What it counts, as in `s` or `MiB`; nil: a switch or a plain number.
  public var unit: String?
  /// What it does.
  public var meaning: String
  /// How one sets it on a real machine: the file, and what is done to it.
  public var place: String
  /// The versions that have it.
  public var versions: [String]
  /// Whether it is looked at only when the policy starts, and so has to be written before.
  public var isOfStart: Bool
  /// Whether it is there only once somebody has written it.
  public var isKey: Bool

  /// A setting.
  public init(
    _ name: String, short: String, initial: String?, unit: String? = nil, _ meaning: String,
    place: String, versions: [String], isOfStart: Bool = false,
    isKey: Bool = false
  ) {
    self.name = name
    self.short = short
    self.initial = initial
    self.unit = unit
    self.meaning = meaning
    self.place = place
    self.versions = versions
    self.isOfStart = isOfStart
    self.isKey = isKey
  }
}
