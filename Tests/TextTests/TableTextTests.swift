import Testing
import Text

@Suite("Tables fit the place they are shown in")
struct TableTextTests {
  private let table = TableText(
    columns: [.init("run", .right), .init("scenario"), .init("what one should see")],
    rows: [
      ["7", "compile", "The balloon follows the compiler down and up again"],
      ["1,024", "größer", "Nothing"],
    ])

  @Test("With room enough every row is a line and numbers end at the same column")
  func wide() {
    #expect(
      table.text(width: 120) == """
          run  scenario  what one should see
        -----  --------  --------------------------------------------------
            7  compile   The balloon follows the compiler down and up again
        1,024  größer    Nothing

        """)
    #expect(table.text() == table.text(width: 120))
  }

  @Test(
    "In Markdown a row is a line, numbers are set right, and a bar in a text does not end its cell")
  func markdown() {
    let table = TableText(
      columns: [.init("run"), .init("x", .right)], rows: [["a|b", "1"], ["", "2"]])

    #expect(
      table.markdown == """
        | run | x |
        | --- | ---: |
        | a\\|b | 1 |
        |  | 2 |

        """)
  }

  @Test("At 60 columns texts are broken at spaces")
  func narrow() {
    #expect(
      table.text(width: 60) == """
          run  scenario  what one should see
        -----  --------  -------------------------------------------
            7  compile   The balloon follows the compiler down and
                         up again
        1,024  größer    Nothing

        """)
  }

  @Test("A long name is broken behind a sign that divides it")
  func longNames() {
    let table = TableText(
      columns: [.init("name"), .init("x", .right)],
      rows: [["frontswap_failed_stores", "1"], ["traces/swift-build.csv", "2"]])

    #expect(
      table.text(width: 20) == """
        name               x
        -----------------  -
        frontswap_failed_  1
        stores
        traces/swift-      2
        build.csv

        """)
  }

  @Test("Where numbers alone are too wide, rows become blocks")
  func blocks() {
    #expect(
      table.text(width: 25) == """
        run                  7
        scenario             compile
        what one should see  The
                             balloon
                             follows
                             the
                             compiler
                             down and
                             up again

        run                  1,024
        scenario             größer
        what one should see  Nothing

        """)
  }

  @Test("No line is wider than asked for, whatever the width", arguments: 31...130)
  func neverWider(_ width: Int) {
    let lines = table.text(width: width).split(separator: "\n")

    #expect(lines.allSatisfy { $0.count <= width })
  }

  @Test(
    "Figures are shown in units people read",
    arguments: [
      (118_016.0, "pages", "461.0 MiB"), (5_000_000, "pages", "19,531.2 MiB"),
      (-256, "pages", "-1.0 MiB"), (950, "ns", "950 ns"), (1_500, "ns", "1.5 us"),
      (2.5e6, "ns", "2.5 ms"), (203, "s", "203.0 s"), (86_400, "s", "24.00 h"),
      (1.25, "GiB*h", "1.250 GiB·h"), (33.333, "%", "33.3 %"), (1_234_567, "count", "1,234,567"),
      (0.5, "ratio", "0.500"), (.nan, "pages", "- MiB"), (1_048_576, "bytes", "1.0 MiB"),
    ])
  func units(_ value: Double, _ unit: String, _ text: String) {
    #expect(UnitScale.text(value, unit: unit) == text)
  }
}
