private import Recording
internal import Statistics
internal import Text

extension Advice {
  /// The advice as a JSON object.
  ///
  /// - Parameters:
  ///   - tunables: Those of every guest in the recommended setting.
  ///   - defaultCommands: Lines that run the kernel's defaults, if they were not.
  public func json(tunables: [KernelTunables], defaultCommands: [String] = []) -> String {
    let objectives = zip(objectives, units).map { objective, unit in
      """
      {"metric":\(JSONText.quoted(objective.metric.name)),\
      "guest":\(objective.metric.guest.map(JSONText.quoted) ?? "null"),\
      "direction":"\(objective.isMaximised ? "max" : "min")","unit":\(JSONText.quoted(unit))}
      """
    }
    let settings = """
      "settings":\(settings.settings.count),"incomplete_settings":\(incomplete),\
      "forbidden_settings":\(forbidden),"refused_settings":\(refused),\
      "conditions":\(settings.conditions),\
      "traces":\(settings.traces.count),"seeds":\(settings.seeds.count)
      """
    let guests = tunables.map { tunables in
      let host = tunables.hostCommands.map {
        """
        {"at":\(JSONText.quoted($0.at)),"tool":\(JSONText.quoted($0.tool)),\
        "line":\(JSONText.quoted($0.line))}
        """
      }
      return """
        {"guest":\(JSONText.quoted(tunables.guest)),\
        "sysfs":\(JSONText.array(tunables.sysfsWrites(always: Set(paths)))),\
        "boot":\(JSONText.quoted(tunables.bootOptions)),\
        "host":[\(host.joined(separator: ","))]}
        """
    }
    let recommendation = recommended.map { place in
      """
      {"place":\(place),"reason":"\(reason.rawValue)","point":\(json(front[place])),\
      "guests":[\(guests.joined(separator: ","))]}
      """
    }
    let ranges =
      (recommended.map { front[$0] } ?? front.first).map(guesses)?.map { guess in
        """
        {"guess":\(JSONText.quoted(guess.name)),"breaks":\(guess.isBroken),\
        "means":[\(guess.means.map(JSONText.number).joined(separator: ","))]}
        """
      } ?? []
    return """
      {"sweep":\(sweep.id),"name":\(JSONText.quoted(sweep.name)),\
      "objectives":[\(objectives.joined(separator: ","))],\
      "constraints":\(JSONText.array(constraints.map(\.text))),\(settings),\
      "warnings":\(JSONText.array(warnings)),"between":[\(ranges.joined(separator: ","))],
      "front":[\(front.map(json).joined(separator: ",\n"))],
      "recommended":\(recommendation ?? "null"),"reason":"\(reason.rawValue)",
      "cliff":\(cliffText.map(JSONText.quoted) ?? "null"),
      "defaults":\(defaults.map(json) ?? "null"),
      "default_commands":\(JSONText.array(defaultCommands))}

      """
  }

  private func json(_ point: Point) -> String {
    let values = zip(paths, point.values).map { path, value in
      "\(JSONText.quoted(path)):\(value.map { JSONText.quoted($0.value) } ?? "null")"
    }
    return """
      {"runs":\(point.runs),"settings":{\(values.joined(separator: ","))},\
      "figures":[\(point.figures.map(\.json).joined(separator: ","))]}
      """
  }

  private func json(_ defaults: Defaults) -> String {
    """
    {"point":\(json(defaults.point)),"is_allowed":\(defaults.point.isAllowed),\
    "is_on_front":\(defaults.isOnFront),\
    "distance":\(defaults.distance.map(JSONText.number) ?? "null"),\
    "changes":[\(defaults.changes.map(\.json).joined(separator: ","))]}
    """
  }
}

extension MeanInterval {
  /// The mean as a JSON object.
  var json: String {
    """
    {"mean":\(JSONText.number(mean)),"half_width":\(halfWidth.map(JSONText.number) ?? "null"),\
    "count":\(count)}
    """
  }
}
