extension Int64 {
  /// A double cut towards zero, as `int()` does it; beyond 64 bits the nearest number, and 0 if it is none.
  init(cut value: Double) {
    let whole = value.rounded(.towardZero)
    self = Int64(exactly: whole) ?? (whole > 0 ? .max : whole < 0 ? .min : 0)
  }
}
