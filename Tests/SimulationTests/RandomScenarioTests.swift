import MemoryModel
import Policies
import SimulationEngine
import Testing
import Units

@testable import Simulation
@testable import Traces

/// Whole runs of small guests in which everything is drawn: the invariants are checked after every event.
@Suite("Random scenarios")
struct RandomScenarioTests {
  private static let patterns: [PatternSpec] = [
    .zipf(alpha: 0.8), .zipf(alpha: 1.2), .uniform, .scan,
    .hotcold(hotPPM: 200_000, accessPPM: 900_000), .mix(alpha: 1, scanPPM: 200_000),
  ]
  private static let writes: [(attribute: String, texts: [String])] = [
    ("selfballoon_interval", ["1", "2", "7"]), ("selfballoon_downhysteresis", ["1", "3", "20"]),
    ("selfballoon_uphysteresis", ["1", "4"]), ("selfballoon_min_usable_mb", ["8", "24"]),
    ("selfballoon_reserved_mb", ["1", "4", "4294967296"]), ("selfballooning", ["0", "1", "2"]),
    ("frontswap_selfshrinking", ["0", "1"]), ("frontswap_hysteresis", ["2", "20", "x"]),
    ("frontswap_inertia", ["1", "5"]),
  ]

  /// Draws a scenario; every choice is the seed's.
  private struct Draw {
    var random: RandomStream
    let seconds: Int64 = 90

