/// What a picture is made as.
public enum PlotTarget: Hashable, Sendable {
  /// Scalable, for pages.
  case svg
  /// Of points.
  case png
  /// Of characters, so many wide and high.
  case terminal(width: Int, height: Int)
  /// The script and its data, for gnuplot.
  case script

  /// What the ending of a file's name says; nothing for one that is not known.
  public init?(file: String) {
    let parts = file.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    switch parts.count > 1 ? parts.last : nil {
    case "svg": self = .svg
    case "png": self = .png
    case "gp", "gnuplot": self = .script
    default: return nil
    }
  }

  /// The lines with which a script begins: what it is drawn on, so many points high, and a look that all pictures share.
  func preamble(height: Int) -> String {
    let terminal =
      switch self {
      case .svg, .script:
        "set terminal svg size 960,\(height) dynamic noenhanced background '#ffffff' font 'sans-serif,14' linewidth 1.2"
      case .png:
        "set terminal pngcairo size 960,\(height) noenhanced background '#ffffff' font 'sans,12' linewidth 1.4"
      case .terminal(let width, let height): "set terminal dumb noenhanced \(width) \(height)"
      }
    let key = hasColours ? "set key outside right top Left reverse" : "set key above Left reverse"
    return """
      \(terminal)
      set encoding utf8
      set border 3
      set tics nomirror out
      set grid ytics linecolor '#dddddd'
      \(key)
      set datafile missing 'NaN'

      """
  }

  /// A key that takes no width from the picture.
  var keyBelow: String {
    hasColours ? "set key tmargin center horizontal" : "set key above Left reverse"
  }

  /// So many labels of an axis as there is room for: in a narrow terminal gnuplot would write them over one another.
  func tics(of places: [Double]) -> String {
    guard case .terminal(let width, _) = self, let least = places.min(),
      let greatest = places.max(), greatest > least
    else { return "" }
    let (range, room) = (greatest - least, max(2, Double(width) / 16))
    var step = 1.0
    while range / step > room { step *= 10 }
    while range / (step / 10) <= room { step /= 10 }
    for part in [0.2, 0.5] where range / (step * part) <= room {
      step *= part
      break
    }
    return "set xtics \(Gnuplot.number(step))"
  }

  /// Whether colours and areas can be told apart.
  var hasColours: Bool { if case .terminal = self { false } else { true } }

  /// The picture that a script makes.
  ///
  /// - Throws: `Gnuplot.Fault`.
  public func picture(_ plot: some Plot) throws -> [UInt8] {
    let script = preamble(height: plot.height) + plot.script(for: self)
    return self == .script ? Array(script.utf8) : try Gnuplot.output(of: script)
  }
}

/// Something that gnuplot can draw.
public protocol Plot {
  /// How high the picture is, in points; it is 960 wide.
  var height: Int { get }
  /// The commands and data, behind `PlotTarget.preamble`.
  func script(for target: PlotTarget) -> String
}

extension Plot {
  /// As high as one panel is.
  public var height: Int { 540 }
}

/// Colours that people who see few of them tell apart, also in print.
///
/// Source: Okabe, Ito, "Color Universal Design", 2008.
enum PlotColour {
  static let black = "#000000"
  static let orange = "#e69f00"
  static let sky = "#56b4e9"
  static let green = "#009e73"
  static let yellow = "#f0e442"
  static let blue = "#0072b2"
  static let vermilion = "#d55e00"
  static let purple = "#cc79a7"
  static let grey = "#999999"
  static let pale = "#e5e5e5"

  /// For lines beside each other.
  static let lines = [blue, vermilion, green, purple, orange, sky, black, grey]
}
