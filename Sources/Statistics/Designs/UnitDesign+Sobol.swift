internal import SimulationEngine

extension UnitDesign {
  /// A Sobol design has at most so many dimensions.
  public static var sobolDimensionLimit: Int { SobolSequence.dimensionLimit }

  /// The beginning of the Sobol sequence, scrambled.
  ///
  /// Evenly spread in every dimension and pair of dimensions; best with a power of two of samples. Owen's
  /// nested uniform scrambling keeps that, makes every point uniform, and differs from seed to seed.
  ///
  /// Source: Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995: each binary digit is
  /// flipped or not by a coin that depends on all digits before it.
  ///
  /// - Parameters:
  ///   - samples: How many points, at most 2^32.
  ///   - dimensions: Coordinates of a point, at most `sobolDimensionLimit`.
  ///   - seed: A different seed gives another scrambling; more samples of one seed continue the design.
  public static func sobol(samples: Int, dimensions: Int, seed: UInt64) -> [[Double]] {
    let coins = (0..<dimensions).map { dimension in
      var stream = RandomStream(seed: seed, purpose: "sobol design \(dimension)")
      return stream.next()
    }
    var sequence = SobolSequence(dimensions: dimensions)
    return (0..<samples).map { _ in
      zip(sequence.next(), coins).map { Double(scrambled($0, coins: $1)) * 0x1p-32 }
    }
  }

  /// The fraction with each digit flipped or not, as the digits before it decide.
  private static func scrambled(_ fraction: UInt32, coins: UInt64) -> UInt32 {
    var flips: UInt32 = 0
    for digit in 0..<32 {
      // Every prefix, 1 and the digits so far, is a number of its own and so is a coin of its own.
      let prefix = (1 << UInt64(digit)) | UInt64(fraction) >> UInt64(32 - digit)
      var coin = RandomStream(state: coins &+ prefix &* 0x9E37_79B9_7F4A_7C15)
      flips |= UInt32(coin.next() >> 63) << UInt32(31 - digit)
    }
    return fraction ^ flips
  }
}

/// The Sobol sequence in the order of the Gray code, point after point.
///
/// Source: Antonov, Saleev, 1979, for the order; Joe, Kuo, "Constructing Sobol sequences with better
/// two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), for the numbers.
struct SobolSequence {
  /// The table has so many dimensions.
  static let dimensionLimit = initialNumbers.count + 1

  /// For every dimension the 32 direction numbers, as fractions of 2^32.
  let directions: [[UInt32]]
  private var fractions: [UInt32]
  private var index: UInt64 = 0

  /// The sequence before its first point, which is the origin.
  init(dimensions: Int) {
    precondition(
      (0...Self.dimensionLimit).contains(dimensions), "a Sobol sequence of \(dimensions)")
    directions = (0..<dimensions).map(Self.directions)
    fractions = Array(repeating: 0, count: dimensions)
  }

  /// The next point, in fractions of 2^32; at most 2^32 points.
  mutating func next() -> [UInt32] {
    if index > 0 {
      let digit = index.trailingZeroBitCount
      for dimension in fractions.indices { fractions[dimension] ^= directions[dimension][digit] }
    }
    index += 1
    return fractions
  }

  /// The direction numbers of a dimension: the first ones from the table, the others by the recurrence of the
  /// primitive polynomial x^s + a_1 x^(s-1) + ... + a_(s-1) x + 1.
  private static func directions(of dimension: Int) -> [UInt32] {
    guard dimension > 0 else { return (0..<32).map { 1 << (31 - $0) } }
    let (coefficients, initial) = initialNumbers[dimension - 1]
    let degree = initial.count
    var directions = initial.enumerated().map { $1 << UInt32(31 - $0) }
    for digit in degree..<32 {
      var next = directions[digit - degree] ^ (directions[digit - degree] >> UInt32(degree))
      for term in 1..<degree where (coefficients >> UInt32(degree - 1 - term)) & 1 == 1 {
        next ^= directions[digit - term]
      }
      directions.append(next)
    }
    return directions
  }

  /// For the second dimension and those after it the inner coefficients of the polynomial as a binary number,
  /// and the initial numbers m_1 ... m_s, whose count is the polynomial's degree.
  ///
  /// Source: Joe and Kuo's table new-joe-kuo-6.21201, its first rows.
  private static let initialNumbers: [(coefficients: UInt32, initial: [UInt32])] = [
    (0, [1]),
    (1, [1, 3]),
    (1, [1, 3, 1]),
    (2, [1, 1, 1]),
    (1, [1, 1, 3, 3]),
    (4, [1, 3, 5, 13]),
    (2, [1, 1, 5, 5, 17]),
    (4, [1, 1, 5, 5, 5]),
    (7, [1, 1, 7, 11, 19]),
    (11, [1, 1, 5, 1, 1]),
    (13, [1, 1, 1, 3, 11]),
    (14, [1, 3, 5, 5, 31]),
    (1, [1, 3, 3, 9, 7, 49]),
    (13, [1, 1, 1, 15, 21, 21]),
    (16, [1, 3, 1, 13, 27, 49]),
    (19, [1, 1, 1, 15, 7, 5]),
    (22, [1, 3, 1, 15, 13, 25]),
    (25, [1, 1, 5, 5, 19, 61]),
    (1, [1, 3, 7, 11, 23, 15, 103]),
    (4, [1, 3, 7, 13, 13, 15, 69]),
    (7, [1, 1, 3, 13, 7, 35, 63]),
    (8, [1, 3, 5, 9, 1, 25, 53]),
    (14, [1, 3, 1, 13, 9, 35, 107]),
    (19, [1, 3, 1, 5, 27, 61, 31]),
    (21, [1, 1, 5, 11, 19, 41, 61]),
    (28, [1, 3, 5, 3, 3, 13, 69]),
    (31, [1, 1, 7, 13, 1, 19, 1]),
    (32, [1, 3, 7, 5, 13, 19, 59]),
    (37, [1, 1, 3, 9, 25, 29, 41]),
    (41, [1, 3, 5, 13, 23, 1, 55]),
    (42, [1, 3, 7, 3, 13, 59, 17]),
    (50, [1, 3, 1, 3, 5, 53, 69]),
    (55, [1, 1, 5, 5, 23, 33, 13]),
    (56, [1, 1, 7, 7, 1, 61, 123]),
    (59, [1, 1, 7, 9, 13, 61, 49]),
    (62, [1, 3, 3, 5, 3, 55, 33]),
    (14, [1, 3, 1, 15, 31, 13, 49, 245]),
    (21, [1, 3, 5, 15, 31, 59, 63, 97]),
    (22, [1, 3, 1, 11, 11, 11, 77, 249]),
  ]
}
