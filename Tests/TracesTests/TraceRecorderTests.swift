import Foundation
import TestSupport
import Testing
import Units

@testable import Traces

@Suite("Recording this machine")
struct TraceRecorderTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.write(
      "MemTotal:       24684084 kB\nCommitted_AS:      54836 kB\nAnonPages:  7760 kB\nHugePages_Total:  3\n",
      to: "meminfo")
    _ = try folder.write("nr_free_pages 5\npgfault 497360898\npswpin 7\n", to: "vmstat")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/pressure", withIntermediateDirectories: true)
    _ = try folder.write(
      """
      some avg10=0.00 avg60=0.00 avg300=0.00 total=1234
      full avg10=0.00 avg60=0.00 avg300=0.00 total=56

      """, to: "pressure/memory")
  }

  @Test("A sample has what the three files say, anew each time")
  func sample() throws {
    let sampler = try MachineSampler(folder: folder.path)
    let first = try sampler.sample()
    try Data("MemTotal: 1 kB\nCommitted_AS: 9 kB\n".utf8).write(
      to: URL(filePath: "\(folder.path)/meminfo"), options: [])
    let second = try sampler.sample()

    #expect(first[.total] == 24_684_084 && first[.committed] == 54_836 && first[.anon] == 7_760)
    #expect(first[.faults] == 497_360_898 && first[.swapIn] == 7 && first[.kills] == nil)
    #expect(first[.someStalled] == 1_234 && first[.allStalled] == 56)
    #expect(second[.committed] == 9 && second[.anon] == nil)
  }

  @Test("Without vmstat and PSI there is less, without meminfo nothing")
  func lessFiles() throws {
    try FileManager.default.removeItem(atPath: "\(folder.path)/vmstat")
    try FileManager.default.removeItem(atPath: "\(folder.path)/pressure")
    let row = try MachineSampler(folder: folder.path).sample()
    #expect(row[.total] == 24_684_084 && row[.faults] == nil && row[.someStalled] == nil)
    #expect(throws: UnreadableFile.self) { try MachineSampler(folder: folder.path + "/pressure") }
  }

  @Test("Every line is handed on by itself; late samples do not move the later ones")
  func pace() throws {
    var lines: [String] = []
    let recorder = try TraceRecorder(
      MachineSampler(folder: folder.path), interval: .milliseconds(20), facts: ["recorded: here"]
    ) { lines.append(String(decoding: $0, as: UTF8.self)) }
    for sample in 0..<10 {
      // Every third sample comes late by most of an interval.
      let wait = recorder.wait.seconds + (sample % 3 == 0 ? 0.012 : 0)
      Thread.sleep(forTimeInterval: wait)
      try recorder.sample()
    }
    #expect(lines.count == 11 && lines.allSatisfy { $0.hasSuffix("\n") })
    #expect(lines[0].hasPrefix("# recorded: here\n# start: 20"))
    let text = lines.joined()
    let trace = try TraceReader.read(bytes: Array(text.utf8), file: "t")
    #expect(trace.samples.count == 11)
    #expect(trace.provenance.start?.hasPrefix("20") == true)
    #expect(trace.provenance.remarks.contains("origin: recorded: here"))
    // On a machine that is not too busy for it, the tenth sample is at ten intervals; never sooner.
    let span = trace.span.nanoseconds
    #expect(span >= 200_000_000 && span % 1_000 == 0)
    // What late samples lost did not add up: 3 times 12 ms are more than an interval.
    let late = trace.samples.map { Double($0.at.nanoseconds % 20_000_000) / 1e6 }
    #expect(late.count { $0 < 10 } >= 4, "\(late)")
  }
}
