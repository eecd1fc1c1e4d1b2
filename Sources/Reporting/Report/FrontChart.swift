/// The settings of a sweep by what came of them, as a chart of a page.
struct FrontChart {
  private let dots: FrontDots

  init(_ advice: Advice) { dots = FrontDots(advice) }

  /// The chart: both objectives in units people read.
  func chart(id: String) -> ReportPage.Chart {
    let series = FrontDots.Kind.allCases.compactMap { kind -> ChartData.Series? in
      guard dots.dots.contains(where: { $0.kind == kind }) else { return nil }
      let size =
        switch kind {
        case .recommended: 8
        case .defaults: 7
        case .front: 5
        case .forbidden, .beaten: 3
        }
      return .init(
        name: kind.title, colour: kind.colour, kind: .points, size: size,
        values: dots.dots.map { $0.kind == kind ? $0.y : nil })
    }
    let (x, y) = dots.titles
    let chart = ChartData(
      x: x, y: y, places: dots.dots.map(\.x), series: series, labels: dots.dots.map(\.label),
      isFree: true)
    return ReportPage.Chart(
      id: id, title: "\(x) against \(y)",
      caption: "Each dot is a setting, its means over all conditions; \(x) to the right, \(y) up.",
      data: chart.json)
  }
}
