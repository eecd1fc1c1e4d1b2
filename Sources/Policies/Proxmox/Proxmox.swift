// The law.
//
// Every ten seconds the host is asked for one number: how much is missing for a part of its memory to be in use, 80
// percent as shipped. A difference above 10 MiB is spread over the guests. Each guest is to have its least size and a
// share of what all have above theirs, by `shares`. No guest moves more than 100 MiB a round, counted from where its
// balloon is. Free memory only sorts guests into rich and poor: the poor grow first, the rich shrink first.
//
// Nothing is kept between two rounds: not what was asked for, nor what is under way.
//
// Numbers are Perl's: whole ones, and doubles cut towards zero where there is a division.
//
// Source: pve-manager 9.2.11 (commit 14a22df35955), as restated in `Docs/policies.md`, section "Proxmox".

/// The automatic ballooning of Proxmox VE.
public struct Proxmox: Sendable {
  /// What a host is configured with.
  public struct Settings: Hashable, Sendable {
    /// `ballooning-target` of the node: percent of the host's memory that are to be in use, 0 to 100.
    public var targetPercent: Int64 = 80

    /// As shipped.
    public init() {}
  }

  /// The most that a guest moves in a round: 100 MiB.
  public static let largestChange: Int64 = 104_857_600
  /// A goal up to this, either way, is none: 10 MiB.
  public static let deadBand: Int64 = 10_485_760
  /// `shares` of a guest whose configuration has none.
  public static let defaultShares: Int64 = 1_000
  /// Seconds between two rounds: `updatetime` of pvestatd.
  public static let interval: Int64 = 10

  /// The configuration.
  public var settings: Settings

  /// What a guest is taken for in this round, and whether it has moved as far as it can in this pass.
  private struct Standing {
    var isCandidate: Bool
    var isRich: Bool
    var isDone: Bool
  }
  private var standings: [Standing] = []

  /// A host's ballooning.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// A round: the goal, and a size for each guest that is to have another; nil: it is left alone.
  ///
  /// `sizes` has the guests' places; what was in it is gone. The order of the guests makes no difference.
  public mutating func round(
    _ host: Host, _ guests: [Guest], into sizes: inout [Int64?]
  ) -> Int64 {
    standings.removeAll(keepingCapacity: true)
    sizes.removeAll(keepingCapacity: true)
    for guest in guests {
      standings.append(
        Standing(isCandidate: guest.isCandidate, isRich: guest.isRich, isDone: false))
      sizes.append(nil)
    }
    let goal = host.goal(settings)
    if goal > Self.deadBand {
      let rest = change(guests, .poor, by: goal, &sizes)
      if rest >= goal { _ = change(guests, .all, by: rest, &sizes) }
    } else if goal < -Self.deadBand {
      let rest = change(guests, .rich, by: goal, &sizes)
      if rest <= goal { _ = change(guests, .all, by: rest, &sizes) }
    }
    return goal
  }

  /// Whom a pass is about.
  private enum Circle {
    case poor, rich, all
  }

  /// A pass: spreads `bytes` over a circle of guests and returns what could not be spread.
  ///
  /// Turns end when none of them moves a guest. Their sum changes only when a guest drops out, so there are at most
  /// one more than guests.
  private mutating func change(
    _ guests: [Guest], _ circle: Circle, by bytes: Int64, _ sizes: inout [Int64?]
  ) -> Int64 {
    for place in guests.indices {
      let standing = standings[place]
      let isIn =
        switch circle {
        case .poor: !standing.isRich
        case .rich: standing.isRich
        case .all: true
        }
      standings[place].isDone = !(standing.isCandidate && isIn)
    }
    var rest = bytes
    var hasMoved = true
    while rest != 0 && hasMoved {
      hasMoved = false
      var above = rest
      var shares: Int64 = 0
      for (place, guest) in guests.enumerated() where !standings[place].isDone {
        above &+= (sizes[place] ?? guest.balloon) &- guest.least
        shares &+= guest.shares
      }
      // A double, and divided before it is multiplied.
      let perShare = Double(above) / Double(shares)
      for (place, guest) in guests.enumerated() where !standings[place].isDone {
        guard
          let size = guest.step(
            to: guest.least &+ Int64(cut: perShare * Double(guest.shares)),
            grows: bytes > 0)
        else {
          standings[place].isDone = true
          continue
        }
        let moved = size &- (sizes[place] ?? guest.balloon)
        sizes[place] = size
        if moved != 0 { hasMoved = true }
        rest &-= moved
      }
    }
    return rest
  }
}
