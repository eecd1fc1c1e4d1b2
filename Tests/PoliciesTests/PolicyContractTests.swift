import Policies
import Testing

/// What every policy of the catalogue keeps to, whatever its law.
@Suite("The contract of a policy")
struct PolicyContractTests {
  /// A guest's policy in a version.
  struct Candidate: CustomTestStringConvertible, Sendable {
    let policy: any GuestPolicy.Type
    let version: String
    var testDescription: String { "\(policy.card.name) \(version)" }

    func made() throws -> any GuestPolicy {
      let made = policy.init(version: version)
      return try #require(made)
    }
  }

  static let candidates = PolicyCatalogue.guestPolicies.flatMap { policy in
    policy.card.versions.map { Candidate(policy: policy, version: $0) }
  }

  /// A turn as a run has it.
  struct Turn {
    var row: DecisionRow
    var asks: [Ask]
    var wake: Wake
    var story: [Sentence]
  }

  private let boot = GuestBoot(commandLine: "tmem")

  /// A guest that grows, shrinks, swaps and lies still, with all that can be switched on switched on.
  ///
  /// Three tenths of it are free, so that who works with little memory free works.
  private func turns(
    _ candidate: Candidate, switches: String = "true", settings: [(String, String)] = [],
    count: Int = 400
  ) throws -> [Turn] {
    var policy = try candidate.made()
    for setting in candidate.policy.card.settings
    where setting.initial == "false" || setting.initial == "true" {
      _ = policy.write(setting.name, switches)
    }
    for (name, text) in settings { _ = policy.write(name, text) }
    var guest = GuestView(
      totalRAM: 255_000, totalReserve: 4_000, maxPFN: 262_144, committed: 30_000, frontswap: 0,
      balloonCurrent: 262_144, free: 76_500)
    _ = policy.start(guest, boot: boot)
    var turns: [Turn] = []
    var random = 12_345 as UInt64
    for number in 0..<count {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      if number % 20 == 0 { guest.committed = random >> 44 }
      if number % 50 < 20 { guest.frontswap = number % 100 < 50 ? random >> 52 : 0 }
      var row = DecisionRow()
      var asks = Asks()
      policy.decide(guest, into: &row, &asks)
      let wake = policy.finish()
      turns.append(
        Turn(row: row, asks: asks.list, wake: wake, story: candidate.policy.story(of: row)))
      if row.fault != nil { break }
      for ask in asks.list {
        switch ask {
        case .balloonTarget(let target):
          let moved = min(target, guest.maxPFN)
          guest.totalRAM = max(1, guest.totalRAM &+ moved &- guest.balloonCurrent)
          guest.balloonCurrent = moved
        case .shrinkFrontswap(let target, _): guest.frontswap = min(guest.frontswap, target)
        case .maximum, .tmemCapacity, .reclaim, .pageOut: break
        }
      }
    }
    return turns
  }

  @Test("Names differ, and each has what people ask for")
  func cards() {
    let names = PolicyCatalogue.guestPolicies.map { $0.card.name }
    #expect(Set(names).count == names.count)
    for policy in PolicyCatalogue.guestPolicies {
      let card = policy.card
      #expect(!card.title.isEmpty && !card.source.isEmpty && !card.actor.isEmpty)
      #expect(Set(card.terms.map(\.name)).count == card.terms.count)
      #expect(Set(card.settings.map(\.name)).count == card.settings.count)
      #expect(Set(card.settings.map(\.short)).count == card.settings.count)
      for setting in card.settings {
        #expect(!setting.meaning.isEmpty && !setting.place.isEmpty, "\(setting.name)")
        #expect(Set(setting.versions).isSubset(of: card.versions), "\(setting.name)")
        #expect(card.setting(setting.name) == setting)
        #expect(card.setting(setting.short) == setting)
      }
      #expect(policy.init(version: "none such") == nil)
      #expect(PolicyCatalogue.guestPolicy(named: card.name) == policy)
    }
  }

