import CPrefetch
import Glibc

/// The records of all pages of a guest, and the four LRU lists of those in memory.
///
/// Two anonymous mappings that grow by copying; what was never used takes no memory of the simulator's machine.
/// Memory: 8 bytes a page that was ever touched, 4 more for one that was ever stored outside, and what its list takes.
/// The only place with page pointers.
package struct PageTable: ~Copyable {
  /// The records by the pages' numbers.
  package private(set) var records: UnsafeMutablePointer<PageRecord>
  /// Where copies of pages are: the slot of one in swap or in the swap cache, the handle in cleancache of a file page that
  /// was evicted and put. Apart from the records, which are looked at far more often.
  private(set) var copies: UnsafeMutablePointer<UInt32>
  /// The number behind the last page, and behind the last that there is room for.
  private(set) var count: Int
  private var room: Int
  private let lists: UnsafeMutablePointer<PageList>
  /// Pages that reclaim has taken from a list and is looking at.
  private let taken: UnsafeMutablePointer<UInt32>
  private static var batch: Int { 32 }

  /// The number of the first page; 0 is none.
  package static var firstPage: Int { 4 }

  /// A table of `pages` untouched pages, and address space for `room` more, which then come without copying.
  package init(pages: Int, room: Int = 0) {
    count = Self.firstPage + pages
    self.room = count + room
    records = Self.map(self.room, isHuge: true)
    copies = Self.map(self.room, isHuge: false)
    taken = .allocate(capacity: Self.batch)
    lists = .allocate(capacity: LRUList.allCases.count)
    for list in LRUList.allCases { (lists + list.rawValue).initialize(to: PageList()) }
  }

  deinit {
    Self.unmap(records, room)
    Self.unmap(copies, room)
    lists.deinitialize(count: LRUList.allCases.count)
    lists.deallocate()
    taken.deallocate()
  }

  /// The size of a huge page of the machine.
  private static var hugePage: Int { 2 << 20 }

  /// Bytes of a mapping for `count` elements: whole huge pages.
  private static func bytes<Element>(_ count: Int, of: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + hugePage - 1) / hugePage * hugePage
  }

  /// `count` elements of zero bytes that take memory only where they are written, huge pages of it if `isHuge`.
  private static func map<Element: BitwiseCopyable>(
    _ count: Int, isHuge: Bool
  ) -> UnsafeMutablePointer<Element> {
    let bytes = bytes(count, of: Element.self)
    // Larger by a huge page, so that one can begin where it begins; what is too much is given back.
    let length = bytes + hugePage
    let mapping = mmap(
      nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapping, mapping != MAP_FAILED else {
      preconditionFailure("no address space for \(bytes) bytes of a page table")
    }
    let start = mapping.alignedUp(toMultipleOf: hugePage)
    if start > mapping { munmap(mapping, start - mapping) }
    munmap(start + bytes, mapping + length - (start + bytes))
    if isHuge { madvise(start, bytes, MADV_HUGEPAGE) }
    return start.assumingMemoryBound(to: Element.self)
  }

  /// Takes back what `map` gave.
  private static func unmap<Element>(_ elements: UnsafeMutablePointer<Element>, _ count: Int) {
    munmap(elements, bytes(count, of: Element.self))
  }

  /// Makes room for `pages` pages in all; those added are untouched. At times O(pages there are).
  @inline(__always)
  mutating func grow(toPages pages: Int) {
    if pages > count &- Self.firstPage { growTable(toPages: pages) }
  }

  private mutating func growTable(toPages pages: Int) {
    let wanted = Self.firstPage + pages
    precondition(wanted < 1 << 31, "more than 2^31 pages in one guest")
    if wanted > room {
      let more = max(wanted, count + count / 2)
      records = Self.moved(records, count, from: room, to: more, isHuge: true)
      copies = Self.moved(copies, count, from: room, to: more, isHuge: false)
      room = more
    }
    count = wanted
  }

  private static func moved<Element: BitwiseCopyable>(
    _ elements: UnsafeMutablePointer<Element>, _ count: Int, from room: Int, to more: Int,
    isHuge: Bool
  ) -> UnsafeMutablePointer<Element> {
    let larger: UnsafeMutablePointer<Element> = map(more, isHuge: isHuge)
    larger.update(from: elements, count: count)
    unmap(elements, room)
    return larger
  }

  /// Lets the processor fetch a page's record, so that it is near when it is looked at.
  @inline(__always)
  func prefetch(_ page: UInt32) { cacheLinePrefetch(records + Int(page)) }

  /// Lets the processor fetch where a page's copy is.
  @inline(__always)
  func prefetchCopy(_ page: UInt32) { cacheLinePrefetch(copies + Int(page)) }

  /// Takes a page out of `list`, on which it is.
  @inline(__always)
  package func remove(_ page: UInt32, from list: LRUList) {
    lists[list.rawValue].remove(at: records[Int(page)].place)
  }

  /// isolate_lru_pages(): takes the oldest pages out of `list`, which must have them: up to `count`, oldest first.
  ///
  /// They are good until the next call. A batch leaves its list before it is looked at.
  @inline(__always)
  package func takeOldest(_ count: Int, from list: LRUList) -> UnsafeBufferPointer<UInt32> {
    let size = min(count, Self.batch)
    lists[list.rawValue].takeOldest(size, into: taken, records)
    return UnsafeBufferPointer(start: taken, count: size)
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
  func pages(of list: LRUList) -> [UInt32] { lists[list.rawValue].all }

  /// Whether a page stands in `list` where its record says.
  func isListed(_ page: UInt32, in list: LRUList) -> Bool {
    lists[list.rawValue].page(at: records[Int(page)].place) == page
  }
}

/// The four lists that reclaim works on, in the order in which it visits them.
///
/// Source: Docs/kernel.md 6.1 and 6.6.
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
