import SimulationEngine
import Testing
import Units

@testable import MemoryModel

@Suite("Memory pressure")
struct PressureTests {
  private static func at(_ milliseconds: Int64) -> SimTime { .zero + .milliseconds(milliseconds) }

  private func milliseconds(_ totals: Pressure.Totals) -> [UInt64] {
    [totals.some / 1_000_000, totals.full / 1_000_000]
  }

  @Test("Stalls that overlap count once")
  func overlapping() {
    var pressure = Pressure(KernelTimers())
    pressure.add(.stalls, from: Self.at(10), to: Self.at(20), toldAt: Self.at(0))
    pressure.add(.stallsForDisk, from: Self.at(15), to: Self.at(30), toldAt: Self.at(0))
    pressure.add(.reclaims, from: Self.at(12), to: Self.at(14), toldAt: Self.at(5))

    let within = pressure.memory(at: Self.at(18))
    let after = pressure.memory(at: Self.at(100))
    let disk = pressure.disk(at: Self.at(100))

    // 10 to 18, then 10 to 30; nobody works, so all of it is full. The disk is waited for from 15 to 30.
    #expect(milliseconds(within) == [8, 8])
    #expect(milliseconds(after) == [20, 20])
    #expect(milliseconds(disk) == [15, 15])
  }

  @Test(
    "Who works beside a stall takes it out of full, but not from who reclaims on the only processor"
  )
  func working() {
    var pressure = Pressure(KernelTimers())
    pressure.begin(.works, at: Self.at(0))
    pressure.begin(.stalls, at: Self.at(10))
    pressure.begin(.reclaims, at: Self.at(20))
    pressure.end(.reclaims, at: Self.at(25))
    pressure.end(.works, at: Self.at(40))
    pressure.end(.stalls, at: Self.at(50))
    pressure.begin(.waitsForDisk, at: Self.at(50))
    pressure.begin(.reclaims, at: Self.at(52))
    pressure.end(.reclaims, at: Self.at(53))
    pressure.end(.waitsForDisk, at: Self.at(60))

    // some: 10 to 50 and 52 to 53; full: 20 to 25, 40 to 50 and 52 to 53.
    #expect(milliseconds(pressure.memory(at: Self.at(70))) == [41, 16])
    // io: 50 to 60, and full but for the millisecond in which somebody had the processor.
    #expect(milliseconds(pressure.disk(at: Self.at(70))) == [10, 9])
  }

  /// What one task does from when to when, in steps of 10 ms.
  private struct Interval {
    var activity: Pressure.Activity
    var start: Int
    var end: Int
  }

  /// The rules once more, moment by moment: for each step the tasks are counted by what they do.
  private func naive(_ intervals: [Interval], steps: Int) -> [(memory: [Bool], disk: [Bool])] {
    (0..<steps).map { step in
      let doing = intervals.filter { $0.start <= step && step < $0.end }.map(\.activity)
      let stalled = doing.filter { $0 != .works && $0 != .waitsForDisk }
      let waiting = doing.filter { $0 == .waitsForDisk || $0 == .stallsForDisk }
      let isOnProcessor = doing.contains(.reclaims)
      let getsOn = doing.contains(.works)
      return (
        [!stalled.isEmpty, !stalled.isEmpty && (isOnProcessor || !getsOn)],
        [!waiting.isEmpty, !waiting.isEmpty && !getsOn && !isOnProcessor]
      )
    }
  }

