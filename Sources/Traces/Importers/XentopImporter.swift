internal import Text
internal import Units

/// What `xentop -b` prints: a table of all domains once a pass, without times.
///
/// MEM(k) is what a domain holds, no Committed_AS. Only the columns before the first one with blanks in it are read.
struct XentopImporter: TraceImporter {
  static let format = TraceFormat(name: "xentop", summary: "xentop -b, with --step and --host")

  private let step: SimDuration?
  private var hosts: HostChoice
  private var pass: Int64 = -1
  private var isTaken = false
  private var memory: Int?

  init(_ options: ImportOptions) {
    step = options.step
    hosts = HostChoice(options)
  }

  static func recognises(_ head: TraceHead) -> Bool {
    head.lines.prefix(3).contains {
      $0.contains("NAME") && $0.contains("STATE") && $0.contains("MEM(k)")
    }
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let words = line.words()
    guard let name = words.first else { return }
    if name.text == "NAME" {
      memory = words.firstIndex { $0.text == "MEM(k)" }
      (pass, isTaken) = (pass + 1, false)
      intake.understood.names = words.map(\.text)
      intake.declare("MEM(k)", as: .used)
      return
    }
    if line.contains("xentop - ") || line.contains("domains:") || line.contains(" total, ") {
      return
    }
    guard let memory else { throw line.fault("a row without a header line before it") }
    guard try hosts.takes(name.text, at: name, &intake) else { return }
    guard let step else { throw line.fault("xentop tells no times: give --step, what its -d was") }
    guard words.count > memory + 1 else {
      throw line.fault("\(words.count) fields: the line seems cut off")
    }
    if isTaken { throw name.fault("a second \(quoted(name.text)) in one pass") }
    isTaken = true
    var row = TraceRow()
    row.time = try step.times(pass, at: name)
    row[.used] = try words[memory].memory("MEM(k)", unit: 1_024)
    try intake.emit(&row, at: name)
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
  }
}
