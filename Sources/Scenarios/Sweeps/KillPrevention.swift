internal import Policies
internal import Simulation
internal import Traces
internal import Units

/// Settings with which nobody in a guest would have been killed, found by making the run again with others.
///
/// Of every parameter the value farthest from the run's own is tried first, and if it prevents the kill, the nearest that
/// does is looked for by bisection. Each run is the whole scenario with its seed; it ends at the first kill in the guest.
public struct KillPrevention: Sendable {
  /// What came of changing one parameter.
  public struct Finding: Sendable {
    /// The parameter's path.
    public let path: String
    /// What to set so that nobody is killed, as `--set` takes it; nothing: no value that was tried does it.
    public internal(set) var settings: [String]?
    /// The value in it.
    public internal(set) var value: String
    /// The value next to it that does not prevent the kill; nothing: it is the run's own, or time ran out.
    public internal(set) var tooLittle: String?
    /// Whether time ran out before the nearest value was found.
    public internal(set) var isUnfinished = false
  }

  /// The guest.
  public let guest: String
  /// What was tried, parameter by parameter.
  public private(set) var findings: [Finding] = []
  /// How often the run was made again.
  public private(set) var runs = 0
  /// Whether there was time for everything.
  public private(set) var isWhole = true

  private let scenario: Scenario
  private let demands: [CommittedDemand]
  private let place: Int
  private let deadline: ContinuousClock.Instant

  /// Tries for at most `time`; nothing if the scenario has no such guest.
  public init?(of resolved: ResolvedScenario, guest: String, within time: Duration) throws {
    guard let place = resolved.scenario.guests.firstIndex(where: { $0.name == guest }) else {
      return nil
    }
    self.guest = guest
    scenario = resolved.scenario
    demands = resolved.demands
    self.place = place
    deadline = .now + time
    do {
      try search()
    } catch is OutOfTime {
      isWhole = false
    }
  }

  private mutating func search() throws {
    let spec = scenario.guests[place]
    var candidates: [Candidate] = []
    if spec.controller != .none {
      let isFree = try tryFarthest(Candidate.isStatic(place, spec.name))
      candidates = isFree ? Candidate.settings(of: spec, place) : []
    } else if let policy = scenario.host.policy {
      let isFree = try tryFarthest(Candidate.isWithoutHostPolicy)
      candidates = isFree ? Candidate.settings(of: policy, spec) : []
    } else {
      candidates = Candidate.targets(of: scenario, place)
      for candidate in candidates { _ = try tryFarthest(candidate) }
    }
    if candidates.isEmpty { candidates = [.memory(of: spec, place, host: scenario.host.memory)] }
    for candidate in candidates where !findings.contains(where: { $0.path == candidate.path }) {
      _ = try tryFarthest(candidate)
    }
    for number in findings.indices {
      guard let candidate = candidates.first(where: { $0.path == findings[number].path }) else {
        continue
      }
      try narrow(number, candidate)
    }
  }

  /// Tries the last value of a parameter and enters what came of it; returns whether it prevents the kill.
  private mutating func tryFarthest(_ candidate: Candidate) throws -> Bool {
    guard let last = candidate.values.last else { return false }
    let isPrevented = try prevents(candidate, last)
    findings.append(
      Finding(
        path: candidate.path, settings: isPrevented ? candidate.settings(last) : nil,
        value: candidate.text(last), isUnfinished: isPrevented && candidate.values.count > 1))
    return isPrevented
  }

  /// Looks for the nearest value that prevents the kill.
  private mutating func narrow(_ number: Int, _ candidate: Candidate) throws {
    guard findings[number].settings != nil else { return }
    var (fails, holds) = (-1, candidate.values.count - 1)
    while holds - fails > 1 {
      let middle = fails + (holds - fails) / 2
      let value = candidate.values[middle]
      if try prevents(candidate, value) {
        holds = middle
        findings[number].settings = candidate.settings(value)
        findings[number].value = candidate.text(value)
      } else {
        fails = middle
        findings[number].tooLittle = candidate.text(value)
      }
    }
    findings[number].isUnfinished = false
  }

  /// Whether the run with a value ends without a kill in the guest.
  private mutating func prevents(_ candidate: Candidate, _ value: Int) throws -> Bool {
    if ContinuousClock.now >= deadline { throw OutOfTime() }
    var changed = scenario
    candidate.apply(value, &changed)
    runs += 1
    do {
      try Simulation.check(changed, demands: demands)
      try MemoryEstimate(changed, demands: demands).check(limit: nil)
      let watch = Watch(guest: place, until: deadline)
      var simulation = try Simulation(changed, demands: demands, observer: watch)
      _ = try simulation.run()
      return true
    } catch is Killed {
      return false
    } catch is SimulationError {
      return false
    } catch is MemoryShortage {
      // A run that this machine has no room for shows nothing.
      return false
    }
  }
}

