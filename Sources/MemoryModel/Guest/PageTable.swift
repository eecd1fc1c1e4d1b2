import CPrefetch
import Glibc

/// The records of all pages of a guest, and the four LRU lists of those in memory.
///
/// One anonymous mapping that grows by copying; records that were never used take no memory of the
/// simulator's machine. Memory: 12 bytes a page that was ever touched, and what its list takes. The only place with page pointers.
package struct PageTable: ~Copyable {
  /// The records by the pages' numbers.
  package private(set) var records: UnsafeMutablePointer<PageRecord>
  /// The number behind the last page.
  private(set) var count: Int
  private var mappedBytes: Int
  private let lists: UnsafeMutablePointer<PageList>

  /// The number of the first page; 0 is none.
  package static var firstPage: Int { 4 }

  /// A table of `pages` untouched pages, and address space for `room` more, which then come without copying.
  package init(pages: Int, room: Int = 0) {
    count = Self.firstPage + pages
    mappedBytes = Self.bytes(for: count + room)
    records = Self.map(mappedBytes)
    lists = .allocate(capacity: LRUList.allCases.count)
    for list in LRUList.allCases { (lists + list.rawValue).initialize(to: PageList()) }
  }

  deinit {
    munmap(records, mappedBytes)
    lists.deinitialize(count: LRUList.allCases.count)
    lists.deallocate()
  }

  /// The size of a huge page of the machine.
  private static var hugePage: Int { 2 << 20 }

  /// Bytes of a mapping for `count` records: whole huge pages.
  private static func bytes(for count: Int) -> Int {
    (count * MemoryLayout<PageRecord>.stride + hugePage - 1) / hugePage * hugePage
  }

  /// A mapping of zero bytes that takes memory only where it is written.
  private static func map(_ bytes: Int) -> UnsafeMutablePointer<PageRecord> {
    // Larger by a huge page, so that one can begin where it begins; what is too much is given back.
    let length = bytes + hugePage
    let mapping = mmap(
      nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapping, mapping != MAP_FAILED else {
      preconditionFailure("no address space for \(bytes) bytes of page records")
    }
    let start = mapping.alignedUp(toMultipleOf: hugePage)
    if start > mapping { munmap(mapping, start - mapping) }
    munmap(start + bytes, mapping + length - (start + bytes))
    madvise(start, bytes, MADV_HUGEPAGE)
    return start.assumingMemoryBound(to: PageRecord.self)
  }

  /// Makes room for `pages` pages in all; those added are untouched. At times O(pages there are).
  @inline(__always)
  mutating func grow(toPages pages: Int) {
    if pages > count &- Self.firstPage { growTable(toPages: pages) }
  }

  private mutating func growTable(toPages pages: Int) {
    let wanted = Self.firstPage + pages
    precondition(wanted < 1 << 31, "more than 2^31 pages in one guest")
    let bytes = Self.bytes(for: max(wanted, count + count / 2))
    if bytes > mappedBytes {
      let larger = Self.map(bytes)
      larger.update(from: records, count: count)
      munmap(records, mappedBytes)
      records = larger
      mappedBytes = bytes
    }
    count = wanted
  }

  /// Lets the processor fetch a page's record, so that it is near when it is looked at.
  @inline(__always)
  func prefetch(_ page: UInt32) { cacheLinePrefetch(records + Int(page)) }

  /// Takes a page out of `list`, on which it is.
  @inline(__always)
  package func remove(_ page: UInt32, from list: LRUList) {
    lists[list.rawValue].remove(at: records[Int(page)].place)
  }

  /// Takes the oldest page out of `list`, which must have one.
  @inline(__always)
  package func removeOldest(from list: LRUList) -> UInt32 {
    lists[list.rawValue].removeOldest(records)
  }

  /// Puts a page at the head of `list`, where the youngest are.
  @inline(__always)
  package func pushHead(_ page: UInt32, _ list: LRUList) {
    lists[list.rawValue].append(page, records)
  }

  /// Puts a page at the tail of `list`, where reclaim looks first.
  func pushTail(_ page: UInt32, _ list: LRUList) {
    lists[list.rawValue].appendOldest(page, records)
  }

  /// The pages of `list`, oldest first. O(pages): for tests.
  func pages(of list: LRUList) -> [UInt32] {
    var found: [UInt32] = []
    lists[list.rawValue].forEach { found.append($0) }
    return found
  }

  /// How many pages `list` has.
  func count(of list: LRUList) -> Int { lists[list.rawValue].count }

  /// Whether a page stands in `list` where its record says.
  func isListed(_ page: UInt32, in list: LRUList) -> Bool {
    lists[list.rawValue].page(at: records[Int(page)].place) == page
  }
}

/// The four lists that reclaim works on, in the order in which it visits them.
///
/// Source: facts 6.1 and 6.6.
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
