public import Units

/// What is simulated: a host, its guests, what happens in them, and for how long.
///
/// A scenario is checked when it is read (`ScenarioReader`); every value here is within its range.
public struct Scenario: Sendable {
  /// The scenario's short name.
  public var name: String
  /// What it is about and what one should see.
  public var description: String
  /// Where all random streams start.
  public var seed: UInt64
  /// How long to simulate.
  public var duration: DurationRule
  /// Time between two recorded ticks, positive.
  public var tick: SimDuration
  /// The machine that the guests share.
  public var host: HostSpec
  /// The guests, at least one, with different names.
  public var guests: [GuestSpec]
  /// Orders from outside, in the order of the file.
  public var events: [EventSpec]

  /// A scenario of which the rest is as in a file that says nothing of it.
  public init(
    name: String, description: String = "", seed: UInt64 = 1, duration: DurationRule = .trace,
    tick: SimDuration = .seconds(1), host: HostSpec, guests: [GuestSpec], events: [EventSpec] = []
  ) {
    self.name = name
    self.description = description
    self.seed = seed
    self.duration = duration
    self.tick = tick
    self.host = host
    self.guests = guests
    self.events = events
  }
}

/// When a run ends.
public enum DurationRule: Hashable, Sendable {
  /// At the end of the longest committed trace, or of the closed-loop work.
  case trace
  /// After a fixed, positive time.
  case time(SimDuration)
}
