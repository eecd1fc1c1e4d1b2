// swift-tools-version:6.2
import PackageDescription

/// Every target of ours: warnings are errors, `any` is written out, an import is internal unless said otherwise
/// and members come only from modules that the file imports itself.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Modules whose code becomes part of other modules' hot loops. It costs build time: at the top of the house nobody would gain.
let inlined: [SwiftSetting] =
  strict + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

let package = Package(
  name: "balloonsim",
  products: [
    .executable(name: "balloonsim", targets: ["balloonsim"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
  ],
  targets: [
    .target(name: "Units", swiftSettings: inlined),
    .target(name: "SimulationEngine", dependencies: ["Units"], swiftSettings: inlined),
    .target(name: "Text", swiftSettings: inlined),
    .target(
      name: "Statistics", dependencies: ["SimulationEngine", "Units"], swiftSettings: inlined),
    .target(name: "CMemoryFile"),
    .target(name: "CPrefetch"),
    .target(name: "MemoryModel", dependencies: ["CPrefetch", "Units"], swiftSettings: inlined),
    .target(name: "Policies", dependencies: ["Units"], swiftSettings: inlined),
    .systemLibrary(
      name: "CGcrypt", pkgConfig: "libgcrypt", providers: [.apt(["libgcrypt20-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Traces",
      dependencies: [
        "CGcrypt", "CZlib", "SimulationEngine", "Statistics", "Text", "Units",
      ],
      swiftSettings: inlined),
    .target(
      name: "Simulation",
      dependencies: [
        "MemoryModel", "Policies", "SimulationEngine", "Text", "Traces", "Units",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: inlined),
    .target(
      name: "Scenarios",
      dependencies: [
        "CYAML", "MemoryModel", "Policies", "Simulation", "SimulationEngine", "Statistics", "Text",
        "Traces", "Units",
      ],
      swiftSettings: inlined),
    .target(
      name: "Validation",
      dependencies: [
        "MemoryModel", "Policies", "Simulation", "SimulationEngine", "Statistics", "Text", "Traces",
        "Units",
      ],
      swiftSettings: strict),
    .target(
      name: "Recording",
      dependencies: [
        "MemoryModel", "Policies", "Scenarios", "Simulation", "SimulationEngine", "Text", "Traces",
        "Units",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: inlined),
    .target(
      name: "Reporting",
      dependencies: [
        "CMemoryFile", "MemoryModel", "Policies", "Recording", "Scenarios", "Simulation",
        "Statistics", "Text", "Traces", "Units", "Validation",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      // Templates become part of the program, so that it can be installed as one file.
      resources: [
        .embedInCode("Report/Resources/page.mustache"),
        .embedInCode("Report/Resources/table.mustache"),
        .embedInCode("Report/Resources/page.css"), .embedInCode("Report/Resources/page.js"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "balloonsim",
      dependencies: [
        "MemoryModel", "Policies", "Recording", "Reporting", "Scenarios", "Simulation",
        "Statistics", "Text", "Traces", "Units", "Validation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "MemoryModel", "Policies", "Recording", "Scenarios", "Simulation", "SimulationEngine",
        "Traces", "Units",
      ],
      path: "Benchmarks/Sources", swiftSettings: strict),
    // What several test targets build on: bundled scenarios, folders that go, recorded samples.
    .target(
      name: "TestSupport",
      dependencies: [
        "MemoryModel", "Recording", "Scenarios", "Simulation", "SimulationEngine", "Traces",
        "Units",
      ], path: "Tests/Support", swiftSettings: strict),
    .testTarget(
      name: "UnitsTests", dependencies: ["SimulationEngine", "Units"], swiftSettings: strict),
    .testTarget(
      name: "SimulationEngineTests", dependencies: ["SimulationEngine", "Units"],
      swiftSettings: strict),
    .testTarget(
      name: "TextTests", dependencies: ["Text"], swiftSettings: strict),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics"], swiftSettings: strict),
    .testTarget(
      name: "MemoryModelTests", dependencies: ["MemoryModel", "SimulationEngine", "Units"],
      swiftSettings: strict),
    .testTarget(
      name: "PoliciesTests", dependencies: ["Policies", "SimulationEngine", "Units"],
      swiftSettings: strict),
    .testTarget(
      name: "TracesTests",
      dependencies: [
        "MemoryModel", "Scenarios", "Simulation", "SimulationEngine", "Statistics", "TestSupport",
        "Text", "Traces", "Units",
      ], exclude: ["Traces"], swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "MemoryModel", "Policies", "Scenarios", "Simulation", "SimulationEngine", "TestSupport",
        "Traces", "Units",
      ], exclude: ["Reference"], swiftSettings: strict),
    .testTarget(
      name: "ScenariosTests",
      dependencies: [
        "MemoryModel", "Policies", "Scenarios", "Simulation", "SimulationEngine", "Statistics",
        "TestSupport", "Text", "Traces", "Units",
      ], swiftSettings: strict),
    .testTarget(
      name: "ValidationTests",
      dependencies: [
        "MemoryModel", "Policies", "Scenarios", "Simulation", "SimulationEngine", "TestSupport",
        "Traces", "Units", "Validation",
      ], exclude: ["GroundTruth", "Vectors"], swiftSettings: strict),
    .testTarget(
      name: "RecordingTests",
      dependencies: [
        "MemoryModel", "Policies", "Recording", "Scenarios", "Simulation", "SimulationEngine",
        "TestSupport", "Text", "Traces", "Units", .product(name: "GRDB", package: "GRDB.swift"),
      ], exclude: ["Files"], swiftSettings: strict),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "MemoryModel", "Policies", "Recording", "Reporting", "Scenarios", "Simulation",
        "SimulationEngine", "Statistics", "TestSupport", "Text", "Traces", "Units", "Validation",
        .product(name: "GRDB", package: "GRDB.swift"),
      ], swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: ["balloonsim", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// `make fuzz` builds the fuzzer alone, with libFuzzer's instrumentation and main function; nobody else sees it.
if Context.environment["BALLOONSIM_FUZZING"] != nil {
  package.targets.append(
    .executableTarget(
      name: "TraceFuzzer", dependencies: ["Text", "Traces", "Units"],
      path: "Fuzzing/Sources",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
