internal import Statistics
internal import Text

/// The settings of a sweep as dots in the plane of its two objectives, from left to right.
struct FrontDots {
  /// What a dot is; what comes first is told in place of what comes later.
  enum Kind: CaseIterable {
    case recommended, defaults, forbidden, front, beaten

    /// What a key says.
    var title: String {
      switch self {
      case .recommended: "recommended"
      case .defaults: "kernel's defaults"
      case .forbidden: "breaks a constraint"
      case .front: "on the front"
      case .beaten: "beaten"
      }
    }

    /// How it is drawn.
    var colour: String {
      switch self {
      case .recommended: PlotColour.vermilion
      case .defaults: PlotColour.green
      case .forbidden: PlotColour.purple
      case .front: PlotColour.blue
      case .beaten: PlotColour.grey
      }
    }
  }

  /// A setting.
  struct Dot {
    /// The objectives' means in the units shown.
    var x: Double
    var y: Double
    var kind: Kind
    /// Its runs and what it sets.
    var label: String
  }

  /// What stands beside the axes.
  let titles: (x: String, y: String)
  /// The dots.
  let dots: [Dot]
  /// The front, from left to right.
  let front: [(x: Double, y: Double)]

  /// The dots of a sweep's advice.
  init(_ advice: Advice) {
    let scales = advice.scales
    let names = zip(advice.objectives, scales).map { objective, scale in
      objective.metric.text + (scale.unit.isEmpty ? "" : " (\(scale.unit))")
    }
    titles = (names[0], names[1])
    func place(_ point: Advice.Point) -> (x: Double, y: Double) {
      (scales[0].value(point.figures[0].mean), scales[1].value(point.figures[1].mean))
    }
    let fronted = Set(advice.front.map(\.runs))
    let chosen = advice.recommended.map { advice.front[$0].runs }
    dots = advice.points.map { point in
      let kind: Kind =
        if point.runs == chosen {
          .recommended
        } else if point.runs == advice.defaults?.point.runs {
          .defaults
        } else if !point.isAllowed {
          .forbidden
        } else {
          fronted.contains(point.runs) ? .front : .beaten
        }
      let (x, y) = place(point)
      return Dot(
        x: x, y: y, kind: kind,
        label: "runs \(Advice.ranges(point.runs)), \(advice.setting(of: point)), \(kind.title)")
    }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    front = advice.front.map(place).sorted { ($0.x, $0.y) < ($1.x, $1.y) }
  }
}