  @Test("Totals and averages are those of the rules applied moment by moment, however told of")
  func naiveComparison() {
    let step = SimDuration.milliseconds(10)
    func time(_ step: Int) -> SimTime { .zero + .milliseconds(10) * Int64(step) }
    var (some, full) = (UInt64(0), UInt64(0))
    for seed in UInt64(0)..<40 {
      var random = RandomStream(seed: seed, purpose: "pressure")
      let intervals = (0..<200).map { _ in
        let start = Int(random.below(1_500))
        return Interval(
          activity: Pressure.Activity.allCases[Int(random.below(5))], start: start,
          end: start + Int(random.below(40)))
      }
      let moments = naive(intervals, steps: 1_600)

      var pressure = Pressure(KernelTimers())
      // Told of up to 30 steps before they begin, as turns that run ahead do, and in any order within a step.
      let told = intervals.map { ($0, max(0, $0.start - Int(random.below(31)))) }
        .sorted { $0.1 < $1.1 }
      for (interval, when) in told {
        pressure.add(
          interval.activity, from: time(interval.start), to: time(interval.end),
          toldAt: time(when))
      }

      var (memory, disk) = (Pressure.Totals(), Pressure.Totals())
      var averages = PressureAverages(KernelTimers())
      let length = UInt64(step.nanoseconds)
      for (index, moment) in moments.enumerated() {
        // An update may fall within a step.
        let due = SimTime(nanoseconds: Int64(averages.nextUpdate))
        if due < time(index + 1) {
          var partial = memory
          let part = UInt64((due - time(index)).nanoseconds)
          if moment.memory[0] { partial.some += part }
          if moment.memory[1] { partial.full += part }
          _ = averages.collect(partial, at: due)
        }
        if moment.memory[0] { memory.some += length }
        if moment.memory[1] { memory.full += length }
        if moment.disk[0] { disk.some += length }
        if moment.disk[1] { disk.full += length }
      }

      #expect(pressure.memory(at: time(1_600)) == memory, "seed \(seed)")
      #expect(pressure.disk(at: time(1_600)) == disk, "seed \(seed)")
      let kept = pressure.memoryAverages(at: time(1_600))
      #expect(kept.some == averages.some && kept.full == averages.full, "seed \(seed)")
      some += memory.some
      full += memory.full
    }
    // The intervals are such that the three kinds of moments are there.
    #expect(full > 0 && full < some && some < 40 * UInt64(SimDuration.seconds(16).nanoseconds))
  }

  @Test("After hours without a stall the averages are 0 and the totals as they were")
  func silence() {
    var pressure = Pressure(KernelTimers())
    pressure.add(.reclaims, from: Self.at(0), to: Self.at(3_000), toldAt: Self.at(0))

    let soon = pressure.memoryAverages(at: Self.at(10_000)).some.avg10
    let late = SimTime.zero + .seconds(100_000)

    #expect(soon > 0)
    #expect(pressure.memoryAverages(at: late).some == PressureAverages.Averages())
    #expect(milliseconds(pressure.memory(at: late)) == [3_000, 3_000])
  }

  /// A guest with a file of 1,000 pages: 200 of them active and 50 inactive, then 40 of the active ones and the
  /// inactive ones evicted.
  private func evicted(_ kernel: KernelPolicy) -> Machine {
    var machine = Machine {
      $0.kernel.policy = kernel
      $0.kernel.costs.fileHit = .zero
      $0.cleancache = false
      $0.fileSets = [(PageCount(1_000), 0)]
    }
    for _ in 0..<2 { machine.file(0..<200) }
    machine.file(200..<250)
    machine.kernel.shrinkActive(.activeFile, 40)
    var pass = ReclaimPass(priority: 0, goal: 90, isKswapd: false, planned: PerList())
    machine.kernel.shrinkInactive(.inactiveFile, 90, &pass, &machine.host)
    machine.wait()
    return machine
  }

  /// By how much memory and io pressure rise while pages are read, in us.
  private func rise(_ pages: Range<Int>, in machine: inout Machine) -> (memory: UInt64, io: UInt64)
  {
    let before = (
      machine.kernel.pressure.memory(at: machine.now).some,
      machine.kernel.pressure.disk(at: machine.now).some
    )
    machine.file(pages)
    return (
      (machine.kernel.pressure.memory(at: machine.now).some - before.0) / 1_000,
      (machine.kernel.pressure.disk(at: machine.now).some - before.1) / 1_000
    )
  }

  @Test("Only waits for pages that had been active and come back within the workingset stall")
  func threePhases() {
    var machine = evicted(.linux6_1)

    let active = rise(0..<40, in: &machine)
    let restores = machine.kernel.pressure.restores.file
    let inactive = rise(200..<250, in: &machine)
    let first = rise(500..<530, in: &machine)

    // 150 us a read of the disk. Distances are 90 at most, 160 pages are active.
    #expect(active == (6_000, 6_000))
    #expect(restores == 40)
    #expect(inactive == (0, 7_500))
    #expect(machine.kernel.counters[.workingsetRefault] == 90)
    #expect(first == (0, 4_500))
    #expect(machine.kernel.pressure.restores.file == 40)
  }

