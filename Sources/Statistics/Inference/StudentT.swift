private import Foundation

/// Student's t distribution, for confidence intervals of means of few values.
public enum StudentT {
  /// The value that is exceeded in absolute size with probability `1 - confidence`.
  ///
  /// 2.776 for 0.95 and 4 degrees of freedom. To about 1e-10; some hundred evaluations of a continued fraction.
  ///
  /// Source: Abramowitz, Stegun, "Handbook of Mathematical Functions", 26.7.1: the probability of an absolute
  /// value above t is the regularised incomplete beta function of n / (n + t^2) with n / 2 and 1 / 2.
  ///
  /// - Parameters:
  ///   - confidence: Between 0 and 1.
  ///   - degrees: Degrees of freedom, at least 1.
  public static func bound(confidence: Double, degrees: Int) -> Double {
    precondition((0..<1).contains(confidence) && degrees >= 1, "t for \(confidence), \(degrees)")
    let n = Double(degrees)
    func outside(_ t: Double) -> Double {
      incompleteBeta(n / (n + t * t), n / 2, 0.5)
    }
    var (low, high) = (0.0, 1.0)
    while outside(high) > 1 - confidence, high < 1e12 { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if outside(middle) > 1 - confidence { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The regularised incomplete beta function.
  ///
  /// Source: Abramowitz, Stegun, 26.5.8 (continued fraction) and 26.5.2 (symmetry), evaluated by the modified
  /// method of Lentz.
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let scale: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let logarithm: Double = scale + a * log(x) + b * log1p(-x)
    let tiny = 1e-300
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var fraction = d
    for step in 1...1000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d)
      c = nonzero(1 + even / c)
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d)
      c = nonzero(1 + odd / c)
      fraction *= d * c
      if abs(d * c - 1) < 1e-15 { break }
    }
    return exp(logarithm) * fraction / a

    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  }
}
