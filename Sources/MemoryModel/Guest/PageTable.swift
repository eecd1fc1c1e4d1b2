import CPrefetch
import Glibc

/// The records of all pages of a guest, and the four LRU lists through them.
///
/// One anonymous mapping that grows by copying; records that were never used take no memory of the
/// simulator's machine. Memory: 16 bytes a page that was ever touched. Lists are linked by index; their
/// heads are the first four records, in a small page of the machine before the huge ones that hold the others: a table
/// of which nothing is used takes 4 KiB. The only place with page pointers.
package struct PageTable: ~Copyable {
  /// The records, list heads first.
  package private(set) var records: UnsafeMutablePointer<PageRecord>
  /// How many records there are, list heads included.
  private(set) var count: Int
  private var mappedBytes: Int
  /// Which pages came to the heads of the two file lists, so that reclaim can fetch ahead.
  private var inactiveArrivals: ArrivalLog
  private var activeArrivals: ArrivalLog

  /// How many records are the heads of lists.
  package static var heads: Int { LRUList.allCases.count }

  /// A table of `pages` untouched pages, and address space for `room` more, which then come without copying.
  ///
  /// `filePages` of them may be on the file lists, `listed` at a time.
  package init(pages: Int, room: Int = 0, filePages: Int, listed: Int) {
    inactiveArrivals = ArrivalLog(pages: filePages, listed: listed)
    activeArrivals = ArrivalLog(pages: filePages, listed: listed)
    count = Self.heads + pages
    mappedBytes = Self.bytes(for: count + room)
    records = Self.map(mappedBytes)
    for list in LRUList.allCases {
      let head = UInt32(list.rawValue)
      records[list.rawValue] = PageRecord(previous: head, next: head, extra: 0, state: [])
    }
  }

  deinit { Self.unmap(records, mappedBytes) }

  /// The size of a huge page of the machine, and of a small one.
  private static var hugePage: Int { 2 << 20 }
  private static var smallPage: Int { 4 << 10 }
  /// Bytes of the list heads, which lie at the end of a small page.
  private static var headBytes: Int { heads * MemoryLayout<PageRecord>.stride }

  /// Bytes of a mapping for `count` records: a small page for the heads, then whole huge pages.
  private static func bytes(for count: Int) -> Int {
    let records = (count - heads) * MemoryLayout<PageRecord>.stride
    return smallPage + (records + hugePage - 1) / hugePage * hugePage
  }

  /// A mapping of zero bytes that takes memory only where it is written; its heads are at the end of its first page.
  private static func map(_ bytes: Int) -> UnsafeMutablePointer<PageRecord> {
    // Larger by a huge page, so that one can begin behind the small one; what is too much is given back.
    let length = bytes + hugePage
    let mapping = mmap(
      nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapping, mapping != MAP_FAILED else {
      preconditionFailure("no address space for \(bytes) bytes of page records")
    }
    let firstHuge = (mapping + smallPage).alignedUp(toMultipleOf: hugePage)
    let start = firstHuge - smallPage
    if start > mapping { munmap(mapping, start - mapping) }
    munmap(start + bytes, mapping + length - (start + bytes))
    madvise(firstHuge, bytes - smallPage, MADV_HUGEPAGE)
    return (firstHuge - headBytes).assumingMemoryBound(to: PageRecord.self)
  }

  /// Takes back what `map` gave.
  private static func unmap(_ records: UnsafeMutablePointer<PageRecord>, _ bytes: Int) {
    munmap(UnsafeMutableRawPointer(records) + headBytes - smallPage, bytes)
  }

  /// Makes room for `pages` pages in all; those added are untouched. At times O(pages there are).
  @inline(__always)
  mutating func grow(toPages pages: Int) {
    if pages > count &- Self.heads { growTable(toPages: pages) }
  }

  private mutating func growTable(toPages pages: Int) {
    let wanted = Self.heads + pages
    precondition(wanted < 1 << 31, "more than 2^31 pages in one guest")
    let bytes = Self.bytes(for: max(wanted, count + count / 2))
    if bytes > mappedBytes {
      let larger = Self.map(bytes)
      larger.update(from: records, count: count)
      Self.unmap(records, mappedBytes)
      records = larger
      mappedBytes = bytes
    }
    count = wanted
  }

  /// Lets the processor fetch a page's record, so that it is near when it is looked at.
  @inline(__always)
  func prefetch(_ page: UInt32) { cacheLinePrefetch(records + Int(page)) }

  /// Lets the processor fetch the records that reclaim comes to after file page `page` of `list`.
  ///
  /// Every record that reclaim looks at leads to the next, so that it would wait for each of them in turn.
  @inline(__always)
  mutating func prefetchYounger(than page: UInt32, _ list: LRUList) {
    let arrival = records[Int(page)].extra
    if list == .activeFile {
      activeArrivals.prefetch(after: arrival, records)
    } else {
      inactiveArrivals.prefetch(after: arrival, records)
    }
  }

  /// The page at the tail of `list`; the list's own head if it is empty.
  package func tail(of list: LRUList) -> UInt32 { records[list.rawValue].previous }

  /// Takes a page out of its list.
  @inline(__always)
  package func unlink(_ page: UInt32) {
    let (previous, next) = (records[Int(page)].previous, records[Int(page)].next)
    records[Int(previous)].next = next
    records[Int(next)].previous = previous
  }

  /// Puts a page at the head of `list`, where the youngest are.
  @inline(__always)
  package mutating func pushHead(_ page: UInt32, _ list: LRUList) {
    let head = list.rawValue
    let next = records[head].next
    records[Int(page)].previous = UInt32(head)
    records[Int(page)].next = next
    records[Int(next)].previous = page
    records[head].next = page
    if list == .activeFile {
      records[Int(page)].extra = activeArrivals.append(page)
    } else if list == .inactiveFile {
      records[Int(page)].extra = inactiveArrivals.append(page)
    }
  }

  /// Puts a page at the tail of `list`, where reclaim looks first.
  func pushTail(_ page: UInt32, _ list: LRUList) {
    let head = list.rawValue
    let previous = records[head].previous
    records[Int(page)].previous = previous
    records[Int(page)].next = UInt32(head)
    records[Int(previous)].next = page
    records[head].previous = page
  }
}

/// The four lists that reclaim works on, in the order in which it visits them.
///
/// Source: facts 6.1 and 6.6. The raw value is the place of the list's head in the page table.
package enum LRUList: Int, CaseIterable {
  case inactiveAnon, activeAnon, inactiveFile, activeFile

  /// The list on which a page in `state` is.
  @inline(__always)
  init(_ state: PageState) {
    let isFile = state.rawValue & PageState.file.rawValue != 0
    let isActive = state.rawValue & PageState.active.rawValue != 0
    self =
      isFile ? (isActive ? .activeFile : .inactiveFile) : (isActive ? .activeAnon : .inactiveAnon)
  }

  /// Whether the list holds file pages.
  var isFile: Bool { rawValue >= 2 }
  /// Whether the list is an active one.
  var isActive: Bool { rawValue & 1 == 1 }
}

/// One number for each LRU list.
struct PerList: Equatable {
  var inactiveAnon = 0
  var activeAnon = 0
  var inactiveFile = 0
  var activeFile = 0

  /// The number of `list`.
  subscript(list: LRUList) -> Int {
    @inline(__always) get {
      switch list {
      case .inactiveAnon: inactiveAnon
      case .activeAnon: activeAnon
      case .inactiveFile: inactiveFile
      case .activeFile: activeFile
      }
    }
    @inline(__always) set {
      switch list {
      case .inactiveAnon: inactiveAnon = newValue
      case .activeAnon: activeAnon = newValue
      case .inactiveFile: inactiveFile = newValue
      case .activeFile: activeFile = newValue
      }
    }
  }

  var anon: Int { inactiveAnon + activeAnon }
  var file: Int { inactiveFile + activeFile }
}
