import Testing

@testable import MemoryModel

@Suite("How free memory lies in blocks")
struct FreeBlocksTests {
  /// 1,000 blocks, of which the kernel has ten.
  private func guest() -> FreeBlocks { FreeBlocks(managed: 512_000, kernel: 5_120) }

  @Test("Pages that were never used lie in whole blocks, used ones fill one block after another")
  func unused() {
    var blocks = guest()
    let atBoot = blocks.whole(free: 512_000 - 5_120)
    blocks.note(free: 512_000 - 5_120 - 51_200)

    #expect(atBoot == 990)
    // 100 blocks' pages are spread over 118.75, rounded up, but no page that is free is lost for that.
    #expect(blocks.broken == 119)
    #expect(blocks.mixed == 0)
    #expect(blocks.whole(free: 512_000 - 5_120 - 51_200) == 890)
    #expect(blocks.whole(free: 512_000 - 5_120 - 51_200 + 511) == 890)
  }

  @Test("A worked example: 100 blocks' pages are freed once")
  func once() {
    var blocks = guest()
    blocks.note(free: 506_880 - 51_200)
    blocks.note(free: 506_880)

    // z = 51,200 / (119 * 512) = 0.8403; 1 / (1 + z + z * z / 2) = 0.4560 of 119 blocks are not mixed: 54.27. 65 are.
    #expect(blocks.mixed == 65)
    // With nothing else in use half of these are whole: 32 and 990 - 65 = 925.
    #expect(blocks.whole(free: 506_880) == 957)
    // 5,712 pages in use are 48 in each of 119 blocks: the root is 1, and a quarter of 65 is 16.
    #expect(blocks.whole(free: 506_880 - 5_712) == 941)
  }

  @Test("Many small changes mix as much as one of all their pages does", arguments: [1, 7, 100])
  func steps(pages: Int) {
    var small = guest()
    var naive = 0.0
    small.note(free: 506_880 - 102_400)
    naive = Double(small.broken)
    let all = naive * 512
    for _ in 0..<51_200 / pages {
      small.note(free: 506_880 - 102_400 + pages)
      small.note(free: 506_880 - 102_400)
      naive *= 1 / (1 + Double(pages) / all + Double(pages * pages) / all / all / 2)
    }

    #expect(abs(Double(small.broken - small.mixed) - naive) <= 1.5)
  }

  @Test("As real numbers say it, for every level of use and history")
  func realNumbers() {
    var random = SplitMix(state: 17)
    for _ in 0..<200 {
      let managed = 20_000 + Int(random.next() % 8_000_000)
      let kernel = managed / 40
      var blocks = FreeBlocks(managed: managed, kernel: kernel)
      var naive = Naive(managed: managed, kernel: kernel)
      for _ in 0..<30 {
        let free = Int(random.next() % UInt64(managed - kernel))
        blocks.note(free: free)
        naive.note(free: free)
        let asked = Int(random.next() % UInt64(managed - kernel))
        let (got, expected) = (blocks.whole(free: asked), naive.whole(free: asked))
        // The root is taken in 64ths, and blocks are whole.
        #expect(abs(Double(got) - expected) <= 3 + Double(managed) / 512 / 64)
      }
    }
  }

  @Test("The fewer pages are free, the fewer blocks are; the search finds where one is lost")
  func monotone() {
    var random = SplitMix(state: 18)
    for _ in 0..<100 {
      var blocks = guest()
      for _ in 0..<10 { blocks.note(free: Int(random.next() % 506_881)) }
      let levels = (0..<200).map { blocks.whole(free: $0 * 2_534) }
      #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 <= $1 })
      let some = 1 + Int(random.next() % 400)
      let least = blocks.leastFree(forWhole: some, most: 506_880)
      if blocks.whole(free: 506_880) >= some {
        #expect(blocks.whole(free: least) >= some)
        #expect(blocks.whole(free: least - 1) < some)
      } else {
        #expect(least == 506_880)
      }
    }
  }

  @Test("Guests of every size are worked out, also those smaller than a block")
  func sizes() {
    for managed in [0, 1, 511, 512, 513, 1 << 28, 1 << 40] {
      var blocks = FreeBlocks(managed: managed, kernel: managed / 3)
      for free in [0, managed / 2, managed, 0, managed] { blocks.note(free: free) }
      #expect((0...managed / 512).contains(blocks.whole(free: managed)))
    }
  }

  /// The same in real numbers, without rounding to blocks.
  private struct Naive {
    let managed: Int
    let kernel: Int
    var broken = 0.0
    var fresh = 0.0
    var used = 0.0
    var most = 0.0

    init(managed: Int, kernel: Int) {
      self.managed = managed
      self.kernel = kernel
    }

    var usable: Double { Double(managed / 512 - (kernel + 511) / 512) }

    func spread(_ pages: Double) -> Double { min(usable, pages * 19 / 16 / 512) }

    mutating func note(free: Int) {
      let now = max(Double(managed - free - kernel), 0)
      if now > most {
        most = now
        fresh += spread(now) - broken
        broken = spread(now)
      }
      if now < used && broken > 0 {
        let z = (used - now) / (512 * broken)
        fresh /= 1 + z + z * z / 2
      }
      used = now
    }

    func whole(free: Int) -> Double {
      let now = max(Double(managed - free - kernel), 0)
      let mixed = broken - fresh
      let root = (now / 48 / max(broken, spread(now), 1)).squareRoot()
      return max(min(usable - mixed + mixed / 2 / (1 + root), Double(free / 512)), 0)
    }
  }
}

/// A generator whose numbers are the same everywhere.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
