import Foundation
import Testing
import Units

@testable import Traces

/// A recording in one of many formats, and what it must come out as.
struct RecordedFile: CustomTestStringConvertible {
  var files: [String]
  var format: String
  var rows: Int
  /// Committed memory of the first and last sample, the least and the greatest, in kB.
  var first: Int
  var last: Int
  var least: Int
  var greatest: Int
  /// From the first sample to the last.
  var seconds: Double
  var options = ImportOptions()

  var testDescription: String { files.joined(separator: " ") }

  init(
    _ files: String..., format: String, rows: Int, _ levels: (Int, Int, Int, Int),
    _ seconds: Double,
    _ change: (inout ImportOptions) -> Void = { _ in }
  ) {
    (self.files, self.format, self.rows, self.seconds) = (files, format, rows, seconds)
    (first, last, least, greatest) = levels
    change(&options)
  }
}

/// The recordings in `Traces/`, those above 19 kB compressed.
enum RecordedTraces {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Traces")
    .path

  /// Where all recordings lie, those of others too, which stay there: BALLOONSIM_TRACES, or ../shared/traces beside the
  /// repository; nothing if there is none.
  static let sharedFolder: String? = {
    let repository = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder =
      ProcessInfo.processInfo.environment["BALLOONSIM_TRACES"]
      ?? repository.deletingLastPathComponent().appending(path: "shared/traces").path
    return FileManager.default.fileExists(atPath: "\(folder)/public") ? folder : nil
  }()

  /// The path of a file below `Traces/`, whether it is compressed or not.
  static func path(_ name: String) -> String {
    let path = "\(folder)/\(name)"
    return FileManager.default.fileExists(atPath: path) ? path : path + ".gz"
  }

  // What is expected was counted and looked up in the files with awk and Python; rows and extremes of `recorded/` and
  // `public/` are those of their READMEs.
  private static let batch = (385_840, 1_467_316, 385_840, 11_590_584)
  private static let guest = (8_844, 8_844, 8_844, 1_146_036)
  private static let machine = Int64(24_684_084)

