import Policies
import Testing

@Suite("Hyper-V, the guest's half")
struct HyperVTests {
  @Test(
    "The floor is a base and a share of the guest's size, in five ranges",
    arguments: [
      (32_767, 18_431), (131_072, 43_008), (262_144, 59_392), (1_048_576, 124_928),
      (2_097_152, 190_464),
    ] as [(UInt64, UInt64)])
  func floor(totalRAM: UInt64, floor: UInt64) {
    #expect(HyperVGuest.floor(totalRAM: totalRAM) == floor)
  }

  @Test("The report adds the floor, the balloon, and what was plugged in but is not in use")
  func committed() {
    var guest = HyperVGuest.Sight(totalRAM: 262_144, committed: 100_000)
    #expect(HyperVGuest.committed(guest) == 159_392)

    guest.ballooned = 5_000
    guest.added = 300
    guest.onlined = 100
    #expect(HyperVGuest.committed(guest) == 159_392 + 5_000 + 200)

    guest.onlined = 400
    #expect(HyperVGuest.committed(guest) == 159_392 + 5_000)
  }

  @Test("For 45 calls nothing is reported")
  func delay() {
    var driver = HyperVGuest()
    let guest = HyperVGuest.Sight(totalRAM: 262_144, committed: 0, available: 7)

    let reports = (0..<46).map { _ in driver.report(guest) }

    #expect(reports.prefix(45).allSatisfy { $0 == nil })
    #expect(reports[45] == HyperVGuest.Report(available: 7, committed: 59_392))
  }

  @Test(
    "Of an order, what leaves the floor available is granted",
    arguments: [
      (100_000, 40_608, 40_608), (100_000, 40_609, 40_608), (59_392, 1, 0), (10, 100, 0),
      (100, 0, 0), (100_000, 0, 0), (-5, 3, 0),
    ] as [(Int64, UInt32, UInt32)])
  func granted(available: Int64, order: UInt32, granted: UInt32) {
    let guest = HyperVGuest.Sight(totalRAM: 262_144, committed: 0, available: available)

    #expect(HyperVGuest.granted(order, guest) == granted)
  }
}
