internal import CZlib
internal import Foundation

/// The bytes of a trace as they come, from a file, a pipe or memory: hashed as they are, gzip undone.
///
/// Memory stays the same however long the file is.
package final class TraceBytes {
  private let file: InputFile?
  private var memory: ArraySlice<UInt8>
  private let hash = SHA256()
  private var gzip: Gunzip?
  private var isStarted = false
  /// Why the file could not be read to its end.
  private(set) var failure: UnreadableFile?
  /// Why what was read is no trace: compressed data that are broken or of another kind.
  private(set) var fault: String?

  /// The bytes of `path`; `-` is standard input. A directory or a device (which may never end) is refused.
  init(path: String) throws(UnreadableFile) {
    memory = []
    file = try InputFile(path)
  }

  /// Bytes in memory.
  init(_ bytes: [UInt8]) {
    (file, memory) = (nil, bytes[...])
  }

  /// All bytes of a file, gzip undone.
  package static func contents(ofFile path: String) throws(UnreadableFile) -> [UInt8] {
    let bytes = try TraceBytes(path: path)
    var contents: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = bytes.read(into: chunk)
      if count == 0 { break }
      contents += chunk[..<count]
    }
    if let failure = bytes.failure { throw failure }
    if let fault = bytes.fault { throw UnreadableFile(path: path, reason: fault) }
    return contents
  }

  /// The SHA-256 of all bytes read so far as they were in the file, 64 hexadecimal digits.
  var sha256: String { hash.digits }

  /// Reads some bytes; zero at the end, or after a failure or a fault.
  func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    if !isStarted {
      isStarted = true
      var start = [UInt8](repeating: 0, count: 1 << 16)
      var count = 0
      while count < 6 {
        let more = start.withUnsafeMutableBytes {
          readRaw(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
        }
        if more == 0 { break }
        count += more
      }
      let beginning = start[..<count]
      if beginning.starts(with: [0x1F, 0x8B]) {
        gzip = Gunzip(beginning)
      } else {
        fault = Self.foreign(beginning)
        let taken = min(count, target.count)
        if taken < count { precondition(target.count >= 1 << 16, "a buffer is too small") }
        target.copyBytes(from: beginning)
        return fault == nil ? taken : 0
      }
    }
    guard fault == nil else { return 0 }
    guard let gzip else { return readRaw(into: target) }
    let count = gzip.read(into: target) { self.readRaw(into: $0) }
    fault = gzip.fault
    return count
  }

  /// What a beginning says that is no text.
  private static func foreign(_ bytes: ArraySlice<UInt8>) -> String? {
    let kinds: [([UInt8], String)] = [
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz: pipe it through `xz -dc`"),
      ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd: pipe it through `zstd -dc`"),
      ([0x42, 0x5A, 0x68], "compressed with bzip2: pipe it through `bzip2 -dc`"),
      (
        [0x96, 0xD5],
        "a file of sar itself: give what `sadf -d FILE -- -r` or `sar -r -f FILE` prints"
      ),
      (
        [0, 0, 0, 0x84, 0x50, 0x05, 0x26],
        "a PCP archive: give what `pmrep -a ARCHIVE -o csv mem.util.committed_AS mem.physmem` prints"
      ),
      ([0xFF, 0xFE], "UTF-16 text: turn it into UTF-8"),
      ([0xFE, 0xFF], "UTF-16 text: turn it into UTF-8"),
    ]
    return kinds.first { bytes.starts(with: $0.0) }?.1
  }

  private func readRaw(into target: UnsafeMutableRawBufferPointer) -> Int {
    let count: Int
    if let file {
      do throws(UnreadableFile) {
        count = try file.read(into: target)
      } catch {
        failure = error
        return 0
      }
    } else {
      count = min(memory.count, target.count)
      target.copyBytes(from: memory.prefix(count))
      memory = memory.dropFirst(count)
    }
    hash.update(UnsafeRawBufferPointer(rebasing: target[..<count]))
    return count
  }
}

/// Undoes gzip, also of several members one after another.
private final class Gunzip {
  private var stream = z_stream()
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var isWhole = false
  private(set) var fault: String?

  init(_ beginning: ArraySlice<UInt8>) {
    input.copyBytes(from: beginning)
    refill(beginning.count)
    // 15 bits of window; 16 more ask for gzip's own header (zlib.h, inflateInit2).
    let code = inflateInit2_(
      &stream, 31, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "inflateInit2: \(code)")
  }

  deinit {
    inflateEnd(&stream)
    input.deallocate()
  }

  private func refill(_ count: Int) {
    stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(count)
  }

  func read(
    into target: UnsafeMutableRawBufferPointer, more: (UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(clamping: target.count)
    let room = stream.avail_out
    while stream.avail_out == room {
      if stream.avail_in == 0 {
        let count = more(input)
        if count == 0 {
          if !isWhole { fault = "the gzip data end too early" }
          return 0
        }
        refill(count)
      }
      if isWhole {
        inflateReset(&stream)
        isWhole = false
      }
      switch inflate(&stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: isWhole = true
      default:
        fault = "the gzip data are damaged"
        return 0
      }
    }
    return Int(room - stream.avail_out)
  }
}
