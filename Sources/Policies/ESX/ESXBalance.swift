// How memory is shared out among guests by shares, and how idle memory is taxed.
//
// Memory is taken from the guest that pays the least for a page. What it pays is its shares by its pages, where an idle page
// counts for several: with a tax of three quarters for four. In balance all guests that are not at a bound pay the same.
//
// Source: Waldspurger, "Memory Resource Management in VMware ESX Server", OSDI 2002, sections 5.1 to 5.4, as far as
// `Docs/policies.md`, section "ESX", says it could be read. That the balance is found at once is our own.

/// The balance of guests by shares with a tax on idle memory. In pages.
public struct ESXBalance: Hashable, Sendable {
  /// Mem.IdleTax in per cent, 0 to 99. Default 75.
  public var idleTax: Int64 = 75

  /// The tax as shipped.
  public init() {}

  /// A guest.
  public struct Guest: Hashable, Sendable {
    /// Its shares.
    public var shares: UInt64
    /// Pages that it uses.
    public var active: UInt64
    /// The least and the most that it may have, `least` no more than `most`.
    public var least: UInt64
    /// The most that it may have.
    public var most: UInt64

    /// A guest.
    public init(shares: UInt64, active: UInt64, least: UInt64 = 0, most: UInt64) {
      self.shares = shares
      self.active = active
      self.least = least
      self.most = most
    }
  }

  /// How many pages an idle page counts for.
  public var idleCost: Double { 100 / Double(100 - idleTax) }

  /// What a guest pays for a page: its shares by its pages, of which the fraction `active` counts once and the rest `idleCost` times.
  public func price(shares: Double, pages: Double, active: Double) -> Double {
    shares / (pages * (active + idleCost * (1 - active)))
  }

  /// What each guest is due of `total` pages, in their order, cut to whole pages.
  ///
  /// All that are not at a bound pay the same price. If the least sizes do not fit each is due its least, and if all
  /// could have their most each is due that.
  public func shares(of total: Int64, _ guests: [Guest], into pages: inout [UInt64]) {
    pages.removeAll(keepingCapacity: true)
    var (least, most): (Int64, Int64) = (0, 0)
    var (low, high) = (0.0, 0.0)
    for guest in guests {
      least &+= Int64(clamping: guest.least)
      most &+= Int64(clamping: guest.most)
      if guest.shares > 0 { high = max(high, level(ofMost: guest)) }
    }
    if most <= total {
      for guest in guests { pages.append(guest.most) }
      return
    }
    if least >= total {
      for guest in guests { pages.append(guest.least) }
      return
    }
    // The sum rises with the level; 64 halvings are more than a double tells apart.
    for _ in 0..<64 {
      let middle = low + (high - low) / 2
      var sum = 0.0
      for guest in guests { sum += size(of: guest, level: middle) }
      if sum <= Double(total) { low = middle } else { high = middle }
    }
    for guest in guests { pages.append(UInt64(size(of: guest, level: low))) }
  }

  /// The size at which a guest pays 1 / `level` a page, within its bounds.
  private func size(of guest: Guest, level: Double) -> Double {
    let bought = level * Double(guest.shares)
    let active = Double(guest.active)
    let size = bought <= active ? bought : active + (bought - active) / idleCost
    return min(max(size, Double(guest.least)), Double(guest.most))
  }

  /// The level at which a guest with shares has its most.
  private func level(ofMost guest: Guest) -> Double {
    let (active, most) = (Double(guest.active), Double(guest.most))
    return (most <= active ? most : active + (most - active) * idleCost) / Double(guest.shares)
  }
}
