import Foundation
import Testing

/// The sections of `Docs/kernel.md` that comments and other pages cite.
@Suite("Citations of Docs/kernel.md")
struct KernelPageTests {
  @Test("Every section that a comment or a page cites is there")
  func citedSectionsExist() throws {
    let sections = Set(
      try Self.text("Docs/kernel.md").matches(of: #/(?m)^##+ ([0-9]+(?:\.[0-9]+[a-z]?)?)\.? /#).map
      {
        String($0.1)
      })

    var cited = 0
    for file in try Self.files(in: ["Sources", "Tests", "Docs"]) {
      let text = try Self.text(file)
      #expect(!text.contains(#/\b[Ff]acts,? [0-9]/#), "\(file) cites sections without the page")
      for section in Self.sections(citedIn: text) {
        cited += 1
        #expect(sections.contains(section), "\(file) cites \(section)")
      }
    }

    #expect(sections.count > 60 && cited > 200)
  }

  @Test("A citation may name several sections, and go on in the next line of a comment")
  func readsCitations() {
    let text = """
      Source: Docs/kernel.md 5.3 (b), __alloc(), kernel.md 3.2, rule 5. Docs/kernel.md 6.10, 3.9 and 4.7.
        /// as Docs/kernel.md
        /// 1.3 to 1.5a; kernel.md 8: two of 2.6 do
      """

    let sections = Self.sections(citedIn: text)

    #expect(sections == ["5.3", "3.2", "6.10", "3.9", "4.7", "1.3", "1.5a", "8"])
  }

  /// The sections that a text cites, in their order.
  private static func sections(citedIn text: String) -> [String] {
    let citation =
      #/kernel\.md(?:\s|\/\/\/?)+([0-9]+(?:\.[0-9]+[a-z]?)?(?:(?:, | and | to )[0-9]+\.[0-9]+[a-z]?)*)/#
    return text.matches(of: citation).flatMap { match in
      match.1.matches(of: #/[0-9]+(?:\.[0-9]+[a-z]?)?/#).map { String($0.0) }
    }
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func text(_ file: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appending(path: file)), as: UTF8.self)
  }

  /// The sources and pages below `folders`, in no order, without this file and its example.
  private static func files(in folders: [String]) throws -> [String] {
    try folders.flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
        .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".md") }
        .map { "\(folder)/\($0)" }
        .filter { !$0.hasSuffix("KernelPageTests.swift") }
    }
  }
}
