import Policies
import TestSupport
import Units

@testable import MemoryModel
@testable import Simulation
@testable import Traces

extension RunLog {
  /// A column of the first guest at a second.
  func value(_ column: TickColumn, at second: Int) -> Int64 { ticks[0][second][column.place] }

  /// A counter of the first guest at a second.
  func value(_ counter: VMCounter, at second: Int) -> Int64 { value(.counter(counter), at: second) }

  /// When events of a kind happened, in seconds.
  func seconds(of kind: EventRecord.Kind) -> [Double] {
    events.filter { $0.kind == kind }.map { $0.time.seconds }
  }

  /// When the worker ran, in seconds.
  var workerSeconds: [Double] { decisions.map { $0.time.seconds } }
}

/// Scenarios built in code.
enum Fixture {
  /// G1 of Docs/kernel.md 5.4 with defaults: 1 GiB, one CPU, no swap, no files, 20,000 pages committed, none touched.
  static func guest(memory: PageCount = .gibibytes(1)) -> GuestSpec {
    var guest = GuestSpec(name: "g1", memory: memory)
    guest.committed.source = .constant(.pages(20_000))
    guest.anon.touched = .share(0)
    guest.anon.coldPPM = 1_000_000
    return guest
  }

  /// The guests on a host of 16 GiB with one SSD, one tick a second.
  static func scenario(
    _ guests: GuestSpec..., seconds: Int64, events: [EventSpec] = [], seed: UInt64 = 1
  ) -> Scenario {
    Scenario(
      name: "fixture", description: "", seed: seed, duration: .time(.seconds(seconds)),
      tick: .seconds(1),
      host: HostSpec(
        memory: .gibibytes(16), tmem: TmemConfiguration(metadataPPM: 0),
        disks: [DiskSpec(name: "ssd", parameters: .sataSSD)]), guests: guests, events: events)
  }

  /// A demand: (second, committed pages, touched pages).
  static func points(_ points: (Int64, Int, Int?)...) -> CommittedSpec.Source {
    .points(
      points.map {
        CommittedPoint(
          at: .zero + .seconds($0), committed: .pages($1), touched: $2.map { .pages($0) })
      })
  }

  /// A sysfs write to the first guest.
  static func write(_ attribute: String, _ text: String, at milliseconds: Int64) -> EventSpec {
    EventSpec(
      at: .zero + .milliseconds(milliseconds), guest: 0, action: .write([(attribute, text)]))
  }

  /// The samples of a guest whose demand stands in its spec.
  static func demand(_ guest: GuestSpec) -> [CommittedPoint] {
    switch guest.committed.source {
    case .constant(let level): [CommittedPoint(at: .zero, committed: level, touched: nil)]
    case .points(let points): points
    case .trace: preconditionFailure("a trace")
    }
  }

  /// Runs a scenario, `prepare`d before it starts, with every page looked at in the end.
  static func run(
    _ scenario: Scenario, observed: Bool = true, prepare: (inout Simulation) -> Void = { _ in }
  ) throws -> (log: RunLog, summary: RunSummary) {
    let log = RunLog()
    var simulation = try Simulation(
      scenario, demands: scenario.guests.map { CommittedDemand(demand($0)) },
      observer: observed ? log : nil)
    prepare(&simulation)
    let summary = try simulation.run()
    for index in 0..<simulation.guestCount {
      simulation.guests[index].kernel.checkInvariants(simulation.host)
      simulation.guests[index].kernel.checkEveryPage()
    }
    return (log, summary)
  }
}

extension Simulation {
  /// Puts `count` touched pages of a region of their own into the first guest's frontswap, before the run.
  mutating func fillFrontswap(_ count: Int) {
    host.setMaxPages(.gibibytes(16), of: 0)
    guests[0].kernel.map(.pages(count), cpu: 0)
    _ = guests[0].kernel.touch(.pages(count), budget: .forever, &host)
    guests[0].kernel.shrinkActive(.activeAnon, count)
    var pass = ReclaimPass(priority: 0, goal: count, isKswapd: false, planned: PerList())
    guests[0].kernel.shrinkInactive(.inactiveAnon, count, &pass, &host)
  }
}

extension DecisionRecord {
  /// A term of a decision of the selfballoon driver.
  subscript(term: SelfBalloon.Term) -> Int64? { row[term] }
}
