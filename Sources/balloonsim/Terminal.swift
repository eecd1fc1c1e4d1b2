import Foundation
import Text

/// What is known of where output goes.
enum Terminal {
  /// The width of the terminal on standard output, in characters; nothing if it is no terminal.
  static var width: Int? { width(of: STDOUT_FILENO) }

  /// The width of the terminal on an open file, in characters; nothing if it is no terminal.
  static func width(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else { return nil }
    return Int(size.ws_col)
  }

  /// Whether a progress bar makes sense: standard error is a terminal.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// Draws a line over the last one on standard error; an empty one removes it.
  ///
  /// A terminal that takes no control codes, `TERM=dumb`, has the rest of the line covered with spaces.
  static func redraw(_ line: String) {
    if ProcessInfo.processInfo.environment["TERM"] == "dumb" {
      let room = (width(of: STDERR_FILENO) ?? 80) - 1 - line.count
      let rest = String(repeating: " ", count: max(0, room))
      draw("\r\(TerminalText.line(line))\(rest)" + (line.isEmpty ? "\r" : ""))
    } else {
      draw("\r\(TerminalText.line(line))\u{1B}[K")
    }
  }
}

/// Writes control codes of our own to standard error.
private func draw(_ text: String) { _ = write(text, to: STDERR_FILENO) }

/// Opens something in place of each standard stream that is closed, so that no file takes its place and is
/// written to by mistake. What is opened can be neither read nor written: using it is an error.
func fillClosedStreams() {
  for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
    _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}

/// Writes data to standard output, at once.
func put(_ text: String, terminator: String = "\n") throws(OutputError) {
  guard let reason = write(TerminalText.lines(text) + terminator, to: STDOUT_FILENO) else { return }
  throw .cannotWrite(path: "standard output", reason: reason)
}

/// Writes JSON to standard output.
func put(_ json: JSON) throws(OutputError) { try put(json.text) }

/// Writes a sentence to standard error, on one line: names in it may be anybody's.
func note(sentence: String) { note(TerminalText.line(sentence)) }

/// Writes a message to standard error; if even that fails there is nowhere to say so.
func note(_ text: String, terminator: String = "\n") {
  _ = write(TerminalText.lines(text) + terminator, to: STDERR_FILENO)
}

/// Writes all of a text; returns why it could not.
private func write(_ text: String, to descriptor: Int32) -> String? {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      return String(cString: strerror(errno))
    }
    rest = rest.dropFirst(count)
  }
  return nil
}
