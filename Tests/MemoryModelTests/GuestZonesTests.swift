import MemoryModel
import SimulationEngine
import Testing
import Units

@Suite("Zones of a guest at boot")
struct GuestZonesTests {
  /// The guest G1 of Docs/kernel.md 5.4.
  let g1 = GuestZones(BootParameters(memory: .gibibytes(1)))

  /// A kernel with transparent huge pages.
  static let withHugePages = {
    var kernel = KernelSettings()
    kernel.transparentHugePages = true
    return kernel
  }()

  @Test("G1: 1 GiB, one CPU, every number of kernel.md 5.4 from the size alone")
  func oneGibibyte() {
    let dma = g1.zones[0]
    let dma32 = g1.zones[1]

    #expect(g1.zones.map(\.managed.pages) == [3976, 252_000, 0])
    #expect(g1.totalRAM.pages == 255_976)
    #expect(g1.balloonCurrent - g1.totalRAM == .pages(6168))
    #expect(g1.maxPFN.pages == 262_144)
    #expect(g1.minFreeKilobytes == 4047)
    #expect([dma.min, dma.low, dma.high].map(\.pages) == [15, 18, 21])
    #expect([dma32.min, dma32.low, dma32.high].map(\.pages) == [995, 1247, 1499])
    #expect(dma.protection.map(\.pages) == [0, 984, 984])
    #expect(dma32.protection.map(\.pages) == [0, 0, 0])
    #expect(g1.totalReserve.pages == 2504)
    #expect(g1.unusable.pages == 984)
    #expect([g1.minMark, g1.lowMark, g1.highMark].map(\.pages) == [1010, 1265, 1520])
    #expect(g1.commitBatch == 999)
  }

  @Test("G8: 8 GiB, three zones, every number of kernel.md 5.4 from the size alone")
  func eightGibibytes() {
    let zones = GuestZones(BootParameters(memory: .gibibytes(8)))
    let marks = zones.zones.map { [$0.min.pages, $0.low.pages, $0.high.pages] }

    #expect(zones.zones.map(\.managed.pages) == [3976, 1_020_000, 1_020_000])
    #expect(zones.totalRAM.pages == 2_043_976)
    #expect(zones.minFreeKilobytes == 11_437)
    #expect(marks == [[5, 8, 11], [1426, 2446, 3466], [1426, 2446, 3466]])
    #expect(zones.zones[0].protection.map(\.pages) == [0, 3984, 7968])
    #expect(zones.zones[1].protection.map(\.pages) == [0, 0, 3984])
    #expect(zones.totalReserve.pages == 14_892)
    // The DMA zone cannot keep 7968 pages, it has 3976.
    #expect(zones.unusable.pages == 3976 + 3984)
  }

  @Test("Huge pages raise min_free_kbytes and R several times (kernel.md 5.3)")
  func hugePages() {
    let one = GuestZones(BootParameters(memory: .gibibytes(1), kernel: Self.withHugePages))
    let eight = GuestZones(BootParameters(memory: .gibibytes(8), kernel: Self.withHugePages))
    let marks = one.zones.map { [$0.min.pages, $0.low.pages, $0.high.pages] }

    #expect(one.minFreeKilobytes == 45_056)
    #expect(marks == [[174, 217, 260], [11_089, 13_861, 16_633], [0, 0, 0]])
    #expect(one.totalReserve.pages == 17_877)
    #expect(eight.minFreeKilobytes == 67_584)
    #expect(eight.totalReserve.pages == 33_250)
  }

  @Test("Below 512 MiB of managed memory khugepaged does nothing (kernel.md 5.3 (b))")
  func hugePagesInASmallGuest() {
    let without = GuestZones(BootParameters(memory: .mebibytes(512)))

    let with = GuestZones(BootParameters(memory: .mebibytes(512), kernel: Self.withHugePages))

    #expect(without.totalRAM < .mebibytes(512))
    #expect(with.totalReserve == without.totalReserve)
    #expect(with.minFreeKilobytes == without.minFreeKilobytes)
  }

  @Test("6.1 without huge pages computes min_free_kbytes again from what is above the high marks")
  func secondComputation() {
    let layout = g1Layout()

    let old = GuestZones(
      BootParameters(
        memory: .gibibytes(1), kernel: KernelSettings(.linux4_19), lateFreed: .zero, layout: layout)
    )
    let new = GuestZones(
      BootParameters(
        memory: .gibibytes(1), kernel: KernelSettings(.linux6_1), lateFreed: .zero, layout: layout))

    #expect(old.minFreeKilobytes == 4047)
    // isqrt(16 * 4 * (255976 - 21 - 1499)) = isqrt(16285184): 4035^2 = 16281225, 4036^2 = 16289296.
    #expect(new.minFreeKilobytes == 4035)
  }

