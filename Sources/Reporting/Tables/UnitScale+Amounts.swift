public import Text
public import Units

extension UnitScale {
  /// A moment of a run: `14,400.0 s`.
  public static func text(_ time: SimTime) -> String { text(time - .zero) }

  /// A length of simulated time: `5.0 s`.
  public static func text(_ duration: SimDuration) -> String {
    text(duration.seconds, unit: "s")
  }

  /// A count, thousands apart: `406,170`. The bits are those of an unsigned number, as the database keeps them.
  static func count(_ bits: Int64) -> String {
    UnitScale(unit: "count", largest: 0).text(Double(UInt64(bitPattern: bits)))
  }

  /// A number of pages: `1,586.6 MiB (406,170 pages)`; below a MiB pages alone.
  static func amount(_ bits: Int64) -> String {
    let count = UInt64(bitPattern: bits)
    if count < 256 { return counted(count, "page") }
    return "\(text(Double(count), unit: "pages")) (\(Self.count(bits)) pages)"
  }
}
