// swift-tools-version:6.2
import PackageDescription

/// Every target of ours: warnings are errors, `any` is written out, an import is internal unless said otherwise
/// and members come only from modules that the file imports itself.
let strict: [SwiftSetting] = [
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

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
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .target(name: "SimulationEngine", swiftSettings: strict),
    .target(name: "CMemoryFile"),
    .target(name: "CPrefetch"),
    .target(
      name: "MemoryModel", dependencies: ["CPrefetch", "SimulationEngine"], swiftSettings: strict),
    .target(name: "Policies", swiftSettings: strict),
    .systemLibrary(
      name: "CGcrypt", pkgConfig: "libgcrypt", providers: [.apt(["libgcrypt20-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Experiments",
      dependencies: [
        "CGcrypt", "CZlib", "MemoryModel", "Policies", "SimulationEngine", "Yams",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: strict),
    .target(
      name: "Recording",
      dependencies: [
        "Policies", "Experiments", "MemoryModel", "SimulationEngine",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
    .target(
      name: "Reporting",
      dependencies: [
        "CMemoryFile", "Policies", "Experiments", "MemoryModel", "Recording", "SimulationEngine",
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
        "Policies", "Experiments", "MemoryModel", "Recording", "Reporting", "SimulationEngine",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["Experiments", "MemoryModel", "Recording", "SimulationEngine"],
      path: "Benchmarks/Sources", swiftSettings: strict),
    .testTarget(
      name: "SimulationEngineTests", dependencies: ["SimulationEngine"], swiftSettings: strict),
    .testTarget(
      name: "MemoryModelTests", dependencies: ["MemoryModel", "SimulationEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "PoliciesTests", dependencies: ["Policies", "SimulationEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: ["Experiments", "Policies", "MemoryModel", "SimulationEngine"],
      exclude: ["GroundTruth", "Reference", "Traces", "Vectors"], swiftSettings: strict),
    .testTarget(
      name: "RecordingTests",
      dependencies: [
        "Policies", "Recording", "Reporting", "Experiments", "SimulationEngine",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
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
      name: "TraceFuzzer", dependencies: ["Experiments", "MemoryModel", "SimulationEngine"],
      path: "Fuzzing/Sources",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
