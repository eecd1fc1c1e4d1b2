/// One decision with its terms: what every policy that sizes a guest has, then the policy's own terms.
///
/// Everything is in place, so that a row that is used again allocates nothing. Numbers are 64 bits as they are; kernels
/// count without a sign, so a wrapped sum is a negative number here.
public struct DecisionRow: Sendable {
  /// The guest's place in the scenario; nil: the host.
  public var guest: Int?
  /// What the guest had, in pages of `GuestView.totalRAM`. The balloon counts what the kernel took at boot too: an ask is more
  /// by `balloonCurrent - totalRAM`.
  public var current: Int64?
  /// What the policy wanted it to have, in pages of `current`.
  public var goal: Int64?
  /// What was asked for, in pages of `current`.
  public var target: Int64?
  /// Whether the target would have been another one but for a bound.
  public var isBound = false
  /// The rule that set or could set the bound.
  public var rule: ShortName?
  /// What ended the policy; nil: it goes on.
  public var fault: ShortName?
  /// Pages that came home from frontswap; nil where that was not looked at. The run adds what a shrink brought.
  public var shrunk: Int64?

  /// How many terms a policy can have.
  public static let termLimit = 24

  @usableFromInline var terms = InlineArray<24, Int64>(repeating: 0)
  /// A bit for each term that is there.
  @usableFromInline var known: UInt32 = 0

  /// A row in which nothing is known.
  public init() {}

  /// A term by its place on the policy's card; nil: it took no part.
  @inlinable public subscript(place: Int) -> Int64? {
    @inline(__always) get {
      known &>> UInt32(truncatingIfNeeded: place) & 1 == 0 ? nil : terms[place]
    }
    @inline(__always) set {
      if let newValue {
        terms[place] = newValue
        known |= 1 &<< UInt32(truncatingIfNeeded: place)
      } else {
        known &= ~(1 &<< UInt32(truncatingIfNeeded: place))
      }
    }
  }

  /// One of the policy's own terms; nil: it took no part.
  @inlinable public subscript(term: some PolicyTerm) -> Int64? {
    @inline(__always) get { self[term.rawValue] }
    @inline(__always) set { self[term.rawValue] = newValue }
  }

  /// Whether nothing is known: such a turn is not recorded.
  public var isEmpty: Bool { current == nil && fault == nil && shrunk == nil && known == 0 }

  /// Forgets everything.
  public mutating func clear() {
    current = nil
    goal = nil
    target = nil
    isBound = false
    rule = nil
    fault = nil
    shrunk = nil
    known = 0
  }
}

/// The names of a policy's own terms: an enumeration whose numbers are the places on its card.
public protocol PolicyTerm: RawRepresentable<Int>, CaseIterable, Sendable {
  /// What is known of it besides its place.
  var entry: TermEntry { get }
}

/// A term of a policy's decisions as its card describes it.
public struct TermEntry: Hashable, Sendable {
  /// The name, with the unit at its end, as in `gap_pages`.
  public var name: String
  /// What it is, for people.
  public var meaning: String
  /// Whether a decision's story may leave it out, because others say the same.
  public var isSilent: Bool

  /// A term.
  public init(_ name: String, _ meaning: String, isSilent: Bool = false) {
    self.name = name
    self.meaning = meaning
    self.isSilent = isSilent
  }
}
