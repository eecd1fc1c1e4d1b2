public import Units

/// What a reader of a file has been read ahead: a window that grows while it reads on, and a mark in it.
///
/// Reading the marked page starts the read of the next window, so that data comes while the reader uses what it has.
/// Source: Linux 4.19, mm/readahead.c, ondemand_readahead(), for reads of one page; a stream that is recognised only by
/// the pages around it (try_context_readahead) or by the mark of another reader is read as if at random.
public struct FileReadAhead: Sendable {
  /// The first page of the file set and the one behind its last.
  let file: Range<Int>
  /// The largest window in pages; 0: no read-ahead.
  let largest: Int
  /// The window: its first page counted from the start of the file, its length, and how long its part from the mark
  /// on is.
  private var start = 0
  private var size = 0
  private var markedSize = 0
  /// When the pages of the window are there, and those of the window before.
  private var readyAt = SimTime.zero
  private var previousReadyAt = SimTime.zero

  /// No read-ahead.
  public static let none = FileReadAhead(firstPage: 0, pages: .zero, largest: .zero)

  /// A reader of `pages` pages from `firstPage` on, with windows of up to `largest` pages (Linux: 32).
  public init(firstPage: UInt32, pages: PageCount, largest: PageCount) {
    file = Int(firstPage)..<Int(firstPage) + pages.pages
    self.largest = largest.pages
  }

  /// ondemand_readahead(), at a miss: the pages to be read with `page`; none if it is read at random.
  ///
  /// `previous` is the page read before.
  mutating func windowOfMiss(at page: UInt32, previous: UInt32) -> Range<Int> {
    let offset = Int(page) - file.lowerBound
    if offset > 0 && size > 0 && (offset == mark || offset == start + size) {
      advance()
    } else if offset == 0 || page == previous || page == previous &+ 1 {
      start = offset
      size = largest >= 32 ? 4 : largest >= 4 ? 2 : largest
      markedSize = max(size - 1, 1)
    } else {
      return 0..<0
    }
    if offset == start && size == markedSize {
      let more = nextSize
      markedSize = size + more <= largest ? more : largest / 2
      size = min(size + more, largest)
    }
    return window
  }

  /// ondemand_readahead(), at a hit: the next window, if `page` is the marked one.
  mutating func windowOfHit(at page: UInt32) -> Range<Int>? {
    guard size > 0, Int(page) - file.lowerBound == mark else { return nil }
    advance()
    return window
  }

  /// Notes when the pages of the window are there.
  mutating func note(readyAt time: SimTime) {
    previousReadyAt = readyAt
    readyAt = time
  }

  /// When `page`, which was read ahead, is there.
  func ready(_ page: UInt32) -> SimTime {
    Int(page) - file.lowerBound >= start ? readyAt : previousReadyAt
  }

  private var mark: Int { start + size - markedSize }

  /// get_next_ra_size(): the length of the next window.
  private var nextSize: Int { min(size < largest / 16 ? 4 * size : 2 * size, largest) }

  private mutating func advance() {
    let next = nextSize
    start += size
    size = next
    markedSize = next
  }

  private var window: Range<Int> {
    let first = min(file.lowerBound + start, file.upperBound)
    return first..<min(first + size, file.upperBound)
  }
}
