internal import Simulation
internal import Text

/// What is to be said of a run whose settings let a guest's memory go up and down by itself.
enum HuntingVerdict {
  /// A sentence for each guest that hunts; none if all keep still (`Docs/model.md`, section 7).
  static func sentences(_ metrics: [Metric], in title: String) -> [String] {
    let hunting = metrics.filter { $0.name == "hunting_swings" && $0.value > 0 }
    return hunting.map { swings in
      func figure(_ name: String) -> String {
        metrics.first { $0.guest == swings.guest && $0.name == name }
          .map { UnitScale.text($0.value, unit: $0.unit) } ?? "-"
      }
      return """
        \(swings.guest ?? "the host") hunts (\(title)): \(UnitScale.text(swings.value, unit: "count")) swings of memory that \
        committed memory did not ask for, \(figure("hunting_amplitude")) to either side, up and down in \
        \(figure("hunting_period")).
        """
    }
  }
}
