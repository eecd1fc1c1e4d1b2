import SimulationEngine
import Testing
import Units

@testable import MemoryModel

/// The guest kernel step by step beside `PlainKernel`.
@Suite("Guest kernel beside a plain one")
struct TwoListOracleTests {
  /// min of a 16 MiB guest: the root of 16 * 4 * 3976 KiB is 504 KiB.
  private static let minMark = 126

  /// Both kernels, with the same pages: file pages first, then one anonymous region.
  private struct Pair: ~Copyable {
    var machine: Machine
    var plain: PlainKernel
    let files: Int
    let region: Int
    private var previous: Int?

    init(
      files: Int, region: Int, slots: Int, usable: Int, swappiness: Int,
      kernel: KernelPolicy = .linux4_19
    ) {
      // 16 MiB; the kernel takes all but `usable` pages, and the host takes whatever is put.
      machine = Machine(memory: .mebibytes(16)) {
        $0.kernel.policy = kernel
        $0.fileSets = [(.pages(files), 0)]
        if slots > 0 { $0.swap = [(.pages(slots + 1), 0)] }
        $0.kernel.swappiness = swappiness
        $0.kernelUnreclaimable = $0.zones.totalRAM - .pages(usable)
      }
      machine.host.setMaxPages(.gibibytes(1), of: 0)
      machine.kernel.map(.pages(region), cpu: 0)
      plain = PlainKernel(
        pages: Array(repeating: PlainKernel.Page(), count: files + region), free: usable,
        low: machine.kernel.lowLimit, min: machine.kernel.minLimit,
        sumOfHigh: machine.kernel.zones.highMark.pages, swappiness: swappiness,
        later: Self.later(kernel), slots: Array(repeating: nil, count: slots + 1))
      self.files = files
      self.region = region
    }

    /// What later kernels do otherwise, in numbers (Docs/model.md, section 2.13).
    private static func later(_ kernel: KernelPolicy) -> PlainKernel.Later? {
      switch kernel {
      case .linux4_19: nil
      case .linux6_1: PlainKernel.Later(written: 1, kept: 0, batch: 15)
      case .linux6_18: PlainKernel.Later(written: 32, kept: 1, batch: 31)
      }
    }

    mutating func readFile(_ page: Int) {
      var last = previous.map { UInt32($0 + PageTable.firstPage) } ?? UInt32.max
      [UInt32(page + PageTable.firstPage)].withUnsafeBufferPointer {
        _ = machine.kernel.accessFile(
          $0, last: &last, disk: 0, budget: Machine.unlimited, &machine.host)
      }
      plain.readFile(page, follows: previous)
      previous = page
    }

    mutating func touch() {
      let page = files + machine.kernel.touched.pages
      _ = machine.kernel.touch(.pages(1), budget: Machine.unlimited, &machine.host)
      plain.touch(page)
    }

    mutating func accessAnon(_ offset: Int, isWrite: Bool) {
      machine.access([offset], write: isWrite)
      plain.accessAnon(files + offset, isWrite: isWrite)
    }

    mutating func discard(_ count: Int) {
      let touched = machine.kernel.touched.pages
      machine.kernel.discard(.pages(count), &machine.host)
      for offset in touched - count..<touched { plain.release(files + offset) }
    }

    mutating func shrink(to target: Int) {
      guard var shrink = machine.kernel.beginShrink(to: .pages(target)) else { return }
      for _ in 0..<Self.mostShrinkSteps {
        guard case .goesOn = machine.kernel.continueShrink(&shrink, &machine.host) else { break }
      }
      plain.shrinkFrontswap(to: target, atMost: Self.mostShrinkSteps * GuestKernel.shrinkStep)
    }

    /// Steps after which a shrink is left alone: one that swaps out as much as it brings home never ends.
    private static let mostShrinkSteps = 20

    /// The first difference between the two; nothing if they are the same.
    func difference() -> String? {
      let kernel = machine.kernel.counters
      let numbers: [(String, Int, Int)] = [
        ("free", machine.kernel.free, plain.free),
        ("refaults", Int(kernel[.workingsetRefault]), plain.refaults),
        ("refault activations", Int(kernel[.workingsetActivate]), plain.refaultActivations),
        ("clock", Int(machine.kernel.workingsetClock), plain.clock),
        ("disk reads", Int(kernel[.pgpgin]), plain.diskReads),
        ("puts", Int(kernel[.cleancachePuts]), plain.puts),
        ("gets", Int(kernel[.cleancacheGets]), plain.gets),
        ("stores", Int(kernel[.frontswapStores]), plain.stores),
        ("loads", Int(kernel[.frontswapLoads]), plain.loads),
        ("direct reclaims", Int(kernel[.allocstall]), plain.directReclaims),
        ("F", machine.kernel.frontswapPages.pages, plain.stored.count),
        ("scanned anon", machine.kernel.reclaim.scannedAnon, plain.scanned.anon),
        ("rotated anon", machine.kernel.reclaim.rotatedAnon, plain.rotated.anon),
        ("anon refaults", Int(kernel[.workingsetRefaultAnon]), plain.anonRefaults),
        (
          "anon refault activations", Int(kernel[.workingsetActivateAnon]),
          plain.anonRefaultActivations
        ),
        ("cost of anon", machine.kernel.reclaim.costAnon, plain.cost.anon),
        ("cost of files", machine.kernel.reclaim.costFile, plain.cost.file),
        ("scanned file", machine.kernel.reclaim.scannedFile, plain.scanned.file),
      ]
      for (name, got, expected) in numbers where got != expected {
        return "\(name): \(got), plain kernel \(expected)"
      }
      let places: [(LRUList, PlainKernel.Place)] = [
        (.inactiveAnon, .inactiveAnon), (.activeAnon, .activeAnon),
        (.inactiveFile, .inactiveFile), (.activeFile, .activeFile),
      ]
      for (list, place) in places {
        let got = pages(of: list)
        let expected = plain.lists[place] ?? []
        if got != expected { return "\(list): \(got), plain kernel \(expected)" }
      }
      for (page, expected) in plain.pages.enumerated() {
        let record = machine.kernel.pages.records[page + PageTable.firstPage]
        if record.state.contains(.referenced) != expected.isReferenced
          || record.state.contains(.accessed) != expected.isAccessed
          || record.state.contains(.workingset) != expected.wasActive
          || record.state.contains(.swapped) != (expected.place == .swapped)
          || (expected.slot != nil
            && Int(machine.kernel.pages.copies[page + PageTable.firstPage]) != expected.slot)
        {
          return "page \(page): \(record), plain kernel \(expected)"
        }
      }
      return nil
    }

