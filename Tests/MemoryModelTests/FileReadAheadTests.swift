import Testing
import Units

@testable import MemoryModel

/// File read-ahead (Linux 4.19, mm/readahead.c; Docs/kernel.md 4.7, 5.5 and 6.1).
@Suite("File read-ahead")
struct FileReadAheadTests {
  /// G1 and one reader of a file of `pages` pages, read ahead by up to `largest`.
  private struct Reader: ~Copyable {
    var machine: Machine
    var readAhead: FileReadAhead
    var last = UInt32.max

    init(pages: Int = 1_000, largest: Int = 32, cleancache: Bool = true) {
      machine = Machine {
        $0.fileSets = [(.pages(pages), 0)]
        $0.cleancache = cleancache
      }
      readAhead = FileReadAhead(
        firstPage: machine.kernel.firstPage(ofFileSet: 0), pages: .pages(pages),
        largest: .pages(largest))
    }

    /// Reads pages one by one, waiting where it must, and `pause` after each.
    mutating func read(_ offsets: some Sequence<Int>, pause: SimDuration = .zero) {
      let first = machine.kernel.firstPage(ofFileSet: 0)
      for offset in offsets {
        [first + UInt32(offset)].withUnsafeBufferPointer {
          _ = machine.kernel.accessFile(
            $0, last: &last, readAhead: &readAhead, disk: 0, budget: Machine.unlimited,
            &machine.host)
        }
        machine.wait(pause)
      }
    }

    /// Pages read from the disk so far.
    var reads: Int64 { machine.kernel.counters[.pgpgin] }
  }

  @Test("From the start of a file the windows are 4, 8, 16, 32, 32 pages, each read at a mark")
  func windows() {
    var reader = Reader()

    var reads: [Int64] = []
    for page in 0..<100 {
      reader.read([page])
      reads.append(reader.reads)
    }

    // Marks at 1, 4, 12, 28, 60 and 92.
    var expected: [Int64] = [4]
    for (mark, total) in [(1, 12), (4, 28), (12, 60), (28, 92), (60, 124), (92, 156)] {
      while expected.count < mark { expected.append(expected[expected.count - 1]) }
      expected.append(Int64(total))
    }
    while expected.count < 100 { expected.append(156) }
    #expect(reads == expected)
    #expect(reader.machine.kernel.counters[.fileRa] == 155)
    #expect(reader.machine.kernel.counters[.fileRaHit] == 99)
    reader.machine.check()
  }

  @Test("A read at random is alone; the page behind it opens a window of four")
  func random() {
    var reader = Reader()

    reader.read([500, 100, 700])
    let atRandom = reader.reads
    reader.read([701])
    let sequential = reader.reads
    reader.read([702])

    #expect(atRandom == 3)
    #expect(sequential == 3 + 4)
    // The mark is the second page of 701 to 704.
    #expect(reader.reads == 3 + 4 + 8)
  }

  @Test("Nothing is read beyond the end of the file")
  func end() {
    var reader = Reader(pages: 6)

    reader.read(0..<6)

    #expect(reader.reads == 6)
  }

  @Test("The reader waits for the first window, and not for later ones that came in time")
  func waits() {
    var reader = Reader(cleancache: false)

    reader.read([0])
    let first = reader.machine.kernel.counters[.stallDisk]
    // 1 ms between two reads: the next window, two pages of 9.1 us a channel, is long there.
    reader.read(1..<4, pause: .milliseconds(1))
    reader.read(4..<28, pause: .milliseconds(1))
    let later = reader.machine.kernel.counters[.stallDisk]

    #expect(first == 150_000)
    #expect(later == 150_000)
  }

  @Test("A reader that is faster than the disk waits for the window under way")
  func fastReader() {
    var reader = Reader(cleancache: false)

    reader.read(0..<5)

    // 4096 bytes at 450 MB/s: 9102 ns; eight pages on four channels are there 18204 ns after the read of page 1
    // began, and pages 1, 2 and 3 took 700 ns each.
    #expect(reader.machine.kernel.counters[.stallDisk] == 150_000 + 18_204 - 3 * 700)
    #expect(reader.reads == 4 + 8 + 16)
  }

  @Test("Pages that were read ahead are old: unread ones go first, and come back from cleancache")
  func unread() {
    var reader = Reader()
    reader.read([0])
    var pass = ReclaimPass(priority: 0, goal: 4, isKswapd: false, planned: PerList())

    reader.machine.kernel.shrinkInactive(.inactiveFile, 4, &pass, &reader.machine.host)
    let puts = reader.machine.kernel.counters[.cleancachePuts]
    reader.read([0])

    // The page that was asked for is looked at as the others are, read once only.
    #expect(pass.reclaimed == 4)
    #expect(puts == 4)
    #expect(reader.machine.kernel.counters[.cleancacheGets] == 4)
    #expect(reader.machine.kernel.counters[.workingsetRefault] == 4)
    #expect(reader.reads == 4)
    reader.machine.check()
  }

  @Test("Without read-ahead every page is read when it is asked for")
  func none() {
    var reader = Reader(largest: 0)

    reader.read(0..<50)

    #expect(reader.reads == 50)
    #expect(reader.machine.kernel.counters[.fileRa] == 0)
  }
}
