import MemoryModel
import Testing

/// The worked examples of `Docs/policies.md`, section "Free page reporting".
@Suite("Free page reporting")
struct PageReportingTests {
  /// One list of blocks of 4 MiB, and much free.
  private func zone(_ blocks: Int) -> [PageReporting.Zone] {
    [
      PageReporting.Zone(
        lists: [PageReporting.FreeList(order: 10, unreported: blocks)], free: 1 << 30, lowMark: 0)
    ]
  }

  @Test(
    "A list's budget ends its part of a run; runs follow until all is reported",
    arguments: [
      (31, 31, 1), (512, 64, 8), (513, 96, 6), (1_024, 96, 11), (4_096, 288, 15),
    ])
  func runs(blocks: Int, first: Int, runs: Int) {
    var reporting = PageReporting()
    var zones = zone(blocks)
    var reported: [Int] = []
    var goesOn = reporting.request()

    while goesOn {
      let before = zones[0].lists[0].reported
      goesOn = reporting.run(&zones) { _ in true }
      reported.append(zones[0].lists[0].reported - before)
    }

    #expect(reported.first == first)
    #expect(reported.count == runs)
    #expect(reported.reduce(0, +) == blocks)
    #expect(zones[0].reportedPages == blocks << 10)
    #expect(reporting.state == .idle)
  }

  @Test("Requests before a run only set a flag, and small blocks ask for nothing")
  func requests() {
    var reporting = PageReporting()
    let asked = [8, 9, 10].map { reporting.noteFree(order: $0) }

    #expect(asked == [false, true, false])
    #expect(reporting.state == .requested)
  }

  @Test("A zone with too little free memory is passed over")
  func mark() {
    var reporting = PageReporting()
    var zones = zone(100)
    zones[0].lowMark = 1_000
    zones[0].free = 1_000 + 32 << 9
    var calls = 0

    _ = reporting.run(&zones) { _ in
      calls += 1
      return true
    }
    #expect(calls == 0)

    zones[0].free += 1
    _ = reporting.run(&zones) { _ in
      calls += 1
      return true
    }
    #expect(calls == 2)
  }

  @Test("A request that fails ends the run, and its blocks are not reported")
  func failure() {
    var reporting = PageReporting()
    var zones = zone(100)
    var calls = 0

    let goesOn = reporting.run(&zones) { _ in
      calls += 1
      return calls < 2
    }

    #expect(calls == 2)
    #expect(!goesOn)
    #expect(zones[0].lists[0].reported == 32)
    #expect(zones[0].lists[0].unreported == 68)
  }
}
