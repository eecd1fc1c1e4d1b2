import Foundation
import Simulation
import Text

/// What every command needs of the system, looked at before it begins.
///
/// Libraries start threads of their own, and neither they nor the language's runtime go on, or say why, without a thread, a
/// file or memory. So a process that has almost nothing is refused with a sentence.
enum ProcessLimits {
  /// Files that can be opened besides those that are open: the database with its log and index, one more database, an
  /// output, what gnuplot reads and writes, and what Dispatch keeps.
  static let files = 20
  /// Addresses: stacks of threads and their heaps, SQLite's memory.
  static let addresses = 128 << 20

  /// Refuses to begin with too little.
  static func check() throws(Failure) {
    let copies = (0..<files).map { _ in fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) }
    for copy in copies where copy >= 0 { close(copy) }
    if copies.contains(where: { $0 < 0 }) {
      throw Failure(
        .cannotCreate, "\(files) files must be open at once, and ulimit -n allows fewer")
    }
    let left = MemoryLimit.addresses.bytes
    if left < addresses {
      throw Failure(
        .cannotCreate,
        "\(text(addresses)) of addresses are needed, and ulimit leaves \(text(left))")
    }
    if !startThread({}) {
      throw Failure(.cannotCreate, "no thread can be started: the limit of processes is reached")
    }
  }

  private static func text(_ bytes: Int) -> String { UnitScale.text(Double(bytes), unit: "bytes") }
}