  @Test("Pages freed late are managed, but the marks do not know them (kernel.md 5.3 (a))")
  func lateFreedPages() {
    let layout = g1Layout(dma32: 252_000 + 2440)

    let zones = GuestZones(
      BootParameters(memory: .gibibytes(1), lateFreed: .pages(2440), layout: layout))

    #expect(zones.totalRAM.pages == 255_976 + 2440)
    #expect(zones.zones[1].managed.pages == 252_000 + 2440)
    #expect(zones.minFreeKilobytes == 4047)
    #expect(zones.totalReserve.pages == 2504)
  }

  @Test("Pages reserved at boot can be given; more than predicted come from the highest zone")
  func givenReservation() {
    let same = GuestZones(BootParameters(memory: .gibibytes(1), bootReserved: .pages(6168)))
    let more = GuestZones(BootParameters(memory: .gibibytes(1), bootReserved: .pages(10_168)))
    let none = GuestZones(BootParameters(memory: .gibibytes(1), bootReserved: .zero))
    let all = GuestZones(BootParameters(memory: .gibibytes(1), bootReserved: .gibibytes(2)))

    #expect(same == g1)
    #expect(more.zones.map(\.managed.pages) == [3976, 248_000, 0])
    #expect(none.totalRAM == .gibibytes(1))
    #expect(all.totalRAM == .zero)
  }

  @Test("Behaviour 18: marks and R are frozen while ballooning, and a sysctl write thaws them")
  func frozenMarks() {
    var zones = g1

    zones.adjustManaged(by: 47_855 - 255_976)
    let frozen = zones
    zones.recompute(minFreeKilobytes: 4047)

    #expect(frozen.totalRAM.pages == 47_855)
    #expect(frozen.totalReserve.pages == 2504)
    #expect(frozen.zones[1].low.pages == 1247)
    // By hand: DMA32 manages 43879. P = 1011, min 1011 * 43879 / 47855 = 927, gap max(231, 43);
    // DMA min 1011 * 3976 / 47855 = 83, gap max(20, 3), protection 43879 / 256 = 171.
    #expect(zones.zones[1].managed.pages == 43_879)
    #expect(zones.zones.map(\.min.pages) == [83, 927, 0])
    #expect(zones.zones.map(\.low.pages) == [103, 1158, 0])
    #expect(zones.zones.map(\.high.pages) == [123, 1389, 0])
    #expect(zones.zones[0].protection.map(\.pages) == [0, 171, 171])
    #expect(zones.totalReserve.pages == 171 + 123 + 1389)
    #expect(zones.minFreeKilobytes == 4047)
  }

  @Test("The highest zone is ballooned out first and comes back last, as it was")
  func orderOfZones() {
    let before = GuestZones(BootParameters(memory: .gibibytes(8)))
    var zones = before

    zones.adjustManaged(by: -1_120_000)
    #expect(zones.zones.map(\.managed.pages) == [3976, 920_000, 0])
    zones.adjustManaged(by: 150_000)
    #expect(zones.zones.map(\.managed.pages) == [3976, 1_020_000, 50_000])
    zones.adjustManaged(by: 970_000)

    #expect(zones == before)
  }

  @Test("A DMA zone that is ballooned away keeps nothing from anyone")
  func unusableFollowsManaged() {
    var zones = g1

    zones.adjustManaged(by: 100 - 255_976)

    #expect(zones.totalRAM.pages == 100)
    #expect(zones.unusable.pages == 100)
  }

