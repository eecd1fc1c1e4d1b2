import Glibc

/// Page numbers that `zipfgen` wrote, 4 bytes each, in one buffer.
struct AccessStream: ~Copyable {
  let pages: UnsafeMutableBufferPointer<UInt32>

  /// The first `count` numbers of `file`, each raised by `offset`; an error if there are fewer.
  init(file: String, count: Int, offset: UInt32) throws(BenchmarkError) {
    let pages = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
    pages.initialize(repeating: 0)
    self.pages = pages
    guard let stream = fopen(file, "rb") else { throw .unreadable(file) }
    defer { fclose(stream) }
    guard fread(pages.baseAddress, 4, count, stream) == count else { throw .unreadable(file) }
    for index in pages.indices { pages[index] += offset }
  }

  deinit { pages.deallocate() }
}
