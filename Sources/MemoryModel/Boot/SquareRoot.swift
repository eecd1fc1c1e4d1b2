/// int_sqrt(): the largest integer whose square is at most `x`, which is not negative.
///
/// Exact for every `Int`: the bits are found from the highest down, without floating point.
public func squareRoot(_ x: Int) -> Int {
  precondition(x >= 0, "square root of \(x)")
  var rest = x
  var root = 0
  var bit = 1 << 62
  while bit > rest { bit >>= 2 }
  while bit > 0 {
    if rest >= root + bit {
      rest -= root + bit
      root = (root >> 1) + bit
    } else {
      root >>= 1
    }
    bit >>= 2
  }
  return root
}