  @Test("More pages than the guest has cannot be ballooned out")
  func tooManyOut() async {
    await #expect(processExitsWith: .failure) {
      var zones = GuestZones(BootParameters(memory: .mebibytes(16)))
      zones.adjustManaged(by: -4096)
    }
  }

  @Test("min_free_kbytes of any size can be written")
  func anyMinFree() {
    for written in [Int.min, -1, 0, 1, 128, 1 << 31, Int.max] {
      var zones = GuestZones(BootParameters(memory: .gibibytes(1024)))

      zones.recompute(minFreeKilobytes: written)

      #expect((0...Int(Int32.max)).contains(zones.minFreeKilobytes))
      #expect(zones.totalReserve <= zones.totalRAM)
    }
  }

  @Test("G1 with watermark_scale_factor 100: marks and R by hand, nothing else differs")
  func scaleFactor() {
    var kernel = KernelSettings()
    kernel.watermarkScaleFactor = 100

    let zones = GuestZones(BootParameters(memory: .gibibytes(1), kernel: kernel))

    // DMA: max(15 / 4, 3976 * 100 / 10000) = 39; DMA32: max(995 / 4, 252000 * 100 / 10000) = 2520.
    #expect(zones.zones.map(\.min.pages) == [15, 995, 0])
    #expect(zones.zones.map(\.low.pages) == [54, 3_515, 0])
    #expect(zones.zones.map(\.high.pages) == [93, 6_035, 0])
    // 984 kept of DMA and its high mark, and the high mark of DMA32.
    #expect(zones.totalReserve == .pages(984 + 93 + 6_035))
    #expect(zones.minFreeKilobytes == g1.minFreeKilobytes)
    #expect(zones.zones.map(\.protection) == g1.zones.map(\.protection))
    #expect(zones.totalRAM == g1.totalRAM)
  }

  @Test(
    "Marks follow the formula of kernel.md 5.3 from what the zones manage when the factor is written"
  )
  func scaleFactorFormula() {
    for policy in KernelPolicy.allCases {
      for balloon in [BalloonGeneration.linux4_19, .virtio] {
        for factor in [1, 50, 1_000] {
          var kernel = KernelSettings(policy, balloon: balloon)
          kernel.watermarkScaleFactor = factor
          let memory = PageCount.gibibytes(8)
          let ballooned = PageCount.gibibytes(1)
          let zones = GuestZones(
            BootParameters(memory: memory, kernel: kernel, ballooned: ballooned))
          let known = GuestZones(
            BootParameters(
              memory: memory, kernel: kernel, ballooned: balloon == .virtio ? .zero : ballooned))

          let total = known.totalRAM.pages
          for (zone, managed) in zip(zones.zones, known.zones.map(\.managed.pages)) {
            let least = zones.minFreeKilobytes / 4 * managed / total
            let gap = max(least / 4, managed * factor / 10_000)
            #expect(zone.min == .pages(least))
            #expect(zone.low == .pages(least + gap))
            #expect(zone.high == .pages(least + 2 * gap))
          }
        }
      }
    }
  }

  @Test("Any size from 16 MiB to 1 TiB gives a sound guest", arguments: KernelPolicy.allCases)
  func anySize(policy: KernelPolicy) {
    var random = RandomStream(seed: 1, purpose: "sizes")
    var sizes: [Int] = [3583 * 256, 3584 * 256, 1_048_575, 1_048_577]
    for shift in 12..<28 {
      let size = 1 << shift
      sizes += [size, size + 1, size + 12_345]
      for _ in 0..<30 { sizes.append(size + Int(random.below(UInt64(size)))) }
    }
    sizes.append(1 << 28)

    for size in sizes {
      for hugePages in [false, true] {
        var kernel = KernelSettings(policy)
        kernel.transparentHugePages = hugePages
        let zones = GuestZones(BootParameters(memory: .pages(size), kernel: kernel))

        for zone in zones.zones {
          #expect(zone.managed <= zone.present && zone.present <= zone.spanned, "\(size)")
          #expect(zone.min <= zone.low && zone.low <= zone.high, "\(size)")
        }
        #expect(zones.totalReserve <= zones.totalRAM, "\(size)")
        #expect(zones.totalRAM <= zones.balloonCurrent, "\(size)")
        #expect(zones.totalRAM.pages * 3 >= size, "\(size)")
        #expect(zones.zones.map(\.managed.pages).reduce(0, +) == zones.totalRAM.pages, "\(size)")
      }
    }
  }

  @Test("A guest a MiB larger manages more")
  func growsWithSize() {
    for mebibytes in 256..<5000 {
      let small = KernelPolicy.linux4_19.layout(memory: .mebibytes(mebibytes)).managed
      let large = KernelPolicy.linux4_19.layout(memory: .mebibytes(mebibytes + 1)).managed

      #expect(small < large, "\(mebibytes) MiB")
    }
  }

  /// G1's zones, perhaps with another DMA32.
  private func g1Layout(dma32 managed: Int = 252_000) -> BootLayout {
    BootLayout(
      zones: [
        Zone(.dma, spanned: .pages(4096), present: .pages(4096), managed: .pages(3976)),
        Zone(.dma32, spanned: .pages(258_048), present: .pages(258_048), managed: .pages(managed)),
        Zone(.normal, spanned: .zero, present: .zero, managed: .zero),
      ], maxPFN: .gibibytes(1))
  }
}