  static let files: [RecordedFile] = [
    .init("batch-a/sadf-d-r.csv", format: "sadf-d", rows: 126, batch, 265),
    .init("batch-a/sadf-d-U-r.csv", format: "sadf-d", rows: 126, batch, 265),
    .init("batch-a/sadf-d-C-rALL.csv", format: "sadf-d", rows: 126, batch, 265),
    .init("batch-a/sadf-d-h-rBSW.csv", format: "sadf-d", rows: 126, batch, 265),
    .init(
      "batch-a/sadf-d-r.csv", "batch-a/sadf-d-B.csv", "batch-a/sadf-d-S.csv",
      "batch-a/sadf-d-W.csv", format: "sadf-d", rows: 126, batch, 265),
    .init("batch-a/sadf-p-r.txt", format: "sadf-p", rows: 126, batch, 265),
    .init("batch-a/sadf-j-T-new_york-r.json", format: "sadf-j", rows: 126, batch, 265),
    .init("batch-a/sadf-j-rBSW.json", format: "sadf-j", rows: 126, batch, 265),
    .init("batch-a/sar-r.txt", format: "sar", rows: 126, batch, 265),
    .init("batch-a/sar-r-iso.txt", format: "sar", rows: 126, batch, 265),
    .init("batch-a/sar-r-crosses-midnight.txt", format: "sar", rows: 126, batch, 265),
    .init("batch-a/sar-r-de_DE-berlin.txt", format: "sar", rows: 126, batch, 265),
    .init("batch-a/sar-r-en_US-new_york.txt", format: "sar", rows: 126, batch, 265),
    .init("batch-a/sar-rALL-C.txt", format: "sar", rows: 126, batch, 265),
    .init("batch-a/sar-rBSW.txt", format: "sar", rows: 126, batch, 265),
    // 376.8M and 1.4G; 11.1G at most.
    .init(
      "batch-a/sar-r-h.txt", format: "sar", rows: 126,
      (385_843, 1_468_006, 385_843, 11_639_194), 265),
    .init(
      "sar-live/sar-live-r-de.txt", format: "sar", rows: 100,
      (5_312_624, 7_370_200, 5_312_624, 7_783_756), 199),
    .init(
      "sar-live/sar-live-rBSW.txt", format: "sar", rows: 200,
      (5_313_796, 7_387_796, 5_306_976, 7_803_008), 201),
    .init(
      "sar-live/sar-live-rW-en_US.txt", format: "sar", rows: 100,
      (5_312_624, 7_418_376, 5_312_624, 7_766_660), 199),
    .init("guest-batch-1g/sadf-d-r.csv", format: "sadf-d", rows: 162, guest, 326),
    .init("guest-batch-1g/sadf-j-rBSW.json", format: "sadf-j", rows: 162, guest, 326),
    .init("guest-batch-1g/sar-rBSW.txt", format: "sar", rows: 162, guest, 326),
    .init(
      "batch-a/atop-P-MEM-SWP-PAG.txt", format: "atop", rows: 134,
      (251_516, 1_467_692, 251_516, 11_590_584), 266),
    .init(
      "batch-a/meminfo-loop-5s.txt", format: "meminfo", rows: 55,
      (89_852, 1_141_428, 89_852, 11_286_588), 270),
    .init(
      "batch-a/pmrep-o-csv.csv", format: "pcp", rows: 60,
      (3_848_968, 1_135_920, 1_135_920, 8_718_508), 118),
    .init(
      "batch-a/pmrep-stdout-KB.txt", format: "pcp", rows: 24,
      (3_850_668, 1_148_548, 1_148_548, 8_390_444), 115),
    .init(
      "batch-a/prometheus/query-range-selector-Committed_AS.json", format: "prometheus-json",
      rows: 262, (386_184, 1_468_824, 386_184, 11_599_808), 261.003),
    .init(
      "batch-a/prometheus/query_range-Committed_AS-step1.json", format: "prometheus-json",
      rows: 261, (386_184, 1_467_420, 386_184, 11_599_808), 260),
    .init(
      "batch-a/prometheus/query_range-Committed_AS-step5.json", format: "prometheus-json",
      rows: 52, (386_184, 1_471_576, 386_184, 11_286_588), 255),
    .init(
      "batch-a/prometheus/query_range-multi-step5.json", format: "prometheus-json", rows: 52,
      (386_184, 1_471_576, 386_184, 11_286_588), 255),
    .init(
      "batch-a/prometheus/query_range-Committed_AS-both-jobs-step5.json",
      format: "prometheus-json", rows: 52, (954_116, 1_467_564, 954_116, 10_829_184), 255
    ) { $0.host = "node_fast" },
    .init(
      "batch-a/prometheus/query-instant-Committed_AS.json", format: "prometheus-json", rows: 1,
      (1_467_696, 1_467_696, 1_467_696, 1_467_696), 0
    ) { $0.host = "node" },
    .init(
      "batch-a/prometheus/federate.prom", format: "prometheus-text", rows: 1,
      (1_468_824, 1_468_824, 1_468_824, 1_468_824), 0
    ) { $0.host = "node_fast" },
    .init(
      "batch-a/prometheus/promtool-tsdb-dump.txt", format: "prometheus-text", rows: 53,
      (386_184, 1_467_696, 386_184, 11_286_588), 260),
    .init(
      "batch-a/node-exporter", format: "prometheus-text", rows: 6,
      (2_624_364, 2_505_272, 1_999_248, 9_125_848), 226),
    .init(
      "batch-a/collectd", format: "collectd", rows: 134,
      (123_696, 1_070_188, 123_696, 4_621_232), 265.991
    ) { $0.committedFrom = .used },
    .init(
      "batch-a/dstat.csv", format: "dstat", rows: 134, (202_752, 1_121_364, 202_752, 4_653_472), 266
    ) { $0.committedFrom = .used },
    .init(
      "batch-a/free-k-s5.txt", format: "free", rows: 54,
      (494_132, 1_439_928, 494_132, 4_963_984), 265
    ) { ($0.committedFrom, $0.step) = (.used, .seconds(5)) },
    // 748.6, 1472.8 and 425.9 MB of 1,024 kB.
    .init(
      "batch-a/nmon.nmon", format: "nmon", rows: 133, (766_566, 1_508_147, 436_122, 1_508_147), 265
    ) { $0.committedFrom = .active },
    .init(
      "batch-a/vmstat-t-1s-frozen.txt", format: "vmstat", rows: 267,
      (165_612, 165_612, 165_612, 165_612), 267
    ) { ($0.committedFrom, $0.memory) = (.usedMinusCache, machine) },
    .init(
      "batch-a/vmstat-nwat-SM-5s-frozen.txt", format: "vmstat", rows: 54,
      (829_440, 829_440, 829_440, 829_440), 265
    ) { ($0.committedFrom, $0.unit) = (.active, .mebibytes) },
    // 24,684,084 - 16,304,084 - 34,232 - 5,000,164, and so on.
    .init(
      "vmstat-loop/vmstat-t-loop.txt", format: "vmstat", rows: 264,
      (3_345_604, 3_026_664, 1_999_228, 4_324_224), 319
    ) { ($0.committedFrom, $0.memory) = (.usedMinusCache, machine) },
    // 1,048,576 - 936,588 - 2,312 - 24,624.
    .init(
      "guest-batch-1g/vmstat-t-1s-frozen.txt", format: "vmstat", rows: 319,
      (85_052, 85_052, 85_052, 85_052), 329
    ) { ($0.committedFrom, $0.memory) = (.usedMinusCache, 1_048_576) },
    .init(
      "vmstat-loop/pmstat-t2.txt", format: "pmstat", rows: 150,
      (3_798_008, 3_348_728, 2_519_948, 4_797_196), 306
    ) { ($0.committedFrom, $0.memory, $0.step) = (.usedMinusCache, machine, .seconds(2)) },
    .init(
      "recorded/batch-a.csv", format: "csv", rows: 273, (89_852, 1_135_536, 89_852, 11_598_768),
      272.001),
    .init(
      "recorded/file-server.csv", format: "csv", rows: 286,
      (9_239_080, 7_633_592, 5_430_824, 10_881_704), 285.001),
    .init(
      "recorded/guest-batch-1g.csv", format: "csv", rows: 329, (7_764, 8_844, 7_764, 1_146_036),
      329.002),
    .init(
      "recorded/guest-files-1g.csv", format: "csv", rows: 232, (7_764, 9_000, 7_764, 374_300),
      231.022),
  ]

