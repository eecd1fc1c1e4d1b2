import Foundation
import Traces
import Units

/// What libFuzzer calls with each input: bytes as a file of the format in BALLOONSIM_FUZZ_FORMAT.
///
/// The last byte chooses the options. An input may be read or refused with a place; anything else is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTrace(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count > 0 else { return 0 }
  let choice = Int(start[count - 1])
  let bytes = Array(UnsafeBufferPointer(start: start, count: count - 1))
  do {
    let trace = try TraceReader.read(bytes: bytes, file: "f", options: options(choice))
    let times = trace.samples.map(\.at)
    precondition(times.first == .zero, "the first sample is not at zero")
    precondition(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "times do not rise")
    precondition(
      trace.samples.allSatisfy { (0...1 << 38).contains($0.committed.pages) }, "out of range")
    precondition(trace.provenance.rows == trace.samples.count, "rows are not counted")
    precondition(!trace.provenance.facts.isEmpty, "nothing was understood")
  } catch {
    precondition(error.line >= 1 && error.column >= 1, "a problem without a place: \(error)")
    precondition(!error.message.isEmpty, "a problem without a sentence")
  }
  return 0
}

/// The format under test; nothing: recognised by content.
private let format = ProcessInfo.processInfo.environment["BALLOONSIM_FUZZ_FORMAT"]

/// One of the combinations of options: most have to be given for some format to go beyond its first lines.
private func options(_ choice: Int) -> ImportOptions {
  var options = ImportOptions()
  options.format = format
  let sources = [nil] + CommittedSource.allCases.map(Optional.some)
  options.committedFrom = sources[choice & 7 < sources.count ? choice & 7 : 0]
  options.gaps = GapRule.allCases[choice >> 3 & 3 < 3 ? choice >> 3 & 3 : 0]
  if choice & 0x20 != 0 { (options.memory, options.step) = (1 << 20, .seconds(1)) }
  if choice & 0x40 != 0 { options.host = "vm" }
  if choice & 0x80 != 0 { (options.committedColumn, options.unit) = ("value", .mebibytes) }
  return options
}
