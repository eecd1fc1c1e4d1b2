import Testing
import Units

@testable import MemoryModel

@Suite("Invariants (kernel.md 9)")
struct InvariantTests {
  @Test("A guest and a host in which something happened pass")
  func soundMachinePasses() {
    var machine = Machine()

    machine.use(1_000)
    machine.kernel.unmap(.pages(10), order: .newestFirst, cpu: 0, &machine.host)

    machine.kernel.checkInvariants(machine.host)
    machine.host.checkInvariants()
    machine.kernel.checkEveryPage()
  }

  @Test("A free page too many, and a free page less than none, stop the program")
  func freePages() async {
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      machine.kernel.free += 1
      machine.kernel.checkInvariants(machine.host)
    }
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      // The sum is right.
      machine.kernel.sizes.activeFile += machine.kernel.free + 1
      machine.kernel.free = -1
      machine.kernel.checkInvariants(machine.host)
    }
  }

  @Test("A page that B, the zones or the host count differently stops the program")
  func balloonPages() async {
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      machine.kernel.balloon.current += 1
      machine.host.domains[0].ram += 1
      machine.kernel.checkInvariants(machine.host)
    }
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      machine.kernel.zones.adjustManaged(by: -1)
      machine.kernel.checkInvariants(machine.host)
    }
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      machine.host.domains[0].ram -= 1
      machine.kernel.checkInvariants(machine.host)
    }
  }

  @Test("A persistent page that the guest has not stored, or a commit without a region, stops it")
  func storedAndCommittedPages() async {
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      machine.host.domains[0].persistent += 1
      machine.kernel.checkInvariants(machine.host)
    }
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      machine.kernel.commit.add(1, cpu: 0)
      machine.kernel.checkInvariants(machine.host)
    }
  }

  @Test("A page of the host that is nobody's stops it")
  func hostPages() async {
    await #expect(processExitsWith: .failure) {
      var machine = Machine()
      machine.host.domains[0].data += 1
      machine.host.checkInvariants()
    }
  }
}