  @Test("Each setting reads back as its card says, and as it was written", arguments: candidates)
  func settings(_ candidate: Candidate) throws {
    for setting in candidate.policy.card.settings {
      var policy = try candidate.made()
      guard setting.versions.contains(candidate.version) else {
        #expect(policy.read(setting.name) == nil, "\(setting.name)")
        #expect(policy.write(setting.name, "1").status == .noAttribute, "\(setting.name)")
        continue
      }
      if let initial = setting.initial {
        #expect(policy.read(setting.name) == initial, "\(setting.name)")
      }
      for text in ["1", "true"] where policy.write(setting.name, text).status == .ok {
        #expect(policy.read(setting.name) == text, "\(setting.name)")
      }
      let before = policy.read(setting.name)
      #expect(policy.write(setting.name, "not a value").status == .invalid)
      #expect(policy.read(setting.name) == before, "a refused write changes nothing")
    }
    var policy = try candidate.made()
    #expect(policy.write("none such", "1").status == .noAttribute)
    #expect(policy.read("none such") == nil)
  }

  @Test("Twice the same guest gives twice the same decisions", arguments: candidates)
  func isDeterministic(_ candidate: Candidate) throws {
    let first = try turns(candidate)
    let second = try turns(candidate)

    #expect(first.map(\.asks) == second.map(\.asks))
    #expect(first.map(\.wake) == second.map(\.wake))
    #expect(first.map(\.story) == second.map(\.story))
  }

  @Test("What would leave a guest more are settings that it has, and takes", arguments: candidates)
  func reliefs(_ candidate: Candidate) throws {
    let reliefs = try candidate.made().reliefs(memory: 1024)

    #expect(!reliefs.isEmpty)
    for relief in reliefs {
      let setting = try #require(candidate.policy.card.setting(relief.setting))
      #expect(setting.name == relief.setting)
      #expect(Set(relief.values).count == relief.values.count)
      for value in relief.values {
        var policy = try candidate.made()
        #expect(
          policy.write(relief.setting, "\(value)").status == .ok, "\(relief.setting) \(value)")
      }
    }
  }

  @Test("Every ask has a row that says so", arguments: candidates)
  func asksHaveRows(_ candidate: Candidate) throws {
    var count = 0
    // Some wait for two minutes before they do anything.
    for turn in try turns(candidate, count: 1_500) {
      for ask in turn.asks {
        count += 1
        switch ask {
        case .balloonTarget:
          #expect(turn.row.current != nil && turn.row.goal != nil && turn.row.target != nil)
        case .shrinkFrontswap: #expect(turn.row.shrunk != nil)
        case .maximum, .tmemCapacity, .reclaim, .pageOut: break
        }
      }
      #expect(turn.row.fault == nil)
      #expect(turn.wake != .never)
    }
    #expect(count > 0)
  }

  @Test("Each term takes part somewhere, and a story of such a decision tells it")
  func termsAreTold() throws {
    for policy in PolicyCatalogue.guestPolicies {
      var turns: [Turn] = []
      for candidate in Self.candidates where candidate.policy == policy {
        for switches in ["true", "false"] {
          turns += try self.turns(candidate, switches: switches)
          for setting in policy.card.settings {
            for text in ["0", "1", "100000"] {
              turns += try self.turns(
                candidate, switches: switches, settings: [(setting.name, text)])
            }
          }
        }
      }
      for (place, term) in policy.card.terms.enumerated() where !term.isSilent {
        let isTold = turns.contains { turn in
          guard let value = turn.row[place] else { return false }
          return turn.story.contains { sentence in
            sentence.parts.contains {
              if case .number(value, _) = $0 { true } else { false }
            }
          }
        }
        #expect(isTold, "\(policy.card.name): \(term.name)")
      }
    }
  }

  @Test("A target lies between what there was and what was wanted, or a bound holds it")
  func targetsDoNotOvershoot() throws {
    for candidate in Self.candidates {
      for turn in try turns(candidate) {
        guard let current = turn.row.current, let goal = turn.row.goal, let target = turn.row.target
        else { continue }
        if turn.row.isBound {
          #expect(target >= min(current, goal), "\(candidate.testDescription)")
        } else {
          #expect(
            (min(current, goal)...max(current, goal)).contains(target),
            "\(candidate.testDescription)")
        }
      }
    }
  }

  @Test(
    "Nothing is ever asked for above what an address can say, or a shrink to more than there is")
  func asksAreWithinBounds() throws {
    for candidate in Self.candidates {
      for turn in try turns(candidate) {
        for case .shrinkFrontswap(let target, _) in turn.asks { #expect(target < 1 << 32) }
      }
    }
  }
}
