internal import Foundation

/// Reads what this machine says of its memory: /proc/meminfo, /proc/vmstat and, where it is there, /proc/pressure/memory.
///
/// The files are opened once and read anew for every sample. Source: proc(5), and the kernel's page on PSI.
final class MachineSampler {
  private var files: [(path: String, descriptor: Int32)] = []
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// Opens the files below `folder`.
  ///
  /// - Throws: `UnreadableFile` without meminfo.
  init(folder: String = "/proc") throws {
    for name in ["meminfo", "vmstat", "pressure/memory"] {
      let path = "\(folder)/\(name)"
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      if descriptor >= 0 {
        files.append((path, descriptor))
      } else if name == "meminfo" {
        throw UnreadableFile(path: path, reason: String(cString: strerror(errno)))
      }
    }
  }

  deinit { for file in files { close(file.descriptor) } }

  /// A sample of this moment, without its time.
  ///
  /// - Throws: `UnreadableFile` if meminfo cannot be read; what else cannot is missing from the sample.
  func sample() throws -> TraceRow {
    var row = TraceRow()
    for (place, file) in files.enumerated() {
      let count = pread(file.descriptor, &buffer, buffer.count, 0)
      if count < 0, place == 0 {
        throw UnreadableFile(path: file.path, reason: String(cString: strerror(errno)))
      }
      Self.parse(buffer[..<max(0, count)], into: &row)
    }
    return row
  }

  /// Reads `MemTotal:  24684084 kB`, `pgfault 17`, and `some avg10=0.00 avg60=0.00 avg300=0.00 total=12345`.
  static func parse(_ text: ArraySlice<UInt8>, into row: inout TraceRow) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = line.split { $0 == 0x20 || $0 == UInt8(ascii: ":") }
      guard words.count > 1, let first = words.first, let last = words.last else { continue }
      if first.elementsEqual("some".utf8) || first.elementsEqual("full".utf8) {
        let total = String(decoding: last, as: UTF8.self)
        guard total.hasPrefix("total="), let value = Int64(total.dropFirst(6)) else { continue }
        row[first.first == UInt8(ascii: "s") ? .someStalled : .allStalled] = value
      } else if let quantity = TraceQuantity.named(String(decoding: first, as: UTF8.self)),
        let value = Int64(String(decoding: words[1], as: UTF8.self)), value >= 0
      {
        row[quantity] = value
      }
    }
  }
}
