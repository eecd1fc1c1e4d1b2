import Testing

@testable import Reporting
@testable import Text

@Suite("Texts for gnuplot")
struct GnuplotTests {
  @Test(
    "A text stays one quoted string on one line",
    arguments: [
      "x\n!touch PWNED\n", "x\r\n!id", "x'; system('id'); '", "\u{85}!id", "\u{2028}!id", "\u{0}",
      "\u{1B}]0;title\u{7}",
    ])
  func quoted(text: String) {
    let quoted = Gnuplot.quoted(text)

    #expect(quoted.hasPrefix("'") && quoted.hasSuffix("'"))
    #expect(
      !quoted.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x85 || $0.value == 0x2028 })
    #expect(!quoted.dropFirst().dropLast().replacing("''", with: "").contains("'"))
  }
}
