internal import Foundation
internal import Mustache
internal import Traces

/// What a page is made with: our templates, which are part of the program, and dygraphs, which is installed (Debian's
/// libjs-dygraphs).
public struct ReportLibrary: Sendable {
  /// Why there is no page.
  public enum Fault: Error, Hashable, Sendable {
    /// A file of dygraphs is not there.
    case missing(path: String)
  }

  /// Where Debian puts dygraphs.
  public static let folder = "/usr/share/javascript/dygraphs"

  private let charts: (style: String, script: String)
  private let templates: MustacheLibrary

  /// Reads dygraphs.
  ///
  /// - Throws: `Fault`.
  public init(folder: String = ReportLibrary.folder) throws {
    func read(_ name: String) throws -> String {
      let path = "\(folder)/\(name)"
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Fault.missing(path: path)
      }
      // The map is for who debugs dygraphs; a page has no other files.
      return String(decoding: data, as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.contains("# sourceMappingURL=") }.joined(separator: "\n")
    }
    charts = (try read("dygraph.min.css"), try read("dygraph.min.js"))
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    MustacheContentTypes.register(MarkupText(), named: MarkupText.name)
    var templates = MustacheLibrary()
    try templates.register(text(PackageResources.page_mustache), named: "page")
    try templates.register(text(PackageResources.table_mustache), named: "table")
    self.templates = templates
  }

  /// A page as HTML.
  ///
  /// - Parameters:
  ///   - source: What it is made from, such as the database's name.
  ///   - version: The program's version.
  public func html(_ page: ReportPage, source: String, version: String) -> String {
    let values: [String: Any] = [
      "title": page.title, "lead": page.lead, "sections": page.sections, "source": source,
      "version": version, "libraryStyle": charts.style, "library": charts.script,
      "style": String(decoding: PackageResources.page_css, as: UTF8.self),
      "script": String(decoding: PackageResources.page_js, as: UTF8.self),
    ]
    guard let html = templates.render(values, withTemplate: "page") else {
      preconditionFailure("the template of the page is not registered")
    }
    return html
  }
}
