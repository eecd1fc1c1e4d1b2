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
    switch file.lowercased().split(separator: ".").last {
    case "svg": self = .svg
    case "png": self = .png
    case "gp", "gnuplot": self = .script
    default: return nil
    }
  }

  /// The lines with which a script begins: what it is drawn on, and a look that all pictures share.
  var preamble: String {
    let terminal =
      switch self {
      case .svg, .script:
        "set terminal svg size 960,540 dynamic noenhanced background '#ffffff' font 'sans-serif,14' linewidth 1.2"
      case .png:
        "set terminal pngcairo size 960,540 noenhanced background '#ffffff' font 'sans,12' linewidth 1.4"
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

  /// Whether colours and areas can be told apart.
  var hasColours: Bool { if case .terminal = self { false } else { true } }

  /// The picture that a script makes.
  ///
  /// - Throws: `Gnuplot.Fault`.
  public func picture(_ plot: some Plot) throws -> [UInt8] {
    let script = preamble + plot.script(for: self)
    return self == .script ? Array(script.utf8) : try Gnuplot.output(of: script)
  }
}

/// Something that gnuplot can draw.
public protocol Plot {
  /// The commands and data, behind `PlotTarget.preamble`.
  func script(for target: PlotTarget) -> String
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
