// How a host shares memory out among guests with Dynamic Memory.
//
// The host's half of Hyper-V is closed. What is told in public: a guest's demand is what it has committed, a buffer comes
// on top, minimum and maximum bound it, and where memory is short a weight decides. How much the weight decides is not
// told; here guests have their minimum first, and what is left is shared in proportion to weight times what they lack.
//
// Source: `Docs/policies.md`, section "Hyper-V".

/// What guests with Dynamic Memory want, and what they are due. In pages.
public struct HyperVBalance: Hashable, Sendable {
  /// Memory buffer in per cent of demand, 5 to 2,000. Default 20 (Set-VMMemory -Buffer).
  public var buffer: Int64 = 20

  /// The buffer as it is when nobody sets it.
  public init() {}

  /// A guest that has reported.
  public struct Guest: Hashable, Sendable {
    /// Minimum RAM.
    public var least: UInt64
    /// What it wants, at least `least`.
    public var wanted: UInt64
    /// Memory weight, 0 to 100.
    public var weight: UInt64

    /// A guest.
    public init(least: UInt64, wanted: UInt64, weight: UInt64 = HyperVBalance.usualWeight) {
      self.least = least
      self.wanted = wanted
      self.weight = weight
    }
  }

  /// The weight of a guest that nobody gave one (Set-VMMemory -Priority).
  public static let usualWeight: UInt64 = 50

  /// What a guest with so much demand wants: the buffer on top, cut to whole pages, within its bounds.
  public func wanted(demand: UInt64, least: UInt64, most: UInt64) -> UInt64 {
    let wanted = Double(demand) * Double(100 + buffer) / 100
    return min(max(UInt64(clamping: Int64(cut: wanted)), least), most)
  }

  /// Memory pressure: what is wanted in per cent of what there is, cut; 0 of nothing.
  public static func pressure(wanted: UInt64, assigned: UInt64) -> Int64 {
    assigned == 0 ? 0 : Int64(cut: Double(wanted) * 100 / Double(assigned))
  }

  /// What each guest is due of `total` pages, in their order; what is cut off stays free.
  ///
  /// If all wants fit, each is due its want. Else each has its minimum, even where those do not fit, and the rest is shared
  /// by weight times what is missing to the want. Nobody gets more than it wants: what is so left over goes to the others.
  /// If nobody has a weight, all have the same.
  public static func shares(of total: Int64, _ guests: [Guest], into shares: inout [UInt64]) {
    shares.removeAll(keepingCapacity: true)
    var wants: Int64 = 0
    var rest = Double(total)
    var weights: UInt64 = 0
    for guest in guests {
      wants &+= Int64(clamping: guest.wanted)
      rest -= Double(guest.least)
      weights += guest.weight
    }
    if wants <= total {
      for guest in guests { shares.append(guest.wanted) }
      return
    }
    for guest in guests { shares.append(guest.least) }
    func ratio(_ guest: Guest) -> Double {
      Double(weights == 0 ? 1 : guest.weight) * Double(guest.wanted - guest.least)
    }
    // A pass ends when nobody is filled; each other one fills somebody, who then takes no part.
    while rest >= 1 {
      var ratios = 0.0
      for (place, guest) in guests.enumerated() where shares[place] < guest.wanted {
        ratios += ratio(guest)
      }
      if ratios == 0 { return }
      var left = rest
      for (place, guest) in guests.enumerated() where shares[place] < guest.wanted {
        let lack = Double(guest.wanted - guest.least)
        if rest * ratio(guest) < lack * ratios { continue }
        shares[place] = guest.wanted
        left -= lack
      }
      if left == rest {
        for (place, guest) in guests.enumerated() where shares[place] < guest.wanted {
          shares[place] = guest.least + UInt64(rest * ratio(guest) / ratios)
        }
        return
      }
      rest = left
    }
  }
}