    mutating func number(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.below(UInt64(range.count)))
    }
    mutating func one<Element>(of choices: [Element]) -> Element {
      choices[number(0...choices.count - 1)]
    }
    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }
    mutating func time() -> SimTime {
      .zero + .milliseconds(Int64(number(0...Int(seconds) * 1_000)))
    }

    mutating func write() -> (attribute: String, text: String) {
      let (attribute, texts) = one(of: RandomScenarioTests.writes)
      return (attribute, one(of: texts))
    }

    mutating func rate(_ range: ClosedRange<Int>) -> Rate {
      Rate(count: Int64(number(range)), per: .seconds(1))
    }

    mutating func stream(_ name: String, _ memory: Int) -> FileStreamSpec {
      var phases = [PatternPhase(pattern: one(of: RandomScenarioTests.patterns), end: .never)]
      if chance(40) {
        let end: PatternPhase.End =
          chance(50) ? .time(time()) : .accesses(Int64(number(1...20_000)))
        phases.insert(
          PatternPhase(pattern: one(of: RandomScenarioTests.patterns), end: end), at: 0)
      }
      return FileStreamSpec(
        name: name, size: .pages(number(100...memory)), disk: "ssd",
        load: chance(70)
          ? .open(rate(50...1_200))
          : .closed(work: Int64(number(1...30_000)), threads: number(1...3)),
        phases: phases, writePPM: chance(50) ? 0 : Int64(number(1...300_000)))
    }

    mutating func guest(_ index: Int) -> GuestSpec {
      let memory = number(32...128) * 256
      var guest = Fixture.guest(memory: .pages(memory))
      guest.name = "guest\(index)"
      guest.kernel.vcpus = number(1...4)
      guest.driver = one(of: DriverGeneration.allCases)
      guest.kernel.balloon = one(of: BalloonGeneration.allCases)
      if guest.kernel.balloon == .virtio && chance(50) {
        guest.kernel.policy = .linux6_1
        guest.kernel.balloonOptions.reportsFreePages = true
      }
      guest.controller = chance(90) ? .usual : .none
      if guest.driver != .linux3_6 {
        guest.boot = one(of: [
          "tmem", "tmem", "tmem tmem.cleancache=0", "tmem tmem.frontswap=0", "",
        ])
      }
      guest.tunables = (0..<number(0...4)).map { _ in write() }
      guest.swap = (0..<number(0...2)).map { _ in
        SwapSpec(size: .pages(number(2...memory)), disk: "ssd")
      }
      guest.kernel.swappiness = one(of: [0, 10, 60, 100])
      var second: Int64 = 0
      var points: [CommittedPoint] = []
      while second < seconds {
        // Now and then more than the guest can have, so that somebody is killed.
        points.append(
          CommittedPoint(
            at: .zero + .seconds(second),
            committed: .pages(number(0...memory * (chance(10) ? 2 : 1))), touched: nil))
        second += Int64(number(1...25))
      }
      guest.committed = CommittedSpec(
        source: .points(points), scalePPM: 1_000_000, between: chance(70) ? .step : .linear,
        times: number(1...2))
      guest.anon.touched = .share(Int64(number(0...1_000_000)))
      guest.anon.coldPPM = Int64(number(0...1_000_000))
      guest.anon.touchRate = chance(50) ? rate(500...50_000) : nil
      guest.anon.release = one(of: ReleaseOrder.allCases)
      guest.anon.access =
        chance(70)
        ? AnonAccessSpec(
          rate: rate(50...1_500), pattern: one(of: RandomScenarioTests.patterns),
          writePPM: Int64(number(0...500_000))) : nil
      guest.files = (0..<number(0...2)).map { stream("files\($0)", memory) }
      return guest
    }

    mutating func event(_ guests: [GuestSpec]) -> EventSpec {
      let guest = number(0...guests.count - 1)
      let action: EventSpec.Action
      switch number(0...2) {
      case 0: action = .write([write(), write()])
      case 1: action = .balloonTarget(.pages(number(1_000...guests[guest].memory.pages * 5 / 4)))
      default: action = .dropCaches
      }
      return EventSpec(at: time(), guest: guest, action: action)
    }

    mutating func scenario(seed: UInt64) -> Scenario {
      var scenario = Fixture.scenario(seconds: seconds, seed: seed)
      scenario.guests = (0..<number(1...2)).map { guest($0) }
      let memory = scenario.guests.reduce(0) { $0 + $1.memory.pages }
      // From a host that is full at boot to one with half as much again.
      scenario.host.memory = .pages(memory + number(0...memory / 2))
      scenario.host.tmem = TmemConfiguration(
        cleancache: chance(85), frontswap: chance(85), metadataPPM: one(of: [0, 20_000]))
      scenario.host.disks[0].parameters.randomRead = .microseconds(Int64(number(20...2_000)))
      scenario.events = (0..<number(0...6)).map { _ in event(scenario.guests) }
      return scenario
    }
  }

  @Test(
    "Invariants hold after every event, twice the same way, with and without an observer",
    arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 38, 81] as [UInt64])
  func invariants(seed: UInt64) throws {
    var draw = Draw(random: RandomStream(seed: seed, purpose: "scenario"))
    let scenario = draw.scenario(seed: seed)

    let observed = try Fixture.run(scenario)
    let unobserved = try Fixture.run(scenario, observed: false)

    #expect(observed.summary.fingerprint == unobserved.summary.fingerprint)
    #expect(
      observed.summary.ingredients.map(\.value) == unobserved.summary.ingredients.map(\.value))
    #expect(observed.summary.metrics == unobserved.summary.metrics)
    // Less than nothing is saved by a guest that uses up the slack of its `max_pages`: 256 of 8192 pages at most.
    let unsound = observed.summary.metrics.filter {
      let isSaving = $0.name.hasPrefix("memory_saved")
      return !$0.value.isFinite || $0.value < (isSaving ? -3.125 : 0)
    }
    #expect(unsound.isEmpty)
    #expect(observed.log.ticks.allSatisfy { $0.count == 91 })
    // What counts up never falls.
    for ticks in observed.log.ticks {
      for (before, after) in zip(ticks, ticks.dropFirst()) {
        let fell = TickColumn.all.filter {
          $0.isCumulative && after[$0.place] < before[$0.place]
        }
        #expect(fell.isEmpty)
      }
    }
  }

  @Test(
    "A run in steps, and one in pieces, takes the course of a whole one",
    arguments: [0, 3, 7, 38, 81] as [UInt64])
  func pieces(seed: UInt64) throws {
    var draw = Draw(random: RandomStream(seed: seed, purpose: "scenario"))
    let scenario = draw.scenario(seed: seed)
    let demands = scenario.guests.map { CommittedDemand(Fixture.demand($0)) }
    var whole = try Simulation(scenario, demands: demands)
    var stepped = try Simulation(scenario, demands: demands)
    var cut = try Simulation(scenario, demands: demands)

    let summary = try whole.run()
    while try stepped.step() {}
    var cuts: [SimTime] = []
    var isOver = false
    while !isOver {
      // Into the middle of batches, between ticks, and at the ticks themselves.
      let next = draw.chance(30) ? 1_000_000_000 : Int64(draw.number(1...3_000_000_000))
      cuts.append(cut.now + .nanoseconds(next))
      isOver = try !cut.run(until: cut.now + .nanoseconds(next))
      let time = min(cuts[cuts.count - 1], whole.now)
      #expect(cut.now >= time && cut.now <= time + scenario.tick)
    }

    for (course, what) in [(try stepped.finish(), "steps"), (try cut.finish(), "\(cuts)")] {
      #expect(course.fingerprint == summary.fingerprint, "\(what)")
      #expect(course.metrics == summary.metrics, "\(what)")
      #expect(course.ingredients.map(\.value) == summary.ingredients.map(\.value))
    }
  }

  @Test("A run that is stopped shows its guests as a tick would, and can be ended there")
  func stopped() throws {
    var guest = Fixture.guest()
    guest.controller = .none
    let scenario = Fixture.scenario(guest, seconds: 60)
    let log = RunLog()
    var run = try Simulation(
      scenario, demands: [CommittedDemand(Fixture.demand(scenario.guests[0]))], observer: log)

    let isMore = try run.run(until: .zero + .seconds(20))

    #expect(isMore)
    #expect(log.ticks[0].count == 21)
    #expect(run.values(ofGuest: 0) == log.ticks[0][20])
    #expect(try run.finish().simulated == .seconds(20))
  }

  @Test("Another seed of the scenario takes another course")
  func otherSeed() throws {
    var draw = Draw(random: RandomStream(seed: 3, purpose: "scenario"))
    var scenario = draw.scenario(seed: 3)
    scenario.guests[0].files = [draw.stream("files", 5_000)]
    scenario.guests[0].files[0].phases = [PatternPhase(pattern: .uniform, end: .never)]

    let first = try Fixture.run(scenario, observed: false).summary.fingerprint
    scenario.seed = 4
    let second = try Fixture.run(scenario, observed: false).summary.fingerprint

    #expect(first != second)
  }

  @Test("What one guest gives up another can have, and the host neither loses nor invents a page")
  func twoGuests() throws {
    var shrinking = Fixture.guest(memory: .mebibytes(128))
    shrinking.committed.source = .constant(.pages(2_000))
    var growing = Fixture.guest(memory: .mebibytes(128))
    growing.name = "g2"
    growing.committed.source = Fixture.points((0, 2_000, nil), (60, 20_000, nil))
    var scenario = Fixture.scenario(shrinking, growing, seconds: 120)
    scenario.host.memory = .mebibytes(256)

    let run = try Fixture.run(scenario)

    let pages = Int64(256 * 256)
    for second in 0...120 {
      let held = run.log.ticks.reduce(Int64(0)) {
        $0 + $1[second][TickColumn.balloonCurrentPages.place]
      }
      #expect(held <= pages, "second \(second)")
    }
    let grown = run.log.ticks[1]
    let column = TickColumn.ramPages.place
    #expect(grown[119][column] > grown[59][column] + 10_000)
  }
}
