import Foundation
import Recording

/// A run in which the program stopped itself, or was stopped by the processor.
struct StoppedRun: Error {
  /// The signal.
  var signal: Int32
}

/// Has a sweep go on after a run in which a check of the program fails.
///
/// Such a check ends the program by a signal, and what is in its memory then is not to be trusted. So the signal's handler
/// starts the program anew in its own place, with the same arguments and the key of that run in the environment; the run
/// fails with a message, and the others are made. The handler does nothing but copy the key and call execve, which POSIX allows
/// there; all that it needs is made before. A signal outside a run ends the program as ever.
enum StoppedRuns {
  private static let variable = "BALLOONSIM_STOPPED_RUNS"
  private static let signals = [SIGILL, SIGTRAP, SIGBUS, SIGSEGV, SIGABRT]
  /// How many runs may stop the program before one ends it.
  private static let limit = 1_000
  private static let keyLength = 64

  /// What a thread is simulating.
  private struct Slot {
    var thread: pthread_t
    var key: UnsafeMutablePointer<UInt8>
    var isInRun: Bool
  }
  nonisolated(unsafe) private static var slots: UnsafeMutablePointer<Slot>?
  nonisolated(unsafe) private static var slotCount = 0
  nonisolated(unsafe) private static var arguments:
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  nonisolated(unsafe) private static var environment:
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  /// Where the next key is to be written, in the variable's text.
  nonisolated(unsafe) private static var place: UnsafeMutablePointer<CChar>?
  private static let capacity = 1_100
  /// Held while a thread takes a slot.
  private static let claiming = NSLock()

  /// The runs in which this sweep stopped before, by their keys.
  static let known: [String: StoppedRun] = {
    let text = ProcessInfo.processInfo.environment[variable] ?? ""
    let entries = text.split(separator: ",").compactMap { entry -> (String, StoppedRun)? in
      let parts = entry.split(separator: ":")
      guard parts.count == 2, let signal = Int32(parts[1]) else { return nil }
      return (String(parts[0]), StoppedRun(signal: signal))
    }
    return Dictionary(entries) { $1 }
  }()

  /// Runs with those in which this sweep stopped at the end, where each fails once, however often it is started anew.
  static func knownLast(_ jobs: [SweepExecution.Job]) -> [SweepExecution.Job] {
    jobs.filter { known[$0.key] == nil } + jobs.filter { known[$0.key] != nil }
  }

  /// Catches the signals from now on, unless too many runs have stopped the program.
  static func watch() {
    guard known.count < limit, slots == nil else { return }
    slots = .allocate(capacity: capacity)
    arguments = CommandLine.unsafeArgv
    let text = "\(variable)=\(ProcessInfo.processInfo.environment[variable] ?? "")"
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + keyLength + 8)
    for (index, byte) in text.utf8.enumerated() { buffer[index] = CChar(bitPattern: byte) }
    place = buffer + text.utf8.count
    let others = ProcessInfo.processInfo.environment.filter { $0.key != variable }
    let all = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
      capacity: others.count + 2)
    for (index, pair) in others.enumerated() { all[index] = strdup("\(pair.key)=\(pair.value)") }
    all[others.count] = buffer
    all[others.count + 1] = nil
    environment = all
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { StoppedRuns.startAnew(after: $0) }
    // The signal must not be blocked in the program that takes this one's place.
    action.sa_flags = SA_NODEFER
    for signal in signals { sigaction(signal, &action, nil) }
  }

  /// Simulates the run with a key; the handler knows of it meanwhile.
  ///
  /// - Throws: `StoppedRun` if the program stopped in it before, or what `body` throws.
  static func guarding<T>(_ key: String, _ body: () throws -> T) throws -> T {
    if let stopped = known[key] { throw stopped }
    guard let slot = ownSlot() else { return try body() }
    for (index, byte) in key.utf8.prefix(keyLength).enumerated() { slot.pointee.key[index] = byte }
    slot.pointee.isInRun = key.utf8.count == keyLength
    defer { slot.pointee.isInRun = false }
    return try body()
  }

  /// The slot of this thread.
  private static func ownSlot() -> UnsafeMutablePointer<Slot>? {
    guard let slots else { return nil }
    let own = pthread_self()
    if let place = (0..<slotCount).first(where: { slots[$0].thread == own }) {
      return slots + place
    }
    claiming.lock()
    defer { claiming.unlock() }
    guard slotCount < capacity else { return nil }
    let slot = slots + slotCount
    slot.initialize(to: Slot(thread: own, key: .allocate(capacity: keyLength), isInRun: false))
    slotCount += 1
    return slot
  }

  /// The handler.
  private static func startAnew(after number: Int32) {
    let own = pthread_self()
    var index = 0
    while let slots, index < slotCount {
      let slot = slots[index]
      index += 1
      guard slot.thread == own, slot.isInRun, let place, let arguments, let environment else {
        continue
      }
      place[0] = 44  // ','
      for byte in 0..<keyLength { place[byte + 1] = CChar(bitPattern: slot.key[byte]) }
      place[keyLength + 1] = 58  // ':'
      place[keyLength + 2] = CChar(48 + number / 10)
      place[keyLength + 3] = CChar(48 + number % 10)
      place[keyLength + 4] = 0
      execve("/proc/self/exe", arguments, environment)
    }
    signal(number, SIG_DFL)
    raise(number)
  }
}
