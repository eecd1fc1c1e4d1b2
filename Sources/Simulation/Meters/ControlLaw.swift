internal import Policies

/// What the control law predicts of a guest whose goal stays where it is.
///
/// Each run of the worker takes 1/d off the distance to the goal, so half of it is gone after ln 2 / -ln(1 - 1/d) runs; frontswap
/// loses a part in `frontswap_hysteresis` every `frontswap_inertia` quiet runs. Source: Docs/kernel.md 1.3, 1.4; truncation and the time
/// of a run are left out.
struct ControlLaw {
  /// Half-lives in seconds of memory above the goal and below it; nil with selfballooning off or a divisor of 0.
  var down: Double?
  var up: Double?
  /// The half-life in seconds of pages in frontswap while no page is stored; nil with selfshrinking off.
  var frontswap: Double?

  /// The law with a driver's tunables.
  init(_ driver: SelfBalloonDriver) {
    let tunables = driver.tunables
    let interval = Double(tunables.interval)
    func halfLife(_ divisor: UInt32, runs: UInt32 = 1) -> Double? {
      divisor == 0
        ? nil
        : StabilityMeter.halfLife(every: interval * Double(runs), share: 1 / Double(divisor))
    }
    if tunables.isSelfballooning {
      down = halfLife(tunables.downHysteresis)
      up = halfLife(tunables.upHysteresis)
    }
    if tunables.isSelfshrinking {
      // 3.6 does not start its countdown again: once quiet, every run shrinks.
      let isEveryRun = !driver.generation.reloadsCountdownAfterShrink
      frontswap = halfLife(
        tunables.frontswapHysteresis, runs: isEveryRun ? 1 : max(1, tunables.frontswapInertia))
    }
  }
}
