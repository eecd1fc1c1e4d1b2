// The law.
//
// MOM looks at one share: how much of the host is free, as a mean over its last samples. Below a fifth all guests shrink,
// else all grow, by a twentieth a round. A guest keeps what it uses and a share of its size as free memory; the share
// falls with the host's. What a guest uses is its size less its free pages, both means: its page cache counts as used.
// There is no budget: what a round takes or gives is not added up.
//
// vdsm's rules grow by the host's share instead of a fifth, so a guest on an empty host can double in a round. They
// shrink only where the cluster allows it, and bring guests below their guaranteed size up to it.
//
// Numbers are Python's: whole ones, doubles in the order of the rules, cut towards zero when they are sent. What does not
// compare in Python ends the round for all guests.
//
// Source: MOM v0.6.4-14 (commit 3de1c8e6bcb9) and vdsm v4.50.7-31 (commit fd4b0df20b9b), as restated in
// `Docs/policies.md`, section "MOM".

/// The Memory Overcommitment Manager, with its own rules or those of oVirt's vdsm.
public struct Mom: Sendable {
  /// Whose rules and collectors.
  public enum Variant: String, CaseIterable, Sendable {
    /// `doc/balloon.rules` of MOM.
    case mom
    /// `02-balloon.policy` of vdsm.
    case vdsm
  }

  /// What can be set; the names in MOM's rules stand with each.
  public struct Settings: Hashable, Sendable {
    /// `pressure_threshold`: the free share of the host below which guests shrink, above 0.
    public var pressureThreshold = 0.20
    /// `pressure_critical`: the free share up to which guests keep less than they use.
    public var pressureCritical = 0.05
    /// `min_guest_free_percent`: the share of its size that a guest should have free.
    public var guestFree = 0.20
    /// `max_balloon_change_percent`: the share of its size by which a guest moves in a round.
    public var largestChange = 0.05
    /// `min_balloon_change_percent`: the share of its size up to which no change is worth it.
    public var leastChange = 0.0025
    /// `balloonEnabled` of vdsm: whether guests shrink at all. oVirt sets it for a cluster. MOM's own rules have no such switch.
    public var isBalloonEnabled = false
    /// `sample-history-length`: how many samples a mean goes over, 1 or more.
    public var history = 10
    /// `host-monitor-interval` and `guest-monitor-interval`, in seconds.
    public var monitorInterval: Int64
    /// `policy-engine-interval`, in seconds; the first round comes after one.
    public var interval: Int64

    /// As shipped.
    public init(_ variant: Variant) {
      monitorInterval = variant == .mom ? 5 : 15
      interval = variant == .mom ? 10 : 15
    }
  }

  /// Whose rules.
  public let variant: Variant
  /// What is set.
  public var settings: Settings
  /// The host's samples.
  public internal(set) var host: Window<HostSample>
  /// Whether the host's last collection brought a sample; nil: there was none yet.
  var isHostReady: Bool?
  /// The guests, each at a place of its own.
  public internal(set) var guests: [Guest] = []

  /// A daemon that has seen nothing.
  public init(_ variant: Variant, _ settings: Settings? = nil) {
    self.variant = variant
    self.settings = settings ?? Settings(variant)
    host = Window(length: self.settings.history)
  }

  /// A turn of the host's monitor; nil: the sample could not be had, and rounds are skipped until one can.
  public mutating func collect(_ sample: HostSample?) {
    isHostReady = sample != nil
    if let sample { host.append(sample) }
  }

  /// A turn of a guest's monitor; nil: nothing could be had.
  ///
  /// With MOM's collectors a sample lacks nothing, or the guest is not ready. Its samples stay, and count when it is back.
  public mutating func collect(_ sample: GuestSample?, ofGuest place: Int) {
    if place >= guests.count { leave(guest: place) }
    guests[place].isReady = sample.map { variant == .vdsm || $0.isComplete } ?? false
    if let sample, guests[place].isReady == true { guests[place].window.append(sample) }
  }

  /// A guest is down, or was never up: it has no samples.
  public mutating func leave(guest place: Int) {
    while guests.count <= place { guests.append(Guest(history: settings.history)) }
    guests[place] = Guest(history: settings.history)
  }

  /// A round of the policy engine; nil: the host's monitor is not ready, and nothing is done.
  ///
  /// `outcomes` has a place for each guest; what was in it is gone.
  public func round(into outcomes: inout [Outcome]) -> Round? {
    outcomes.removeAll(keepingCapacity: true)
    for _ in guests { outcomes.append(Outcome()) }
    guard isHostReady == true, let last = host.last else { return nil }
    let free = host.mean { $0.memoryFree } / Double(last.memoryAvailable)
    var round = Round(
      hostFree: free,
      guestFree: free <= settings.pressureCritical
        ? -0.05 + free : settings.guestFree * (free / settings.pressureThreshold),
      isShrinking: free < settings.pressureThreshold
        && (variant == .mom || settings.isBalloonEnabled))
    do throws(Fault) {
      for (place, guest) in guests.enumerated() where guest.isReady == true {
        try balance(guest, round, into: &outcomes[place])
      }
      if variant == .vdsm {
        for (place, guest) in guests.enumerated() where guest.isReady == true {
          try guarantee(guest, into: &outcomes[place])
        }
      }
    } catch {
      round.fault = error
      return round
    }
    for place in outcomes.indices {
      if let control = outcomes[place].raised ?? outcomes[place].decided {
        outcomes[place].target = Int64(cut: control)
      }
    }
    return round
  }
}
