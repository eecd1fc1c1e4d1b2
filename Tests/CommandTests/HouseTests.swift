import Foundation
import Testing

/// The pages about the code beside the code.
@Suite("The house is as its page says")
struct HouseTests {
  private static let pages = ["Docs/house.md", "DEVELOPMENT.md"]
  private static let root = RepositoryFile.path("")

  /// What stands between backquotes outside of blocks of code.
  private static func quoted(in page: String) throws -> [String] {
    let prose = try RepositoryFile.read(page).components(separatedBy: "```").enumerated()
      .filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    return prose.flatMap { $0.matches(of: /`([^`\n]+)`/).map { String($0.output.1) } }
  }

  /// Every Swift file below a folder, with its path from the root.
  private static func swiftFiles(below folder: String) throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
    return names.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }.sorted()
  }

  @Test("Every path that the pages name is in the tree", arguments: pages)
  func paths(page: String) throws {
    let files = try ["Sources", "Tests", "Benchmarks", "Fuzzing", "Docs", "Scenarios"].flatMap {
      folder in
      try FileManager.default.subpathsOfDirectory(atPath: "\(Self.root)/\(folder)")
        .map { "\(folder)/\($0)" }
    }
    let endings = [".swift", ".md", ".py", ".sh", ".tsv", ".yaml", ".jsonl"]
    var count = 0
    for text in try Self.quoted(in: page) where !text.contains(" ") && !text.contains("*") {
      let isPath =
        endings.contains(where: text.hasSuffix)
        || text.contains(/^(Sources|Tests|Docs|Benchmarks|Fuzzing|Scenarios)\//)
      // `make` makes these.
      if !isPath || text.hasPrefix(".build") || text.hasPrefix("Results") { continue }
      count += 1
      let name = text.hasSuffix("/") ? String(text.dropLast()) : text
      let isThere =
        FileManager.default.fileExists(atPath: "\(Self.root)/\(name)")
        || files.contains { $0.hasSuffix("/\(name)") }
      #expect(isThere, "\(page): \(text)")
    }
    #expect(count > 5)
  }

  @Test("Every type that the pages name is declared", arguments: pages)
  func types(page: String) throws {
    var declared = Set<String>()
    for folder in ["Sources", "Tests", "Benchmarks", "Fuzzing"] {
      for file in try Self.swiftFiles(below: folder) {
        for match in try RepositoryFile.read(file).matches(
          of: /(?:struct|enum|class|protocol|actor|typealias|case|func) ([A-Z][A-Za-z0-9]+)/)
        {
          declared.insert(String(match.output.1))
        }
        declared.insert(
          String(file.split(separator: "/").last!.prefix { $0 != "." && $0 != "+" }))
      }
    }
    // Folders, targets and environments are names too; and what is Swift's, SQLite's or the kernel's own.
    let folders = try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/Sources")
    let tests = try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/Tests")
    declared.formUnion(folders + tests)
    declared.formUnion(["Unicode", "Int64", "UInt32", "UInt64", "Committed_AS", "Support"])
    var count = 0
    for text in try Self.quoted(in: page) {
      guard let match = text.wholeMatch(of: /([A-Z][a-z0-9]+[A-Z][A-Za-z0-9]+)([.+(].*)?/) else {
        continue
      }
      count += 1
      #expect(declared.contains(String(match.output.1)), "\(page): \(text)")
    }
    #expect(count > 3)
  }

  /// The modules of ours that each target may import, as Package.swift says.
  private static func declaredImports() throws -> [String: Set<String>] {
    let package = try RepositoryFile.read("Package.swift")
    let targets = package.split(separator: /\.(?:executableT|testT|t)arget\(/)
    var imports: [String: Set<String>] = [:]
    for target in targets.dropFirst() {
      guard let name = target.firstMatch(of: /name: "(\w+)"/)?.output.1 else { continue }
      let list = target.firstMatch(of: /dependencies: \[((?:[^\[\]]|\n)*)\]/)?.output.1 ?? ""
      imports[String(name)] = Set(list.matches(of: /"(\w+)"/).map { String($0.output.1) })
    }
    return imports
  }

  @Test("What a file imports of ours is declared in Package.swift, so it lies below")
  func imports() throws {
    let declared = try Self.declaredImports()
    let ours = Set(declared.keys)
    var count = 0
    let folders = try ["Sources", "Tests"].flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/\(folder)").map {
        (module: $0 == "Support" ? "TestSupport" : $0, path: "\(folder)/\($0)")
      }
    }
    for (module, path) in folders where declared[module] != nil {
      for file in try Self.swiftFiles(below: path) {
        for match in try RepositoryFile.read(file).matches(
          of: /(?m)^(?:@testable )?(?:\w+ )?import (\w+)$/)
        {
          let name = String(match.output.1)
          if !ours.contains(name) { continue }
          count += 1
          #expect(declared[module]?.contains(name) == true, "\(file) imports \(name)")
        }
      }
    }
    #expect(count > 300)
  }

  @Test("No module imports one that imports it, by whatever way")
  func downwards() throws {
    let declared = try Self.declaredImports()
    func reach(_ module: String, _ seen: inout Set<String>) {
      for next in declared[module] ?? [] where seen.insert(next).inserted { reach(next, &seen) }
    }
    for module in declared.keys {
      var below: Set<String> = []
      reach(module, &below)
      #expect(!below.contains(module), "\(module)")
    }
    // Walls that are wanted: a policy sees no model, a trace no kernel, a run no YAML.
    var policy: Set<String> = []
    reach("Policies", &policy)
    #expect(policy.isSubset(of: ["Units"]))
    var traces: Set<String> = []
    reach("Traces", &traces)
    #expect(traces.isDisjoint(with: ["MemoryModel", "Policies", "Simulation"]))
    var run: Set<String> = []
    reach("Simulation", &run)
    #expect(run.isDisjoint(with: ["Scenarios", "Recording", "Yams"]))
  }
}