    private func pages(of list: LRUList) -> [Int] {
      machine.kernel.pages.pages(of: list).reversed().map { Int($0) - PageTable.firstPage }
    }
  }

  /// Makes `steps` random steps and stops at the first difference.
  private func walk(_ pair: inout Pair, _ random: inout RandomStream, _ steps: Int, hasAnon: Bool)
    -> (step: Int, text: String)?
  {
    var hot = 0
    for step in 0..<steps {
      if step % 97 == 0 { hot = Int(random.below(UInt64(pair.files))) }
      let touched = pair.machine.kernel.touched.pages
      let choice = hasAnon ? random.below(100) : 0
      switch choice {
      case 0..<35:
        // Half of the reads go to a few pages near a hot spot that moves, some repeat the last one.
        let page =
          random.below(2) == 0
          ? (hot + Int(random.below(40))) % pair.files : Int(random.below(UInt64(pair.files)))
        pair.readFile(page)
        if random.below(10) == 0 { pair.readFile(page) }
      case 35..<60 where touched < pair.region:
        pair.touch()
      case 99 where touched > 0:
        pair.discard(1 + Int(random.below(UInt64(min(touched, 15)))))
      case 98:
        pair.shrink(to: Int(random.below(UInt64(pair.plain.stored.count + 1))))
      default:
        guard touched > 0 else { continue }
        let offset =
          random.below(2) == 0
          ? touched - 1 - Int(random.below(UInt64(min(touched, 50))))
          : Int(random.below(UInt64(touched)))
        pair.accessAnon(offset, isWrite: random.below(4) == 0)
      }
      if let text = pair.difference() { return (step, text) }
    }
    return nil
  }

  @Test("A page cache alone: every list, shadow and count after every read")
  func fileOnly() {
    for seed in UInt64(0)..<5 {
      var random = RandomStream(seed: seed, purpose: "files")
      let usable = Self.minMark + 80 + Int(random.below(250))
      var pair = Pair(
        files: usable + 100 + Int(random.below(200)), region: 1, slots: 0, usable: usable,
        swappiness: 60)

      let difference = walk(&pair, &random, 1_000, hasAnon: false)

      #expect(
        difference == nil, "seed \(seed), step \(difference?.step ?? 0): \(difference?.text ?? "")")
      #expect(pair.plain.puts > 100, "seed \(seed)")
      pair.machine.check()
    }
  }

  @Test(
    "Page cache, anonymous memory and frontswap: every list, flag, slot and count after every step")
  func everything() {
    everything(.linux4_19)
  }

  @Test(
    "The same under the rules of later kernels, whose anonymous pages have a workingset",
    arguments: [KernelPolicy.linux6_1, .linux6_18])
  func everythingLater(kernel: KernelPolicy) {
    everything(kernel)
  }

  private func everything(_ kernel: KernelPolicy) {
    var (puts, stores, loads) = (0, 0, 0)
    var activations = 0
    for seed in UInt64(0)..<12 {
      var random = RandomStream(seed: seed, purpose: "everything")
      let room = 100 + Int(random.below(200))
      let swappiness = [60, 100, 1, 0][Int(seed % 4)]
      // More than fits into memory with slots for all of it, or less with slots for a quarter of it.
      let hasFewSlots = seed % 3 == 0
      let region = hasFewSlots ? room * 3 / 4 : room * 5 / 4
      let slots = hasFewSlots ? region / 4 : region * (seed % 2 == 0 ? 2 : 1)
      var pair = Pair(
        files: room, region: region, slots: slots, usable: Self.minMark + room,
        swappiness: swappiness, kernel: kernel)

      let difference = walk(&pair, &random, 1_500, hasAnon: true)

      #expect(
        difference == nil, "seed \(seed), step \(difference?.step ?? 0): \(difference?.text ?? "")")
      pair.machine.check()
      puts += pair.plain.puts
      stores += pair.plain.stores
      loads += pair.plain.loads
      activations += pair.plain.anonRefaultActivations
    }
    // The walks went where they were meant to go.
    #expect(puts > 1_000 && stores > 1_000 && loads > 1_000, "\(puts), \(stores), \(loads)")
    #expect((activations > 100) == (kernel != .linux4_19), "\(activations)")
  }
}
