internal import Policies

/// What a policy's law predicts of a guest whose goal stays where it is.
///
/// Each turn takes 1/d off the distance to the goal, so half of it is gone after ln 2 / -ln(1 - 1/d) turns. Source: Docs/kernel.md 1.3, 1.4, 1.5a;
/// truncation and the time of a turn are left out.
struct ControlLaw {
  /// Half-lives in seconds of memory above the goal and below it; nil where no part of it is closed.
  var down: Double?
  var up: Double?
  /// The half-life in seconds of pages in frontswap while nothing is stored; nil if none come home.
  var frontswap: Double?

  /// The half-lives of a law with its settings of now.
  init(_ law: PolicyLaw) {
    func halfLife(_ share: Double?, turns: Int = 1) -> Double? {
      share.map { StabilityMeter.halfLife(every: law.interval * Double(turns), share: $0) }
    }
    down = halfLife(law.down)
    up = halfLife(law.up)
    frontswap = halfLife(law.frontswap, turns: law.turnsOfShrink)
  }
}
