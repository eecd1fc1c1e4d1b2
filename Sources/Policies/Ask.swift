/// Something that a policy asks to be done to a guest. The run's one `switch` over these carries them out.
public enum Ask: Hashable, Sendable {
  /// Give the balloon driver a target, in pages as that driver counts them, even if nothing changes.
  case balloonTarget(UInt64)
  /// Bring pages home from frontswap until it holds so many; it takes time, and the turn ends after it.
  ///
  /// In a kernel that spares all (up to 3.6), a shrink of everything that a device holds does nothing.
  case shrinkFrontswap(to: UInt64, sparesAll: Bool)
  /// Set the domain's maxmem: the hypervisor gives it no page beyond it. In pages.
  case maximum(UInt64)
  /// Refuse the guest's frontswap every page beyond so many; what it has stays.
  case tmemCapacity(UInt64)
  /// `memory.reclaim`: let the guest's kernel reclaim so many pages, for nobody who waits.
  case reclaim(UInt64)
  /// Page out what the policy has chosen of single pages, so many pages of address space in all.
  case pageOut(pages: UInt64)
}

/// What one turn of a policy asks for, in the order in which it is carried out; at most four, in place.
public struct Asks: Sendable {
  private var asks: InlineArray<4, Ask>
  /// How many there are.
  public private(set) var count = 0
  /// Whether the turn goes on until a shrink is over.
  public private(set) var haveShrink = false

  /// Nothing is asked for.
  public init() { asks = InlineArray(repeating: .balloonTarget(0)) }

  /// Asks for one more thing. More than four are an error of the policy.
  public mutating func append(_ ask: Ask) {
    precondition(count < 4, "a turn asks for at most four things")
    asks[count] = ask
    count += 1
    if case .shrinkFrontswap = ask { haveShrink = true }
  }

  /// Forgets all.
  public mutating func removeAll() {
    count = 0
    haveShrink = false
  }

  /// What is asked for at a place, from 0 to below `count`.
  public subscript(index: Int) -> Ask {
    precondition(index < count, "no such ask")
    return asks[index]
  }

  /// All of them, for who has the time.
  public var list: [Ask] { (0..<count).map { asks[$0] } }
}
