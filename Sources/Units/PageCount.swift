/// A number of 4 KiB pages; differences may be negative.
public struct PageCount: Hashable, Comparable, Sendable {
  /// How many pages.
  public var pages: Int

  /// `pages` pages.
  @inlinable
  public init(_ pages: Int) { self.pages = pages }

  /// The size of a page in bytes.
  public static let pageSize = 4096
  /// No pages.
  public static let zero = PageCount(0)
  /// `count` pages.
  @inlinable
  public static func pages(_ count: Int) -> PageCount { PageCount(count) }
  /// `count` MiB, 256 pages each.
  @inlinable
  public static func mebibytes(_ count: Int) -> PageCount { PageCount(count << 8) }
  /// `count` GiB, 262,144 pages each.
  @inlinable
  public static func gibibytes(_ count: Int) -> PageCount { PageCount(count << 18) }

  /// Which count is smaller.
  @inlinable
  public static func < (a: PageCount, b: PageCount) -> Bool { a.pages < b.pages }
  /// The sum of two counts.
  @inlinable
  public static func + (a: PageCount, b: PageCount) -> PageCount { PageCount(a.pages + b.pages) }
  /// The difference of two counts.
  @inlinable
  public static func - (a: PageCount, b: PageCount) -> PageCount { PageCount(a.pages - b.pages) }
}
