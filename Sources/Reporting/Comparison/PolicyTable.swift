private import Foundation
public import Simulation
internal import Statistics
public import Text

/// A guest, or all of a host's, under one policy after another: memory held against harm, and how far each is from the bound.
public struct PolicyTable: Sendable {
  /// What came of a policy.
  public struct Outcome: Sendable {
    /// Its name and version, as in `selfballoon 4.4`; `static` for nobody.
    public var policy: String
    /// The figures of its runs, a seed each; there is at least one.
    public var runs: [[Metric]]
    /// Whether it decides on the host, and so moves memory only while the host is short of it.
    public var isOfHost: Bool
    /// Whether it goes by the guest's pressure, and so by what stalls in it.
    public var readsPressure: Bool

    /// What came of a policy.
    public init(
      policy: String, runs: [[Metric]], isOfHost: Bool = false, readsPressure: Bool = false
    ) {
      self.policy = policy
      self.readsPressure = readsPressure
      self.runs = runs
      self.isOfHost = isOfHost
    }
  }

  /// The figures that count as harm, with the words above their columns. All are sums over guests.
  private static let harms: [(name: String, title: String, unit: String)] = [
    ("stall", "stall s", "s"), ("refaults", "refaults MiB", "pages"),
    ("swap_ins", "swap-ins MiB", "pages"), ("oom_kills", "kills", "count"),
  ]

  private let outcomes: [Outcome]
  /// The bound of each guest, by seed; empty if there is none.
  private let bounds: [[MemoryBound]]
  /// Whether the scenario has orders, which the bound leaves out.
  private let hasOrders: Bool

  /// What the runs rest on besides the scenario, a sentence each.
  private let assumptions: [String]

  /// A table of these outcomes; `bounds` has those of each seed, all guests together.
  public init(
    _ outcomes: [Outcome], bounds: [[MemoryBound]], hasOrders: Bool = false,
    assumptions: [String] = []
  ) {
    self.hasOrders = hasOrders
    self.assumptions = assumptions
    self.outcomes = outcomes.sorted {
      (Self.kills($0) ? 1 : 0, Self.held($0).mean) < (Self.kills($1) ? 1 : 0, Self.held($1).mean)
    }
    self.bounds = bounds
  }

  /// The mean memory that is held, all guests together, in MiB.
  private static func held(_ outcome: Outcome) -> MeanInterval {
    figure("memory_held_mean_pages", of: outcome, dividedBy: 256)
  }

  /// Whether programs were killed under it.
  private static func kills(_ outcome: Outcome) -> Bool {
    figure("oom_kills", of: outcome, dividedBy: 1).mean > 0
  }

  /// Whether anything could stall: some access or file is modelled.
  private var modelsHarm: Bool {
    ["accesses", "stall", "refaults", "swap_ins"].contains { name in
      outcomes.contains { Self.figure(name, of: $0, dividedBy: 1).mean > 0 }
    }
  }

  private static func figure(
    _ name: String, of outcome: Outcome, dividedBy divisor: Double
  ) -> MeanInterval {
    MeanInterval(
      outcome.runs.map { metrics in
        metrics.reduce(0.0) { $1.name == name && $1.guest != nil ? $0 + $1.value : $0 } / divisor
      })
  }

  /// What the bound holds in the mean, all guests together, in MiB; nil: there is no bound.
  private var bound: MeanInterval? {
    bounds.isEmpty || bounds.contains(where: \.isEmpty) || !misses.isEmpty
      ? nil : MeanInterval(bounds.map { all in all.reduce(0.0) { $0 + $1.mean } / 256 })
  }

  /// Guests that even with all of their memory missed pages or lost programs, in any seed.
  private var misses: [MemoryBound] {
    bounds.joined().filter { $0.missed > 0 || $0.kills > 0 }
  }

  private static func text(_ figure: MeanInterval, decimals: Int = 1) -> String {
    let mean = String(format: "%.\(decimals)f", figure.mean)
    guard let half = figure.halfWidth, half > 0 else { return mean }
    return mean + String(format: " ± %.\(decimals)f", half)
  }

  /// The bound's mean in MiB; nil: there is none.
  var boundMean: Double? { bound?.mean }

  /// Each policy as a picture has it: memory held in MiB, seconds of waiting, and whether something was killed.
  var dots: [(title: String, x: Double, y: Double, isKilling: Bool)] {
    outcomes.map { outcome in
      (
        outcome.policy, Self.held(outcome).mean,
        Self.figure("stall", of: outcome, dividedBy: 1).mean,
        Self.kills(outcome)
      )
    }
  }

