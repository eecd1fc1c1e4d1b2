import Foundation
import Policies
import TestSupport
import Testing
import Units

@testable import Recording
@testable import Simulation
@testable import Text

@Suite("What a run reports is what the database gives back")
struct RoundTripTests {
  let folder: Folder
  let store: ResultStore

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
  }

  @Test("A run begins as running and ends as finished with everything it was given")
  func runComesBack() throws {
    let id = try store.begin(description(seed: .max))
    let before = try store.resolve("last")

    try RunRecorder(store: store, run: id, guests: ["build", "größer"]).finish(.sample)

    let after = try store.resolve("\(id)")
    #expect(before.status == .running)
    #expect(before.fingerprint == nil)
    #expect(after.status == .finished)
    #expect(after.seed == UInt64.max)
    #expect(after.simulated == .seconds(3))
    #expect(after.fingerprint == "0123456789abcdef")
    #expect(try store.metrics(of: id) == RunSummary.sample.metrics)
    #expect(
      try store.parameters(of: id)
        == [
          Parameter(path: "guests.build.boot", value: "tmem", number: nil),
          Parameter(path: "host.memory", value: "8GiB", number: 2_097_152),
          Parameter(path: "seed", value: "7", number: 7),
        ])
    #expect(try store.provenance(of: id).scenarioYAML == "name: compile\n")
    #expect(try store.provenance(of: id).ingredients == #"{"events":"11"}"#)
  }

  @Test("Ticks come back guest after guest, every value in the column of its name")
  func ticksComeBack() throws {
    let id = try store.recordRun(ticks: 2)

    let rows = try store.cells(of: .ticks, run: id)
    let hostRows = try store.cells(of: .hostTicks, run: id)
    let free = try store.cells(of: .ticks, run: id, columns: ["free_pages"])

    var expected: [[Cell]] = []
    for guest in ["build", "größer"] {
      for tick in Int64(0)..<2 {
        let keys: [Cell] = [
          .integer(id), .text(guest), .integer(tick), .integer(tick * 1_000_000_000),
        ]
        expected.append(keys + tickValues(tick).map(Cell.integer))
      }
    }
    let expectedHost: [[Int64]] = [[id, 0, 0, 0, 2, 3, 4], [id, 1, 1_000_000_000, 1, 2, 3, 4]]
    let expectedFree: [[Cell]] = [[.integer(7)], [.integer(1007)], [.integer(7)], [.integer(1007)]]
    #expect(rows == expected)
    // free_pages is the eighth column of a tick.
    #expect(free == expectedFree)
    #expect(hostRows == expectedHost.map { $0.map(Cell.integer) })
  }

  @Test("A worker row holds every term, the unsigned ones by their bit pattern")
  func workerComesBack() throws {
    let id = try store.begin(description())
    let recorder = RunRecorder(store: store, run: id, guests: ["build", "größer"])
    var policy = try #require(SelfBalloon(version: "4.19"))
    for (name, text) in [
      ("selfballooning", "1"), ("frontswap_selfshrinking", "1"), ("selfballoon_reserved_mb", "99"),
    ] {
      #expect(policy.write(name, text).status == .ok)
    }
    var guest = GuestView(
      totalRAM: 255_976, totalReserve: 2504, maxPFN: 262_144, committed: 20_000, frontswap: 9000,
      balloonCurrent: 262_144)
    var (decision, fault, asks) = (DecisionRow(), DecisionRow(), Asks())
    policy.decide(guest, into: &decision, &asks)
    (decision.guest, fault.guest, decision.shrunk) = (1, 1, 18)
    guest.frontswap = .max
    #expect(policy.write("selfballoon_uphysteresis", "4294967296").status == .ok)
    #expect(policy.write("selfballoon_downhysteresis", "4294967296").status == .ok)
    asks.removeAll()
    policy.decide(guest, into: &fault, &asks)

    try recorder.decision(
      DecisionRecord(
        policy: SelfBalloon.self, turn: 1, time: SimTime(nanoseconds: 5), row: decision,
        runTime: .nanoseconds(19)))
    try recorder.decision(
      DecisionRecord(
        policy: SelfBalloon.self, turn: 2, time: SimTime(nanoseconds: 6), row: fault,
        runTime: .zero))
    try recorder.finish(.sample)

    // Docs/kernel.md 8, behaviour 1, with 9,000 pages in frontswap; 47,847 is the goal of the second, wrapped by F = 2^64 - 1.
    var first: [Cell] = [.integer(id), .text("größer"), .integer(1), .integer(5)]
    first += [255_976, 20_000, 2504, 25_344, 9000, 56_848, 199_128, 8].map(Cell.integer)
    first += [.integer(231_085), .integer(35_169), .text("large"), .integer(231_085)]
    first +=
      [237_253, 9000, 0, 0, 3].map(Cell.integer) + [.null, .integer(18), .integer(19), .null]
    var second: [Cell] = [.integer(id), .text("größer"), .integer(2), .integer(6)]
    second += [255_976, 20_000, 2504, 25_344, -1, 47_847, 208_129, 0].map(Cell.integer)
    second += Array(repeating: .null, count: 11) + [.integer(0), .text("divide_by_zero")]
    #expect(try store.cells(of: .worker, run: id) == [first, second])
  }

  @Test("Events keep their order over several writes, and their detail is JSON")
  func eventsComeBack() throws {
    let id = try store.begin(description())
    let recorder = RunRecorder(
      store: store, run: id, guests: ["build", "größer"], rowsPerWrite: 1)

    try recorder.event(
      EventRecord(time: .zero, guest: nil, kind: .runStarted, detail: []))
    try recorder.event(
      EventRecord(
        time: SimTime(nanoseconds: 9), guest: 0, kind: .sysfsWrite,
        detail: [("text", .text("a\"\n")), ("value", .number(5))]))
    try recorder.interrupt()

    let expected: [[Cell]] = [
      [.integer(id), .integer(0), .integer(0), .null, .text("run_started"), .text("{}")],
      [
        .integer(id), .integer(1), .integer(9), .text("build"), .text("sysfs_write"),
        .text(#"{"text":"a\"\n","value":5}"#),
      ],
    ]
    #expect(try store.cells(of: .events, run: id) == expected)
    #expect(try store.resolve("last").status == .interrupted)
    #expect(try store.resolve("last").simulated == .nanoseconds(9))
  }

  @Test("A failed run keeps its rows and says why")
  func failureIsKept() throws {
    let id = try store.begin(description())
    let recorder = RunRecorder(store: store, run: id, guests: ["build", "größer"])
    try recorder.record(ticks: 0..<4)

    try recorder.fail("no space")

    let run = try store.resolve("last")
    #expect(run.status == .failed)
    #expect(run.error == "no space")
    #expect(try store.cells(of: .hostTicks, run: id).count == 4)
  }

  @Test("A tick, a guest or a run beyond the key's room is refused")
  func keysAreBounded() throws {
    let id = try store.begin(description())
    let recorder = RunRecorder(store: store, run: id, guests: ["build", "größer"])
    var crowd = description()
    crowd.guests = (0...512).map { "g\($0)" }

    #expect(throws: RecordingError.outOfRange(what: "tick", value: 1 << 32, limit: 1 << 32)) {
      try recorder.record(ticks: 1 << 32..<1 << 32 + 1)
    }
    #expect(throws: RecordingError.outOfRange(what: "guests", value: 513, limit: 512)) {
      try store.begin(crowd)
    }
  }
}