  /// Files of `sharedFolder` that are not copied.
  static let sharedFiles: [RecordedFile] = [
    .init(
      "public/pcp-archives/pcp-bozo-27h.csv", format: "csv", rows: 1_655,
      (18_615_516, 123_230_816, 18_151_512, 123_923_644), 99_425.192),
    .init(
      "public/pcp-archives/pcp-brolley-4h30.csv", format: "csv", rows: 1_629,
      (2_182_248, 11_589_644, 2_182_248, 12_312_880), 16_279.923),
    .init(
      "public/pcp-archives/pcp-kilcunda-3h.csv", format: "csv", rows: 179,
      (8_491_916, 6_276_900, 469_384, 8_628_624), 10_779.612),
    .init(
      "public/pcp-archives/pcp-bozo-3h-irregular.csv", format: "csv", rows: 205,
      (27_482_300, 27_563_752, 27_442_948, 27_890_116), 11_651.435),
    .init(
      "public/pcp-archives/pcp-shard-1h.csv", format: "csv", rows: 360,
      (33_135_852, 33_566_744, 33_120_744, 33_841_728), 3_590.001),
    .init(
      "public/pcp-archives/pcp-vm01-24h.csv", format: "csv", rows: 1_440,
      (5_632_724, 5_631_836, 5_627_452, 5_673_948), 86_340.028),
    .init(
      "public/pcp-archives/pcp-billing02-24h.csv", format: "csv", rows: 1_424,
      (1_847_772, 1_850_044, 1_845_476, 2_015_116), 86_261.353),
    .init(
      "public/pcp-archives/pcp-goodred-48m.csv", format: "csv", rows: 25,
      (5_432_936, 6_896_232, 5_432_936, 6_930_588), 2_880),
    .init(
      "public/pcp-archives/sadf-x-csb6-rhel6.xml", format: "sadf-x", rows: 143,
      (857_456, 867_680, 857_088, 867_896), 85_200),
    .init(
      "public/bitbrains/rnd-2013-7-212.csv", format: "gwa-t-12", rows: 156,
      (0, 33_553, 0, 3_145_728),
      46_504
    ) { $0.committedFrom = .active },
    .init(
      "public/bitbrains/rnd-2013-7-494.csv.gz", format: "gwa-t-12", rows: 8_252,
      (61_514, 327_154, 36_349, 2_256_534), 2_591_653
    ) { $0.committedFrom = .active },
    .init(
      "public/bitbrains/rnd-2013-7-494.converted.csv", format: "csv", rows: 8_252,
      (61_514, 327_154, 36_349, 2_256_534), 2_591_653),
    // 0.332384... and 0.334701... of 64 GiB.
    .init(
      "public/google2019/instance_usage_grouped_300_seconds_week1.csv", format: "csv", rows: 2_016,
      (22_305_930, 22_461_554, 17_166_039, 26_337_463), 604_500
    ) {
      ($0.step, $0.committedColumn, $0.unit) = (.seconds(300), "avg_mem", .share)
      $0.memory = 67_108_864
    },
    .init(
      "public/pbench-sar/sar-0-stdout.txt.gz", format: "sar", rows: 21,
      (10_661_016, 10_248_624, 10_248_624, 11_022_988), 60),
    .init(
      "public/pbench-sar/sar-4-stdout.txt.gz", format: "sar", rows: 20,
      (371_924, 399_912, 371_580, 399_912), 57),
    .init(
      "public/jc-fixtures/linux-proc_meminfo", format: "meminfo", rows: 1,
      (445_240, 445_240, 445_240, 445_240), 0
    ) { $0.step = .seconds(1) },
    .init(
      "public/jc-fixtures/centos-7.7_vmstat-at-5-10.out", format: "vmstat", rows: 4,
      (312_724, 312_752, 312_724, 312_752), 15
    ) { $0.committedFrom = .active },
    .init(
      "public/jc-fixtures/ubuntu-18.04_vmstat-1-long.out", format: "vmstat", rows: 37,
      (2_464_060, 2_464_052, 2_464_052, 2_464_060), 36
    ) {
      ($0.committedFrom, $0.step, $0.memory) = (.usedMinusCache, .seconds(1), 4_194_304)
    },
    .init(
      "public/jc-fixtures/centos-7.7_free.out", format: "free", rows: 1,
      (222_820, 222_820, 222_820, 222_820), 0
    ) { ($0.committedFrom, $0.step) = (.used, .seconds(1)) },
    .init(
      "recorded/pgbench.csv", format: "csv", rows: 299,
      (1_135_020, 107_560, 107_560, 4_190_140), 298.001),
    .init(
      "recorded/swift-build.csv", format: "csv", rows: 374,
      (1_414_888, 89_224, 89_220, 3_364_440), 373.001),
    .init(
      "public/bitbrains/rnd-2013-7-142.csv.gz", format: "gwa-t-12", rows: 3_973,
      (0, 257_250, 0, 12_582_912), 1_307_526
    ) { $0.committedFrom = .active },
    .init(
      "public/bitbrains/rnd-2013-7-142.converted.csv", format: "csv", rows: 3_973,
      (0, 257_250, 0, 12_582_912), 1_307_526),
    .init(
      "public/bitbrains/rnd-2013-7-212.converted.csv", format: "csv", rows: 156,
      (0, 33_553, 0, 3_145_728), 46_504),
    .init(
      "public/bitbrains/rnd-2013-7-234.csv.gz", format: "gwa-t-12", rows: 8_260,
      (33_554, 11_984, 0, 13_757_314), 2_591_653
    ) { $0.committedFrom = .active },
    .init(
      "public/bitbrains/rnd-2013-7-234.converted.csv", format: "csv", rows: 8_260,
      (33_554, 11_984, 0, 13_757_314), 2_591_653),
    .init(
      "public/jc-fixtures/centos-7.7_vmstat-awt.out", format: "vmstat", rows: 1,
      (312_724, 312_724, 312_724, 312_724), 0
    ) { $0.committedFrom = .active },
    // 4,194,304 - 2,794,484 - 2,108 - 741,208.
    .init(
      "public/jc-fixtures/centos-7.7_vmstat-w.out", format: "vmstat", rows: 1,
      (656_504, 656_504, 656_504, 656_504), 0
    ) { ($0.committedFrom, $0.step, $0.memory) = (.usedMinusCache, .seconds(1), 4_194_304) },
    // 33,554,432 - 2,430,264 - 1,011,084 - 22,658,240.
    .init(
      "public/jc-fixtures/generic_vmstat-extra-wide.out", format: "vmstat", rows: 1,
      (7_454_844, 7_454_844, 7_454_844, 7_454_844), 0
    ) { ($0.committedFrom, $0.step, $0.memory) = (.usedMinusCache, .seconds(1), 33_554_432) },
    // 217M.
    .init(
      "public/jc-fixtures/centos-7.7_free-h.out", format: "free", rows: 1,
      (222_208, 222_208, 222_208, 222_208), 0
    ) { ($0.committedFrom, $0.step) = (.used, .seconds(1)) },
  ]