  /// A line a policy, least memory first, those that kill last, and a line for the bound.
  public var table: TableText {
    let bound = bound
    let all = outcomes.first { $0.policy == "static" }.map { Self.held($0).mean }
    func share(_ held: Double) -> String {
      all.map { $0 > 0 ? String(format: "%.1f", 100 * held / $0) : "" } ?? ""
    }
    var rows = outcomes.map { outcome in
      let held = Self.held(outcome)
      let kills = Self.kills(outcome)
      return [
        outcome.policy, Self.text(held), kills ? "by killing" : share(held.mean),
        kills ? "" : bound.map { String(format: "%+.1f", held.mean - $0.mean) } ?? "",
      ]
        + Self.harms.map { harm in
          if !modelsHarm && harm.unit != "count" { return "-" }
          let isMemory = harm.unit == "pages"
          let figure = Self.figure(harm.name, of: outcome, dividedBy: isMemory ? 256 : 1)
          let isWhole = harm.unit == "count" && figure.mean == figure.mean.rounded()
          return Self.text(figure, decimals: isWhole ? 0 : harm.unit == "s" ? 2 : 1)
        }
    }
    if let bound {
      let row = ["bound", Self.text(bound), share(bound.mean), ""] + Self.harms.map { _ in "" }
      let place =
        outcomes.firstIndex { Self.kills($0) || Self.held($0).mean > bound.mean } ?? rows.count
      rows.insert(row, at: place)
    }
    return TableText(
      columns: [
        .init("policy"), .init("held MiB", .right), .init("% of static", .right),
        .init("above the bound MiB", .right),
      ] + Self.harms.map { .init($0.title, .right) },
      rows: rows)
  }

  /// What has to be known before the table is read: kills, and that nothing could stall.
  public var warnings: [String] {
    var sentences: [String] = []
    let killers = outcomes.filter(Self.kills)
    if !killers.isEmpty {
      sentences.append(
        "Memory that \(killers.map(\.policy).joined(separator: ", ")) saved was saved by killing: "
          + "what was killed holds none.")
    }
    if !modelsHarm {
      sentences.append(
        "No access and no file is modelled, so nothing could stall: only memory and kills can be compared. A scenario's `files:` and "
          + "`anon: { access: ... }` say what the guest does with its memory.")
      let blind = outcomes.filter(\.readsPressure)
      if !blind.isEmpty {
        sentences.append(
          "\(blind.map(\.policy).joined(separator: ", ")) go by what stalls, and so took memory here without being told what it cost: "
            + "their lines say nothing of a guest that works.")
      }
    }
    return sentences
  }

  /// What the table rests on.
  public var sentences: [String] {
    var sentences: [String] = []
    if let worst = misses.max(by: { $0.missed < $1.missed }) {
      sentences.append(
        "There is no bound: with all of its memory \(worst.guest) too swapped out or read again \(worst.missed) pages"
          + (worst.kills > 0 ? ", and programs were killed in it." : "."))
    } else if bound == nil {
      sentences.append("There is no bound where a guest follows a script.")
    } else {
      sentences.append(
        "The bound is what would be held by who knew all accesses beforehand and moved memory at once: the kernel's own, programs' "
          + "memory, file pages that will be read again, and what keeps kswapd asleep. "
          + "Who holds less has kswapd at work, swaps out or misses pages."
          + (hasOrders ? " The scenario's orders are left out of it." : ""))
    }
    let seeds = outcomes.map(\.runs.count).max() ?? 1
    sentences.append(
      seeds > 1
        ? "Means of \(seeds) seeds, the same for all; ± is half the 95% interval over the seeds, not over workloads."
        : "One seed, the same demand and accesses for all; --repeat gives intervals over seeds.")
    let idle = outcomes.filter {
      $0.isOfHost && Self.figure("balloon_out", of: $0, dividedBy: 1).mean == 0
    }
    if !idle.isEmpty {
      sentences.append(
        "\(idle.map(\.policy).joined(separator: ", ")) took nothing from guests on a host of this size with nobody else on it. "
          + "`--set host.memory=SIZE` asks of another.")
    }
    return sentences + assumptions
  }

  /// One JSON object.
  public var json: JSON {
    func json(_ figure: MeanInterval) -> JSON {
      ["mean": figure.mean, "half_width": figure.halfWidth]
    }
    return [
      "policies": outcomes.map { outcome in
        [
          "policy": outcome.policy, "held_mib": json(Self.held(outcome)),
          "harm": JSON.object(
            Self.harms.map { harm in
              (
                harm.name,
                json(
                  Self.figure(
                    harm.name, of: outcome, dividedBy: harm.unit == "pages" ? 256 : 1))
              )
            }),
        ] as JSON
      },
      "assumptions": assumptions,
      "bound_mib": bound.map(json) ?? .null,
      "missed_with_all_memory_pages": misses.map(\.missed).max() ?? 0,
    ]
  }
}
