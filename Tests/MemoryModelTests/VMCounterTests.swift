import Testing

@testable import MemoryModel

@Suite("Counters of a kernel")
struct VMCounterTests {
  @Test("There is room for every counter, and none shares it with another")
  func places() {
    var counters = VMCounters()
    #expect(counters.values.count == VMCounter.allCases.count)

    for (value, counter) in VMCounter.allCases.enumerated() { counters[counter] = Int64(value) }

    #expect(VMCounter.allCases.map { counters[$0] } == VMCounter.allCases.indices.map(Int64.init))
    #expect(counters != VMCounters())
  }
}
