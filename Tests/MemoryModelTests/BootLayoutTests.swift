import MemoryModel
import Testing
import Units

@Suite("Page frames at boot")
struct BootLayoutTests {
  /// MiB, max_pfn, and for DMA, DMA32 and Normal spanned, present and managed, as recorded.
  static let recorded: [(Int, Int, [Int], [Int], [Int])] = [
    (256, 65_504, [4095, 61_408, 0], [3998, 61_408, 0], [3840, 51_815, 0]),
    (512, 131_040, [4095, 126_944, 0], [3998, 126_944, 0], [3840, 116_231, 0]),
    (768, 196_576, [4095, 192_480, 0], [3998, 192_480, 0], [3840, 180_551, 0]),
    (2048, 524_256, [4095, 520_160, 0], [3998, 520_160, 0], [3840, 502_727, 0]),
    (3072, 786_400, [4095, 782_304, 0], [3998, 782_304, 0], [3840, 760_007, 0]),
    (
      6144, 1_835_008, [4095, 1_044_480, 786_432], [3998, 782_304, 786_432],
      [3840, 765_920, 750_119]
    ),
  ]

  @Test("The 6.1 machine gives every frame of the recorded guests", arguments: recorded)
  func recordedGuests(
    mebibytes: Int, maxPFN: Int, spanned: [Int], present: [Int], managed: [Int]
  ) {
    let layout = KernelPolicy.linux6_1.layout(memory: .mebibytes(mebibytes))

    #expect(layout.maxPFN.pages == maxPFN)
    #expect(layout.zones.map(\.spanned.pages) == spanned)
    #expect(layout.zones.map(\.present.pages) == present)
    #expect(layout.zones.map(\.managed.pages) == managed)
  }

  @Test(
    "Recorded guests whose sizes the rules were not made from are within 0.5%, and R within 2%",
    arguments: [(128, 23_444, 496), (384, 87_812, 1190)])
  func heldOut(mebibytes: Int, totalRAM: Int, totalReserve: Int) {
    let zones = GuestZones(
      BootParameters(memory: .mebibytes(mebibytes), kernel: KernelSettings(.linux6_1)))

    #expect(abs(zones.totalRAM.pages - totalRAM) * 1000 <= totalRAM * 5)
    #expect(abs(zones.totalReserve.pages - totalReserve) * 100 <= totalReserve * 2)
  }

  @Test("Memory moves above 4 GiB from 3584 MiB on, and then 3 GiB stay below")
  func hole() {
    let below = KernelPolicy.linux6_1.layout(memory: .mebibytes(3583))
    let above = KernelPolicy.linux6_1.layout(memory: .mebibytes(3584))

    #expect(below.zones[2].present == .zero)
    #expect(above.zones[2].present == .mebibytes(512))
    #expect(above.maxPFN == .gibibytes(4) + .mebibytes(512))
  }

  @Test("A Xen guest has no hole: max_pfn is its size, and every frame is memory")
  func xenGuest() {
    let layout = KernelPolicy.linux4_19.layout(memory: .gibibytes(6))

    #expect(layout.maxPFN == .gibibytes(6))
    #expect(layout.zones.map(\.spanned) == layout.zones.map(\.present))
    #expect(layout.zones.map(\.present.pages) == [4096, 1_044_480, 524_288])
  }
}
