extension PageCount {
  /// The units a size is written with, largest first, in bytes.
  static let units: [(suffix: String, shift: Int)] = [
    ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10),
  ]

  /// Reads a size as people write it: `512MiB`, `4GiB`, `1.5GiB`, or pages as `1000p`.
  ///
  /// Nothing if there is no unit, the unit is unknown, or the size is negative, beyond 2^51 pages or
  /// not a whole number of pages.
  public init?(_ text: String) {
    if text.hasSuffix("p") {
      guard let pages = Int(text.dropLast()), pages >= 0, pages <= 1 << 51, text.first != "+" else {
        return nil
      }
      self.init(pages)
      return
    }
    guard let unit = Self.units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
    let number = text.dropLast(3)
    // A size may leave out the digits on one side of its point.
    let isOpen = number.contains(".") && number != "."
    guard let bytes = product(of: isOpen ? "0\(number)0" : "\(number)", and: 1 << unit.shift),
      bytes % Int128(Self.pageSize) == 0, bytes / Int128(Self.pageSize) <= 1 << 51
    else { return nil }
    self.init(Int(bytes / Int128(Self.pageSize)))
  }

  /// The shortest exact text that `init(_:)` reads back: `4GiB`, `99MiB`, `255976p`.
  public var text: String {
    if pages == 0 { return "0p" }
    for (suffix, shift) in Self.units where shift >= 20 {
      let unitPages = 1 << (shift - 12)
      if pages % unitPages == 0 { return "\(pages / unitPages)\(suffix)" }
    }
    return "\(pages)p"
  }
}
