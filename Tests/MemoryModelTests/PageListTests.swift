import SimulationEngine
import Testing
import Units

@testable import MemoryModel

/// A list as a ring with holes beside a plain array.
@Suite("Lists of pages")
struct PageListTests {
  @Test("Pages come and go at both ends and from the middle as in an array")
  func asInAnArray() {
    for seed in UInt64(0)..<8 {
      var random = RandomStream(seed: seed, purpose: "list")
      let pages = 1 + Int(random.below(1_000))
      let records = UnsafeMutablePointer<PageRecord>.allocate(capacity: pages + 1)
      records.initialize(repeating: PageRecord(place: 0, state: []), count: pages + 1)
      defer { records.deallocate() }
      var taken: [UInt32] = Array(repeating: 0, count: 32)
      var list = PageList()
      var oldestFirst: [UInt32] = []
      var absent = Array(UInt32(1)...UInt32(pages))

      for step in 0..<20_000 {
        switch random.below(5) {
        case 0, 1:
          if absent.isEmpty { break }
          let page = absent.remove(at: Int(random.below(UInt64(absent.count))))
          list.append(page, records)
          oldestFirst.append(page)
        case 2:
          if absent.isEmpty { break }
          let page = absent.removeLast()
          list.appendOldest(page, records)
          oldestFirst.insert(page, at: 0)
        case 3:
          if oldestFirst.isEmpty { break }
          let page = oldestFirst.remove(at: Int(random.below(UInt64(oldestFirst.count))))
          list.remove(at: records[Int(page)].place)
          absent.append(page)
        default:
          let count = min(Int(random.below(5)), oldestFirst.count)
          list.takeOldest(count, into: &taken, records)
          let expected = Array(oldestFirst.prefix(count))
          #expect(Array(taken.prefix(count)) == expected, "seed \(seed), step \(step)")
          oldestFirst.removeFirst(count)
          absent += expected
        }
        guard step % 100 == 0 else { continue }
        let found = list.all
        #expect(found == oldestFirst, "seed \(seed), step \(step)")
        let atTheirPlaces = found.filter { list.page(at: records[Int($0)].place) == $0 }
        #expect(atTheirPlaces == found, "seed \(seed), step \(step)")
      }
    }
  }
}
