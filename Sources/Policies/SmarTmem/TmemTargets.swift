// How tmem is shared out among guests by what they had refused.
//
// A guest whose puts failed in the last second gets a step more; one that leaves much of its target unused gets a little
// less. If the targets come to more than there is, all shrink in proportion. Two simpler rules share tmem out evenly.
//
// Source: after Garrido, Nishtala and Carpenter, "SmarTmem: Intelligent management of transcendent memory in a virtualized
// server", IPDPSW 2019, as restated in `Docs/policies.md`, section "SmarTmem". Only its abstract was read: the rules are from
// memory, and what they leave open is our own.

/// The rule by which guests get targets of tmem.
public enum TmemRule: String, CaseIterable, Sendable {
  /// More for who had puts refused, less for who has much unused.
  case smart = "smart-alloc"
  /// The same for all that ever had a put refused, nothing for others.
  case reconfigured = "reconf-static"
  /// The same for all.
  case fixed = "static-alloc"
}

/// Targets of tmem, in pages.
public struct TmemTargets: Sendable {
  /// Which rule.
  public let rule: TmemRule
  /// P, the step in per cent of all tmem, 0 to 100. Default 2; the paper's runs go from parts of a per cent to 6.
  public var step = 2.0
  /// The target of each guest.
  public internal(set) var targets: [UInt64]
  /// Whether a put of a guest was ever refused.
  public internal(set) var wasRefused: [Bool]

  /// What is known of a guest after an interval.
  public struct Use: Hashable, Sendable {
    /// Pages that it holds.
    public var pages: UInt64
    /// Puts refused in the interval.
    public var refused: Int64

    /// What is known.
    public init(pages: UInt64, refused: Int64) {
      self.pages = pages
      self.refused = refused
    }
  }

  /// Guests without tmem, none of which had a put refused; `targets` if they have some already.
  public init(_ rule: TmemRule, guests: Int, targets: [UInt64]? = nil) {
    self.rule = rule
    self.targets = targets ?? Array(repeating: 0, count: guests)
    wasRefused = Array(repeating: false, count: guests)
  }

  /// Pages of the step, which is also how much of its target a guest may leave unused.
  public func step(of all: UInt64) -> UInt64 { UInt64(cut(Double(all) * step / 100)) }

  /// An interval is over: new targets of `all` pages of tmem. There is a use for each guest; nil: it is gone, and gets nothing.
  public mutating func update(_ uses: [Use?], of all: UInt64) {
    for (place, use) in uses.enumerated() where use?.refused ?? 0 > 0 { wasRefused[place] = true }
    switch rule {
    case .fixed: divide(all) { uses[$0] != nil }
    case .reconfigured:
      let wasRefused = wasRefused
      divide(all) { uses[$0] != nil && wasRefused[$0] }
    case .smart: adapt(uses, of: all)
    }
  }

  /// The same for all that take part.
  private mutating func divide(_ all: UInt64, among takesPart: (Int) -> Bool) {
    let count = targets.indices.count(where: takesPart)
    for place in targets.indices {
      targets[place] = takesPart(place) ? all / UInt64(count) : 0
    }
  }

  private mutating func adapt(_ uses: [Use?], of all: UInt64) {
    let step = step(of: all)
    var sum: UInt64 = 0
    for (place, use) in uses.enumerated() {
      guard let use else {
        targets[place] = 0
        continue
      }
      let target = targets[place]
      if use.refused > 0 {
        targets[place] = target + step
      } else if target > use.pages, target - use.pages > step {
        targets[place] = UInt64(cut(Double(target) * (100 - self.step) / 100))
      }
      sum += targets[place]
    }
    if sum <= all { return }
    for place in targets.indices {
      let (high, low) = targets[place].multipliedFullWidth(by: all)
      targets[place] = sum.dividingFullWidth((high, low)).quotient
    }
  }

  /// A number cut to a whole one, within what pages of a host can be.
  private func cut(_ number: Double) -> Int64 { min(max(Int64(cut: number), 0), 1 << 40) }
}
