import MemoryModel
import TestSupport
import Testing
import Units

@testable import Scenarios
@testable import Simulation

@Suite("Workload scripts")
struct WorkloadScriptTests {
  @Test("Lines become the steps of their processes, regions numbered as they are mapped")
  func readsLines() throws {
    let lines = [
      "# a comment", "", "7 0 alloc a 100", "3 1.5 fscan 20 50 200 10", "7 0 touch a 0 100 0",
      "7 2 alloc b 8", "7 3 azipf a 0.8 5 6 10 90 1000 500", "7 4 free a",
      "3 9 fzipf 1.0 1 2 0 60 7 0",
    ]

    let script = try WorkloadScript(lines: lines)

    func at(_ milliseconds: Int64, _ operation: WorkloadScript.Operation) -> WorkloadScript.Step {
      WorkloadScript.Step(at: .zero + .milliseconds(milliseconds), operation)
    }
    #expect(
      script.processes == [
        [
          at(1500, .scanFile(first: 20, count: 50, accesses: 200, rate: 10)),
          at(
            9000,
            .readFile(
              .init(alpha: 1, shuffle: 1, seed: 2, first: 0, count: 60, accesses: 7, rate: 0))),
        ],
        [
          at(0, .map(region: 0, pages: 100)),
          at(0, .touch(region: 0, first: 0, count: 100, rate: 0)),
          at(2000, .map(region: 1, pages: 8)),
          at(
            3000,
            .readRegion(
              region: 0,
              .init(
                alpha: 0.8, shuffle: 5, seed: 6, first: 10, count: 90, accesses: 1000, rate: 500))),
          at(4000, .unmap(region: 0)),
        ],
      ])
    #expect(script.filePages == 70)
    #expect(script.mappedPages == 108)
  }

  @Test(
    "A line that cannot be carried out is refused with its number",
    arguments: [
      (["0 0 alloc a 10", "0 0 tuch a 0 10 0"], 2, "did you mean 'touch'?"),
      (["0 0 alloc a"], 1, "expected PROC AT alloc NAME PAGES"),
      (["0 0 alloc a 0"], 1, "PAGES: expected a number from 1 to 1073741824, found '0'"),
      (["0 -1 alloc a 10"], 1, "AT: expected a number from 0.0 to "),
      (["0 nan alloc a 10"], 1, "AT: expected a number"),
      (["x 0 alloc a 10"], 1, "PROC: expected a number from 0 to 65535, found 'x'"),
      (["0 0 free a"], 1, "'a' is not mapped"),
      (["0 0 alloc a 10", "1 0 free a"], 2, "'a' is not mapped"),
      (["0 0 alloc a 10", "0 0 alloc a 10"], 2, "'a' is mapped already"),
      (["0 0 alloc a 10", "0 0 touch a 5 5 0"], 2, "page 0 of 'a' has to be touched before"),
      (["0 0 alloc a 10", "0 0 touch a 0 11 0"], 2, "PAGES: expected a number from 1 to 10"),
      (
        ["0 0 alloc a 10", "0 0 touch a 0 5 0", "0 0 azipf a 1 1 1 0 6 9 0"], 3,
        "page 5 of 'a' is not touched"
      ),
      (["0 0 fscan 0 1073741825 1 0"], 1, "PAGES: expected a number from 1 to 1073741824"),
      (["0 0 fzipf 17 1 1 0 6 9 0"], 1, "ALPHA: expected a number from 0.0 to 16.0"),
      (["0 0 fzipf 1 -1 1 0 6 9 0"], 1, "PERM: expected a number from 0 to 2^64 - 1"),
    ])
  func refusesLines(lines: [String], number: Int, message: String) throws {
    let problem = try #require(throws: WorkloadScriptProblem.self) {
      _ = try WorkloadScript(lines: lines)
    }

    #expect(problem.line == number)
    #expect(problem.message.contains(message), "\(problem.message)")
  }

  /// The state of a guest that follows a script, second by second.
  private func run(
    _ lines: [String], seconds: Int64, _ change: (inout GuestSpec) -> Void = { _ in }
  ) throws -> RunLog {
    var guest = Fixture.guest(memory: .mebibytes(64))
    guest.committed = .none
    guest.controller = .none
    guest.kernel.policy = .linux6_1
    guest.workload = ScriptSpec(
      try WorkloadScript(lines: lines), text: "", disk: "ssd")
    change(&guest)
    return try Fixture.run(Fixture.scenario(guest, seconds: seconds)).log
  }

  @Test("Memory is committed, touched at its rate, and all of it is free when the process ends")
  func processLives() throws {
    let log = try run(
      [
        "0 1 alloc a 1000", "0 1 touch a 0 1000 500", "1 2 alloc b 300", "1 5 touch b 0 300 0",
        "1 6 free b", "0 8 alloc c 1",
      ], seconds: 9)

    let committed = (0...9).map { log.value(.committedPages, at: $0) }
    let touched = (0...9).map {
      log.value(.activeAnonPages, at: $0) + log.value(.inactiveAnonPages, at: $0)
    }
    // A step at a whole second is seen by the tick of that second; unmapping 300 pages takes 300 us.
    #expect(committed == [0, 1000, 1300, 1300, 1300, 1300, 1300, 1000, 1001, 0])
    // 10 ms of run-ahead are 5 pages.
    #expect(touched == [0, 5, 505, 1000, 1000, 1300, 1300, 1000, 1000, 0])
    #expect(log.value(.freePages, at: 9) == log.value(.freePages, at: 0))
  }

  @Test("A scan misses each page once, and reads in time")
  func fileReads() throws {
    let log = try run(["0 0 fscan 10 200 500 100", "0 7 alloc z 1"], seconds: 8)

    #expect(log.value(.pgpgin, at: 1) == 100)
    #expect(log.value(.pgpgin, at: 8) == 200)
    #expect(log.value(.accesses, at: 4) == 400)
    #expect(log.value(.accesses, at: 8) == 500)
  }

  @Test("Pages that are swapped out come back when they are read, and a kill ends the process")
  func pressure() throws {
    // 64 MiB hold some 10,000 pages for programs: 14,000 do not fit, but swap takes the rest.
    let lines = [
      "0 0 alloc a 14000", "0 0 touch a 0 14000 0", "0 4 azipf a 0 1 2 0 14000 5000 0",
      "0 20 alloc z 1",
    ]

    let swapped = try run(lines, seconds: 10) {
      $0.swap = [SwapSpec(size: .mebibytes(64), disk: "ssd")]
      $0.kernel.swapsToMemory = true
      $0.boot = ""
    }
    let killed = try run(lines, seconds: 10)

    #expect(swapped.value(.oomKill, at: 10) == 0)
    #expect(swapped.value(.accesses, at: 10) == 5000)
    #expect(swapped.value(.pswpin, at: 10) == swapped.value(.pgmajfault, at: 10))
    #expect(swapped.value(.pswpin, at: 10) > 500)
    // A slot that was read is free again: what is in swap went out and did not come back.
    #expect(
      swapped.value(.swapUsedPages, at: 10)
        == swapped.value(.pswpout, at: 10) - swapped.value(.pswpin, at: 10))
    #expect(killed.value(.oomKill, at: 10) == 1)
    #expect(killed.value(.committedPages, at: 10) == 0)
    #expect(killed.value(.accesses, at: 10) == 0)
  }

  @Test(
    "A script in a scenario arrives, reads back from the resolved scenario, and excludes a trace")
  func inScenario() throws {
    let text = """
      name: scripted
      guests:
        - name: g
          memory: 64MiB
          swap_in_memory: true
          balloon: { model: virtio }
          workload:
            script: |
              0 0 alloc a 100
              0 0 touch a 0 100 0
      """

    let first = try ScenarioReader.read(text: text, file: "s.yaml")
    let again = try ScenarioReader.read(text: first.yaml, file: "s.yaml")
    let wrong = try #require(throws: ScenarioProblems.self) {
      _ = try ScenarioReader.read(
        text: text + "\n    committed: { constant: 1MiB }\n", file: "s.yaml")
    }

    #expect(first.scenario.guests[0].workload?.script.processes.count == 1)
    #expect(first.scenario.guests[0].kernel.balloon == .virtio)
    #expect(again.yaml == first.yaml)
    #expect(again.runKey == first.runKey)
    #expect(
      wrong.problems.map(\.message) == [
        "the script of 'workload' says what is committed; give one"
      ])
  }
}