  @Test("Pages that come back from beyond the workingset are no restores")
  func tooFar() {
    var machine = evicted(.linux6_1)
    // Two hundred further pages go through the inactive list: more than are active.
    machine.file(600..<800)
    var pass = ReclaimPass(priority: 0, goal: 200, isKswapd: false, planned: PerList())
    machine.kernel.shrinkInactive(.inactiveFile, 200, &pass, &machine.host)
    machine.wait()

    let active = rise(0..<40, in: &machine)

    #expect(active == (0, 6_000))
    #expect(machine.kernel.pressure.restores.file == 0)
  }

  @Test("A kernel before 4.20 has no pressure")
  func before() {
    var machine = evicted(.linux4_19)

    let active = rise(0..<40, in: &machine)
    let isKept = machine.kernel.pressureIfKept != nil

    #expect(active == (0, 0))
    #expect(!isKept)
  }

  @Test("The balloon's reclaim is a stall of everybody, though no program waits")
  func balloonReclaims() {
    var machine = Machine(memory: .mebibytes(256)) {
      $0.kernel.policy = .linux6_1
      $0.kernel.balloon = .virtio
      $0.kernel.costs.fileHit = .zero
      $0.cleancache = false
      $0.fileSets = [(PageCount(40_000), 0)]
    }
    machine.file(0..<40_000)
    let before = machine.kernel.pressure.memory(at: machine.now)
    let target = machine.kernel.ram.pages - 30_000

    _ = machine.balloon(to: target)
    let after = machine.kernel.pressure.memory(at: machine.now)
    let scanned = machine.kernel.counters[.pgscanDirect]
    let scan = machine.kernel.settings.costs.scanPage

    #expect(before == Pressure.Totals())
    #expect(scanned > 6_000)
    // Nothing but looking at pages is reclaim here.
    #expect(after.some == UInt64((scan * scanned).nanoseconds))
    #expect(after.full == after.some)
  }

  @Test("All of kswapd's run is a stall, its nap is not")
  func kswapd() {
    var machine = Machine(memory: .mebibytes(256)) {
      $0.kernel.policy = .linux6_1
      $0.kernel.costs.fileHit = .zero
      $0.cleancache = false
      $0.fileSets = [(PageCount(70_000), 0)]
    }
    var read = 0
    while machine.kernel.kswapd.activity != .woken {
      machine.file(read..<read + 1)
      read += 1
    }
    let before = machine.kernel.pressure.memory(at: machine.now)

    machine.runKswapd()
    machine.wait(.seconds(1))
    let after = machine.kernel.pressure.memory(at: machine.now)
    let scanned = machine.kernel.counters[.pgscanKswapd]
    let scan = machine.kernel.settings.costs.scanPage

    #expect(before == Pressure.Totals())
    #expect(scanned > 0)
    #expect(after.some >= UInt64((scan * scanned).nanoseconds))
    #expect(after.some < UInt64(SimDuration.milliseconds(50).nanoseconds))
    #expect(after.full == after.some)
  }

  @Test("What a program does beside a stall is work, but for the wait with which its turn ends")
  func noteWork() {
    var machine = evicted(.linux6_1)
    // Two programs at one instant: one waits 150 us for a restored page, the other 150 us for a page that is new.
    machine.read(0)
    machine.kernel.noteWork()
    machine.kernel.begin(at: machine.now)
    machine.read(900)
    machine.kernel.noteWork()
    machine.wait(.seconds(1))
    let waiting = machine.kernel.pressure.memory(at: machine.now)
    // Again, and a third one works for 100 us.
    machine.read(1)
    machine.kernel.noteWork()
    machine.kernel.begin(at: machine.now)
    machine.kernel.elapsed = .microseconds(100)
    machine.kernel.noteWork()
    machine.wait(.seconds(1))
    let working = machine.kernel.pressure.memory(at: machine.now)

    #expect(waiting == Pressure.Totals(some: 150_000, full: 150_000))
    #expect(working == Pressure.Totals(some: 300_000, full: 200_000))
  }
}

extension Machine {
  /// Reads a page of the first file set; time does not go on.
  fileprivate mutating func read(_ offset: UInt32) {
    var last = UInt32.max
    let access = [kernel.firstPage(ofFileSet: 0) + offset]
    access.withUnsafeBufferPointer {
      _ = kernel.accessFile($0, last: &last, disk: 0, budget: Self.unlimited, &host)
    }
  }
}
