internal import Foundation
internal import Recording
internal import Simulation
internal import Text
internal import Units

/// Something that happens in a guest and that a picture marks: kills, writes, faults, refusals of the host.
///
/// Events of one kind that lie close together are one mark, which tells their number.
struct MarkedEvent: Sendable {
  /// When, in seconds since boot: the first of them.
  var time: Double
  /// What, in few words.
  var text: String
  /// How many.
  var count = 1
  /// Whether there is room for the words.
  var isNamed = true

  private static let kinds: [EventRecord.Kind] = [
    .oomKill, .kernelOops, .sysfsWrite, .balloonTarget, .dropCaches, .faultBegins, .balloonBackoff,
    .balloonCancelled, .balloonNoMorePages, .mappingRefused,
  ]
  /// No more marks than a picture can show, and no nearer to one another than this share of its width.
  private static let limit = 30
  private static let nearest = 0.025

  /// The words and their number.
  var label: String { count == 1 ? text : "\(text) (\(count) times)" }

  /// The marks of a guest of a run. What is written at boot is its settings and not marked.
  static func all(_ store: ResultStore, run: RunRecord, guest: String) throws -> [MarkedEvent] {
    let axis = try TimeAxis(store, [run])
    let rows = try store.events(of: run.id, guest: guest, kinds: kinds)
    var marks: [MarkedEvent] = []
    for row in rows where row.time > .zero {
      let (time, text) = (row.time.seconds, words(row))
      if let place = marks.lastIndex(where: { axis.share(time - $0.time) < nearest }) {
        if let same = marks.lastIndex(where: {
          $0.text == text && axis.share(time - $0.time) < nearest
        }) {
          marks[same].count += 1
          continue
        }
        if marks.count < limit {
          marks.append(MarkedEvent(time: time, text: text, isNamed: !marks[place].isNamed))
        }
      } else if marks.count < limit {
        marks.append(MarkedEvent(time: time, text: text))
      }
    }
    return marks
  }

  /// A fault by its name, a write by its attribute, others by their kind.
  private static func words(_ row: EventRow) -> String {
    struct Detail: Decodable {
      var fault: String?
      var attribute: String?
      var text: String?
    }
    let kind = row.kind.replacing("_", with: " ")
    do {
      let detail = try JSONDecoder().decode(Detail.self, from: Data(row.detail.utf8))
      if let fault = detail.fault { return fault.replacing("_", with: " ") }
      if let attribute = detail.attribute { return "\(attribute)=\(detail.text ?? "")" }
      return kind
    } catch {
      // Another version's detail may be of another form; the kind tells enough.
      return kind
    }
  }

  /// A line across the picture and its words beside it, in front of all areas, in gnuplot's words.
  func commands(_ axis: TimeAxis) -> String {
    let place = Gnuplot.number(axis.value(time))
    let line =
      "set arrow from \(place), graph 0 to \(place), graph 1 nohead front linecolor '\(PlotColour.black)' dashtype 4\n"
    guard isNamed else { return line }
    return line
      + "set label \(Gnuplot.quoted(label)) at \(place), graph 0.97 rotate by 90 right offset character -1.1,0 front font ',11'\n"
  }
}
