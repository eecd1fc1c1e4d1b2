import Testing
import Units

@Suite("Sizes and numbers as text")
struct SizeTextTests {
  @Test(
    "A size is read to the page",
    arguments: [
      ("512MiB", 131_072), ("1.5GiB", 393_216), ("4KiB", 1), ("0.5MiB", 128), ("0TiB", 0),
      (".5GiB", 131_072), ("5.GiB", 1_310_720), ("0.00390625MiB", 1), ("1000p", 1_000),
      ("8388608TiB", 1 << 51), ("0.000000003725290298461914062500TiB", 1),
    ] as [(String, Int)])
  func sizes(text: String, pages: Int) {
    #expect(PageCount(text)?.pages == pages)
  }

  @Test(
    "What is no whole number of pages, too large or otherwise written is no size",
    arguments: [
      "", "5", "GiB", ".GiB", "-1GiB", "+1GiB", "1 GiB", "1.2.3GiB", "1e3GiB", "6KiB", "0.1GiB",
      "8388609TiB", "1,5GiB", "99999999999999999999999999999999999999999GiB", "nanGiB",
    ])
  func noSizes(text: String) {
    #expect(PageCount(text) == nil)
  }

  @Test(
    "A decimal is read in millionths",
    arguments: [
      ("0", 0), ("-1.5", -1_500_000), ("0.000001", 1), ("1000000000000", 1_000_000_000_000_000_000),
      ("0.05", 50_000),
    ] as [(String, Int64)])
  func decimals(text: String, millionths: Int64) {
    #expect(decimalMillionths(text) == millionths)
  }

  @Test(
    "What has more than six places, a zero in front or no digits is no decimal",
    arguments: ["", "-", "--1", "05", ".5", "5.", "0.0000001", "1e3", "1000000000001", "1.2.3"])
  func noDecimals(text: String) {
    #expect(decimalMillionths(text) == nil)
  }
}
