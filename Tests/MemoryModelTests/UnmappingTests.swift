import SimulationEngine
import Testing
import Units

@testable import MemoryModel

@Suite("Unmapping")
struct UnmappingTests {
  @Test("Mapping and unmapping the newest first is a stack of sizes, whatever of them is touched")
  func newestFirstIsAStack() {
    for seed in UInt64(0)..<50 {
      var random = RandomStream(seed: seed, purpose: "unmapping")
      var machine = Machine()
      var stack: [(size: Int, touched: Int)] = []

      for _ in 0..<200 {
        let pages = 1 + Int(random.below(300))
        switch random.below(3) {
        case 0:
          machine.kernel.map(PageCount(pages), cpu: 0)
          stack.append((pages, 0))
        case 1:
          // The newest region with room is touched first.
          let done = machine.kernel.touch(
            PageCount(pages), budget: Machine.unlimited, &machine.host)
          var left = pages
          for index in stack.indices.reversed() {
            let more = min(left, stack[index].size - stack[index].touched)
            stack[index].touched += more
            left -= more
          }
          #expect(done == PageCount(pages - left), "seed \(seed)")
          machine.wait()
        default:
          machine.kernel.unmap(PageCount(pages), order: .newestFirst, cpu: 0, &machine.host)
          var left = pages
          while left > 0, let newest = stack.popLast() {
            let rest = newest.size - min(left, newest.size)
            left -= newest.size - rest
            if rest > 0 { stack.append((rest, min(newest.touched, rest))) }
          }
        }
        machine.kernel.checkInvariants(machine.host)
      }

      let kept = machine.kernel.regions.regions.indices.map { machine.kernel.regions.regions[$0] }
      #expect(kept.map(\.size) == stack.map(\.size), "seed \(seed)")
      #expect(kept.map(\.touched) == stack.map(\.touched), "seed \(seed)")
      #expect(machine.kernel.mapped.pages == stack.reduce(0) { $0 + $1.size }, "seed \(seed)")
      machine.kernel.checkEveryPage()
    }
  }
}
