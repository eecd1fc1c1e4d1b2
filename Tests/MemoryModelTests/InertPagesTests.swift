import SimulationEngine
import Testing
import Units

@testable import MemoryModel

/// Reads that change nothing are only counted: what a batch does must be what its accesses do one by one.
@Suite("Inert pages")
struct InertPagesTests {
  @Test("Of a batch just the reads of inert pages are left out, and writes never")
  func readsOfInertPages() {
    let inert = InertPages(count: 200)
    let pages = PageTable(pages: 200)
    inert.insert(5)
    inert.insert(64)
    inert.insert(130)
    inert.remove(130)

    let accesses: [UInt32] = [5, 6, 64, 5 | GuestKernel.writeBit, 130, 64, 199]
    let mask = inert.accessesToMake(accesses, count: accesses.count, pages, fetchesCopies: true)

    #expect(mask == 0b101_1010)
  }

  @Test("Batches leave the guest as single accesses do", arguments: KernelPolicy.allCases)
  func batches(kernel: KernelPolicy) {
    for seed in UInt64(0)..<4 {
      var random = RandomStream(seed: seed, purpose: "batches")
      var together = Self.machine(kernel)
      var alone = Self.machine(kernel)
      var last = (together: UInt32.max, alone: UInt32.max)
      let first = together.kernel.firstPage(ofFileSet: 0)

      for second in Int64(1)...60 {
        let batch = (0..<1 + Int(random.below(300))).map { _ -> UInt32 in
          let page = UInt32(random.below(random.below(2) == 0 ? 150 : UInt64(Self.filePages)))
          return (first + page) | (random.below(40) == 0 ? GuestKernel.writeBit : 0)
        }
        Self.access(batch, atOnce: batch.count, &together, &last.together)
        Self.access(batch, atOnce: 1, &alone, &last.alone)
        Self.tick(second, &together)
        Self.tick(second, &alone)

        #expect(Self.state(together) == Self.state(alone), "seed \(seed), second \(second)")
      }

      together.check()
      alone.check()
      #expect(together.kernel.counters[.workingsetRefault] > 100, "seed \(seed)")
      #expect(together.kernel.counters[.pgpgout] > 10, "seed \(seed)")
    }
  }

  private static let filePages = 1_200

  /// 16 MiB of which the kernel leaves 600 pages; nothing but disks takes time.
  private static func machine(_ kernel: KernelPolicy) -> Machine {
    Machine(memory: .mebibytes(16)) {
      $0.kernel.policy = kernel
      $0.fileSets = [(.pages(filePages), 0)]
      $0.cleancache = false
      for item in Costs.items { $0.kernel.costs[keyPath: item.path] = .zero }
      $0.kernelUnreclaimable = $0.zones.totalRAM - .pages(600)
    }
  }

  private static func access(
    _ batch: [UInt32], atOnce: Int, _ machine: inout Machine, _ last: inout UInt32
  ) {
    var done = 0
    while done < batch.count {
      let part = Array(batch[done..<min(done + atOnce, batch.count)])
      done += part.withUnsafeBufferPointer {
        machine.kernel.accessFile(
          $0, last: &last, disk: 0, budget: Machine.unlimited, &machine.host)
      }
      machine.wait()
      machine.runKswapd()
    }
  }

  /// Brings both machines to the same instant, and lets the flusher run every second one.
  private static func tick(_ second: Int64, _ machine: inout Machine) {
    machine.now = .zero + .nanoseconds(second * 1_000_000_000)
    machine.kernel.begin(at: machine.now)
    if second % 2 == 0 { _ = machine.kernel.flush(&machine.host) }
  }

  private struct State: Equatable {
    let lists: [[UInt32]]
    let states: [UInt32]
    let counts: [Int64]
  }

  private static func state(_ machine: borrowing Machine) -> State {
    let counters = machine.kernel.counters
    return State(
      lists: [.inactiveFile, .activeFile].map { machine.kernel.pages.pages(of: $0) },
      states: (PageTable.firstPage..<PageTable.firstPage + filePages).map {
        machine.kernel.pages.records[$0].state.rawValue
      },
      counts: [
        counters[.accesses], counters[.pgpgin], counters[.pgactivate], counters[.pgdeactivate],
        counters[.pgscanKswapd], counters[.pgstealKswapd], counters[.workingsetRefault],
        counters[.workingsetActivate], Int64(machine.kernel.free),
        Int64(machine.kernel.dirty.count),
      ])
  }
}
