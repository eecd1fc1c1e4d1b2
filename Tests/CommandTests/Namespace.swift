import Foundation

/// A mount namespace of one's own: where the system lets us have one, a test can make a small disk.
enum Namespace {
  private static let command = "unshare --mount --map-root-user"

  /// Whether the system lets us.
  static let isThere: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "\(command) mount -t tmpfs none /tmp 2> /dev/null"]
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// A script that sees the empty folder `disk` as a disk of 400 KiB.
  static func script(_ script: String) -> String {
    """
    mkdir disk && \(command) sh -c '
    mount -t tmpfs -o size=400k none disk || exit 99
    \(script)
    '
    """
  }
}
