/// Functions of Go's `math` on amd64, in its order of evaluation, so that they round as there.
///
/// `log` and `exp2` are Remez polynomials of FreeBSD's `e_log.c` and `e_exp.c`, which Go took over with their coefficients.
/// FreeBSD says that their error is below 1 ulp.
enum GoMath {
  private static let ln2High = 6.93147180369123816490e-01
  private static let ln2Low = 1.90821492927058770002e-10

  /// The natural logarithm of a finite number above 0.
  static func log(_ x: Double) -> Double {
    // x is 2^k (1 + f), with 1 + f between the square roots of 1/2 and of 2.
    var k = Double(x.exponent)
    var scaled = x.significand
    if scaled >= 2.0.squareRoot() {
      scaled /= 2
      k += 1
    }
    let f = scaled - 1
    let s = f / (2 + f)
    let s2 = s * s
    let s4 = s2 * s2
    let odd =
      s2
      * (6.666666666666735130e-01
        + s4
        * (2.857142874366239149e-01
          + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)))
    let even =
      s4
      * (3.999999999940941908e-01
        + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01))
    let r = odd + even
    let halfSquare = 0.5 * f * f
    return k * ln2High - ((halfSquare - (s * (halfSquare + r) + k * ln2Low)) - f)
  }

  /// 2 to the power of a number.
  static func exp2(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 1_023.9999999999999 { return .infinity }
    if x < -1_074 { return 0 }
    let k = x > 0 ? (x + 0.5).rounded(.towardZero) : (x - 0.5).rounded(.towardZero)
    let t = x - k
    let high = t * ln2High
    let low = -t * ln2Low
    let r = high - low
    let square = r * r
    let c =
      r - square
      * (1.66666666666666657415e-01
        + square
        * (-2.77777777770155933842e-03
          + square
          * (6.61375632143793436117e-05
            + square * (-1.65339022054652515390e-06 + square * 4.13813679705723846039e-08))))
    let y = 1 - ((low - (r * c) / (2 - c)) - high)
    return Double(sign: .plus, exponent: Int(k), significand: y)
  }

  /// `base` to a whole power: squares by the bits of the exponent, lowest first, and divides at the end for one below zero.
  ///
  /// It rounds at every square, so its last bits are not those of a C library.
  static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var bits = exponent.magnitude
    while bits != 0 {
      if bits & 1 == 1 { result *= square }
      square *= square
      bits >>= 1
    }
    return exponent < 0 ? 1 / result : result
  }
}