  /// What else lies in `sharedFolder`, by the ends of its names, and how it is refused: text about the recordings, what has
  /// neither Committed_AS nor a stand-in, and what only its own tools can read.
  static let refused: [(end: String, message: String)] = [
    ("README.md", "no known format begins with"),
    ("LICENSE.md", "no known format begins with"),
    ("LICENSE-of-the-repository.txt", "no known format begins with"),
    (".events.csv", "no column committed_kb (or Committed_AS)"),
    (".xz", "compressed with xz: pipe it through `xz -dc`"),
    (".index", "a PCP archive: give what `pmrep"),
    ("archive-goodred-20150417.0", "a PCP archive: give what `pmrep"),
    ("archive-goodred-20150417.meta", "a PCP archive: give what `pmrep"),
    ("batch-a/sar-B.txt", noStandIn), ("batch-a/sar-S.txt", noStandIn),
    ("batch-a/sar-W.txt", noStandIn), ("/sadf-d-B.csv", noStandIn), ("/sadf-d-S.csv", noStandIn),
    ("/sadf-d-W.csv", noStandIn), ("query_range-Buffers-step5.json", noStandIn),
    ("query_range-Cached-step5.json", noStandIn), ("query_range-MemFree-step5.json", noStandIn),
    ("query_range-MemTotal-step5.json", noStandIn),
    ("query_range-CommitLimit-step5.json", noStandIn),
    ("query_range-SwapFree-step5.json", noStandIn),
    ("query_range-SwapTotal-step5.json", noStandIn),
    (
      "query_range-rate-pgmajfault-step5.json",
      "no samples: 'value' is no metric of node_exporter's memory"
    ),
    ("query_range-AnonPages-step5.json", "no Committed_AS in it: choose"),
    ("query_range-MemAvailable-step5.json", "no Committed_AS in it: choose"),
  ]
  private static let noStandIn = "no Committed_AS in it, nor anything that could stand for it"
}

extension TraceBytes {
  /// All bytes of a file, decompressed.
  static func all(_ path: String) throws -> [UInt8] {
    let source = try TraceBytes(path: path)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 17)
    while true {
      let count = chunk.withUnsafeMutableBytes { source.read(into: $0) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }
}
