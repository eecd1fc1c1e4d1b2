private import Recording
public import Statistics
public import Text

extension Advice {
  /// The advice as a JSON object.
  ///
  /// - Parameters:
  ///   - tunables: Those of every guest in the recommended setting.
  ///   - setUp: What sets the host's policy in it.
  ///   - defaultCommands: Lines that run the kernel's defaults, if they were not.
  public func json(
    tunables: [KernelTunables], setUp: PolicySetUp? = nil, defaultCommands: [String] = []
  ) -> JSON {
    [
      "sweep": sweep.id, "name": sweep.name,
      "objectives": zip(objectives, units).map { objective, unit in
        [
          "metric": objective.metric.name, "guest": objective.metric.guest,
          "direction": objective.isMaximised ? "max" : "min", "unit": unit,
        ] as JSON
      },
      "constraints": constraints.map(\.text), "settings": settings.settings.count,
      "incomplete_settings": incomplete, "forbidden_settings": forbidden,
      "refused_settings": refused, "conditions": settings.conditions,
      "traces": settings.traces.count, "seeds": settings.seeds.count, "warnings": warnings,
      "between": (recommended.map { front[$0] } ?? front.first).map(guesses)?.map {
        ["guess": $0.name, "breaks": $0.isBroken, "means": $0.means] as JSON
      } ?? [],
      "front": JSON.lines(front.map(json)),
      "recommended": recommended.map { place in
        [
          "place": place, "reason": reason.rawValue, "point": json(front[place]),
          "guests": tunables.map(json),
          "host": setUp.map { $0.json(always: Set(paths)) },
        ] as JSON
      },
      "reason": reason.rawValue, "cliff": cliffText, "defaults": defaults.map(json),
      "default_commands": defaultCommands,
    ]
  }

  private func json(_ tunables: KernelTunables) -> JSON {
    let settings: JSON =
      tunables.setUp.map { ["settings": $0.json(always: Set(paths))] } ?? [:]
    return [
      "guest": tunables.guest, "sysfs": tunables.sysfsWrites(always: Set(paths)),
      "boot": tunables.bootOptions,
      "host": tunables.hostCommands.map {
        ["at": $0.at, "tool": $0.tool, "line": $0.line] as JSON
      },
    ] + settings
  }

  private func json(_ point: Point) -> JSON {
    [
      "runs": point.runs,
      "settings": JSON.object(zip(paths, point.values).map { ($0, $1?.value) }),
      "figures": point.figures,
    ]
  }

  private func json(_ defaults: Defaults) -> JSON {
    [
      "point": json(defaults.point), "is_allowed": defaults.point.isAllowed,
      "is_on_front": defaults.isOnFront, "distance": defaults.distance,
      "changes": defaults.changes,
    ]
  }
}

extension MeanInterval: JSONValue {
  /// The mean as a JSON object.
  public var json: JSON { ["mean": mean, "half_width": halfWidth, "count": count] }
}