/// A parameter and the values that may prevent a kill, from the one nearest to the run's own.
private struct Candidate {
  let path: String
  let values: [Int]
  let text: (Int) -> String
  let apply: (Int, inout Scenario) -> Void
  /// What has to be set besides.
  var alsoSet: (Int) -> [String] = { _ in [] }

  func settings(_ value: Int) -> [String] { ["\(path)=\(text(value))"] + alsoSet(value) }

  /// No ballooning at all.
  static func isStatic(_ place: Int, _ name: String) -> Candidate {
    Candidate(
      path: ParameterPath.of(guest: name, "controller").description, values: [0],
      text: { _ in ControllerKind.none.rawValue },
      apply: { $1.guests[place].controller = .none })
  }

  /// Settings of its policy that leave the guest more, or give it back sooner.
  static func settings(of guest: GuestSpec, _ place: Int) -> [Candidate] {
    let reliefs = guest.policyAtBoot?.reliefs(memory: guest.memory.pages / 256) ?? []
    return reliefs.map { relief in
      Candidate(
        path: ParameterPath.tunable(relief.setting, of: guest.name).description,
        values: relief.values, text: { "\($0)" },
        apply: { $1.guests[place].tunables.append((relief.setting, "\($0)")) })
    }
  }

  /// Nobody decides on the host.
  static var isWithoutHostPolicy: Candidate {
    Candidate(
      path: "host.controller", values: [0], text: { _ in "none" },
      apply: { $1.host.policy = nil })
  }

  /// Settings of the host's policy that leave the guest more.
  static func settings(of policy: HostPolicySpec, _ guest: GuestSpec) -> [Candidate] {
    policy.policy.reliefs(memory: guest.memory.pages / 256).map { relief in
      Candidate(
        path: ParameterPath.hostTunable(relief.setting).description,
        values: relief.values, text: { "\($0)" },
        apply: { $1.host.policy?.tunables.append((relief.setting, "\($0)")) })
    }
  }

  /// The lowest target that events give to a guest's balloon.
  static func targets(of scenario: Scenario, _ place: Int) -> [Candidate] {
    let targets = scenario.events.enumerated().compactMap { number, event -> (Int, Int)? in
      guard event.guest == place, case .balloonTarget(let target) = event.action else {
        return nil
      }
      return (number, target.pages)
    }
    let memory = scenario.guests[place].memory.pages
    guard let (number, least) = targets.min(by: { $0.1 < $1.1 }), least < memory else { return [] }
    return [
      Candidate(
        path: "events.\(number).balloon_target", values: sizes(from: least, to: memory),
        text: { PageCount($0).text },
        apply: { $1.events[number].action = .balloonTarget(PageCount($0)) })
    ]
  }

  /// More memory, up to twice as much, on a host that has as much more.
  /// A guest with a policy is tried without: it was killed without too, and more memory would only be taken.
  static func memory(of guest: GuestSpec, _ place: Int, host: PageCount) -> Candidate {
    let own = guest.memory.pages
    let isBallooned = guest.controller != .none
    return Candidate(
      path: ParameterPath.of(guest: guest.name, "memory").description,
      values: sizes(from: own, to: 2 * own),
      text: { PageCount($0).text },
      apply: { pages, scenario in
        scenario.guests[place].memory = PageCount(pages)
        scenario.guests[place].controller = .none
        scenario.host.memory = PageCount(host.pages + pages - own)
      },
      alsoSet: { pages in
        let controller =
          "\(ParameterPath.of(guest: guest.name, "controller"))=\(ControllerKind.none.rawValue)"
        return ["host.memory=\(PageCount(host.pages + pages - own).text)"]
          + (isBallooned ? [controller] : [])
      })
  }

  /// Whole MiB above a size, about sixty of them.
  private static func sizes(from least: Int, to most: Int) -> [Int] {
    let first = (least / 256 + 1) * 256
    let step = max(1, (most - least) / 64 / 256) * 256
    let sizes = Array(stride(from: first, to: most, by: step))
    return sizes + [most]
  }
}

/// Ends a run at the first kill in a guest, or when time is up.
private final class Watch: RunObserver {
  private let guest: Int
  private let deadline: ContinuousClock.Instant

  init(guest: Int, until deadline: ContinuousClock.Instant) {
    self.guest = guest
    self.deadline = deadline
  }

  func wantsTick(at time: SimTime) throws -> Bool {
    if ContinuousClock.now >= deadline { throw OutOfTime() }
    return false
  }

  func event(_ record: EventRecord) throws {
    let isEnd = record.kind == .oomKill || record.kind == .kernelOops
    if isEnd && record.guest == guest { throw Killed() }
  }
}

/// Somebody was killed.
private struct Killed: Error {}

/// There is no time for more.
private struct OutOfTime: Error {}
