/// The power that Python's `x ** 2` is: `pow()` of the GNU C library, which is not always `x * x`.
///
/// The library is not correctly rounded: of a thousand squares about one differs from the nearest double by its last bit,
/// and Senpai logs such a number. So the library's steps are gone through: a logarithm in two doubles, twice that, and its
/// exponential, each from a table of 128 parts of an octave and a short polynomial.
///
/// The tables are computed here, in whole numbers of more than 110 bits. They come out equal to the library's in every bit.
///
/// Source: GNU C library 2.28 and later, sysdeps/ieee754/dbl-64/e_pow.c, as compiled for processors with a fused
/// multiply-add; which sums are fused was read from Debian 12's libm (2.36, amd64).
enum LibraryPower {
  /// `pow(x, 2)`; outside of 2^-340 to 2^340, where the library treats its edges apart, `x * x`.
  static func square(_ x: Double) -> Double {
    let x = x.magnitude
    guard (0x1p-340...0x1p340).contains(x) else { return x * x }
    let (high, low) = logarithm(of: x)
    return exponential(of: 2 * high, and: 2 * low)
  }

  /// ln x in two doubles, the second the error of the first.
  private static func logarithm(of x: Double) -> (high: Double, low: Double) {
    let distance = x.bitPattern &- firstPart
    let octave = Double(Int64(bitPattern: distance) >> 52)
    let part = parts[Int(distance >> 45 & 127)]
    let z = Double(bitPattern: x.bitPattern &- (distance & 0xfff << 52))
    let r = (-1.0).addingProduct(z, part.inverse)
    let sum = part.logarithm.addingProduct(octave, 0x1.62e42fefa38p-1)
    let start = sum + r
    let half = -0.5 * r
    let square = r * half
    let high = start + square
    let third = (-0x1.555555555556p-1).addingProduct(r, 0x1.0000000000006p-1)
    let fifth = 0x1.999999959554ep-1.addingProduct(r, -0x1.555555529a47ap-1)
    let seventh = (-0x1.2495b9b4845e9p+0).addingProduct(r, 0x1.0002b8b263fc3p+0)
    let polynomial = third.addingProduct(square, fifth.addingProduct(square, seventh))
    var low = part.rest.addingProduct(octave, 0x1.ef35793c7673p-45) + (sum - start + r)
    low += (-square).addingProduct(half, r)
    low += start - high + square
    low = low.addingProduct(r * square, polynomial)
    let result = high + low
    return (result, high - result + low)
  }

  /// The exponential of a sum of two doubles, the second much smaller.
  private static func exponential(of high: Double, and low: Double) -> Double {
    // Only the logarithm of 1 is that small.
    if high.magnitude < 0x1p-54 { return 1 + high }
    let shifted = 0x1.8p52.addingProduct(high, 0x1.71547652b82fep+7)
    let count = shifted - 0x1.8p52
    let r =
      high.addingProduct(count, -0x1.62e42fefap-8).addingProduct(count, -0x1.cf79abc9e3b3ap-47)
      + low
    let root = roots[Int(shifted.bitPattern & 127)]
    let scale = Double(bitPattern: root.bits &+ shifted.bitPattern << 45)
    let second = 0x1.ffffffffffdbdp-2.addingProduct(r, 0x1.555555555543cp-3)
    let fourth = 0x1.55555cf172b91p-5.addingProduct(r, 0x1.1111167a4d017p-7)
    let square = r * r
    let growth = (root.rest + r).addingProduct(second, square)
    return scale.addingProduct(scale, growth.addingProduct(fourth, square * square))
  }
}

// The tables.
extension LibraryPower {
  /// Where the parts begin: the bits of about 0.706, so that 1 lies within a part.
  private static let firstPart: UInt64 = 0x3fe6_9555_0000_0000

  /// A part of the octave: a factor of few bits that brings it near 1, and the logarithm of its inverse.
  private struct Part {
    var inverse: Double
    /// Cut to 43 bits after the point.
    var logarithm: Double
    var rest: Double
  }

  private static let parts: [Part] = (0..<128).map { index in
    let start = Double(bitPattern: firstPart + UInt64(index) << 45)
    let end = Double(bitPattern: firstPart + UInt64(index + 1) << 45)
    // 1 over the middle, in 256ths; above 1 only even ones.
    let middle = (start + end) / 2
    let exact = 256 / middle
    let inverse = index < 76 ? 2 * Int128((exact / 2).rounded()) : Int128(exact.rounded())
    let bits: Int128 = 120
    let logarithm = -fixedLogarithm(inverse - 256, over: inverse + 256, bits: bits)
    let cut = bits - 43
    let high = (logarithm + 1 << (cut - 1)) >> cut
    return Part(
      inverse: Double(inverse) / 256, logarithm: Double(high) * 0x1p-43,
      rest: Double(logarithm - high << cut) * 0x1p-120)
  }

  /// A power of the 128th root of 2: its bits less its place, and what is missing as a part of it.
  private struct Root {
    var bits: UInt64
    var rest: Double
  }

  private static let roots: [Root] = (0..<128).map { index in
    let bits: Int128 = 124
    let exponent = product(fixedLogarithm(1, over: 3, bits: bits), Int128(index), cut: 7)
    var (term, sum, count) = ((1 as Int128) << bits, 0 as Int128, 1 as Int128)
    while term != 0 {
      sum += term
      term = product(term, exponent, cut: bits) / count
      count += 1
    }
    let nearest = (sum + 1 << (bits - 53)) >> (bits - 52)
    let missing = sum - nearest << (bits - 52)
    // Both have 52 bits after the point; the quotient has 122.
    return Root(
      bits: (Double(nearest) * 0x1p-52).bitPattern &- UInt64(index) << 45,
      rest: Double((missing << 50) / nearest) * 0x1p-122)
  }

  /// The product without its last bits.
  private static func product(_ a: Int128, _ b: Int128, cut: Int128) -> Int128 {
    let (high, low) = a.multipliedFullWidth(by: b)
    return high << (128 - cut) | Int128(low >> cut)
  }

  /// ln((1 + q) / (1 - q)) of a fraction q, with so many bits after the point.
  private static func fixedLogarithm(_ count: Int128, over divisor: Int128, bits: Int128) -> Int128
  {
    var (term, sum, place) = (count << bits / divisor, 0 as Int128, 1 as Int128)
    while term != 0 {
      sum += term / place
      term = term * count / divisor * count / divisor
      place += 2
    }
    return 2 * sum
  }
}
