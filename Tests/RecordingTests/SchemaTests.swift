import Foundation
import GRDB
import Simulation
import TestSupport
import Testing

@testable import Recording

@Suite("The schema is what the page says")
struct SchemaTests {
  /// The tables of a new file and their columns.
  private func schema() throws -> [(table: String, columns: [String])] {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    return try store.read("test") { db in
      let tables = try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      return try tables.map { ($0, try db.columns(in: $0).map(\.name)) }
    }
  }

  @Test("Docs/database.md names every column of every table in the table's section, and no other")
  func pageIsComplete() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Docs/database.md")
    let sections = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n## ")

    for (table, columns) in try schema() where table != "grdb_migrations" {
      let section = try #require(sections.first { $0.hasPrefix(table + "\n") }, "\(table)")
      let named = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
        line.split(separator: "|")[0].split(separator: "`").filter { $0.contains { $0.isLetter } }
      }
      #expect(Set(named.map(String.init)) == Set(columns), "\(table)")
    }
  }

  @Test("The tables of ticks have exactly the columns of the simulation, in its order")
  func ticksFollowTheSeam() throws {
    let tables = try schema()

    let ticks = tables.first { $0.table == "ticks" }?.columns
    let hostTicks = tables.first { $0.table == "host_ticks" }?.columns

    #expect(
      ticks == ["id", "run_id", "guest", "tick", "time_ns"] + TickColumn.all.map(\.name))
    #expect(
      hostTicks == ["id", "run_id", "tick", "time_ns"] + HostTickColumn.allCases.map(\.name))
  }
}
