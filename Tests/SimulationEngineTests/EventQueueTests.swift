import SimulationEngine
import Testing
import Units

@Suite("Event queue")
struct EventQueueTests {
  private struct Event: Equatable {
    var time: Int64
    var phase: Phase
    var number: Int

    func isBefore(_ other: Event) -> Bool {
      (time, phase.rawValue, number) < (other.time, other.phase.rawValue, other.number)
    }
  }

  @Test("Events come out as a sorted array holds them: by time, then phase, then scheduling")
  func sortedArray() {
    for seed in UInt64(0)..<60 {
      var random = RandomStream(seed: seed, purpose: "queue")
      var queue = EventQueue<Int>(capacity: Int(random.below(70)))
      var array: [Event] = []
      // Few instants, so that ties are common, or many.
      let span = seed % 2 == 0 ? UInt64(5) : UInt64(1) << 62
      var mismatch: String?

      for number in 0..<600 where mismatch == nil {
        if random.below(3) > 0 || array.isEmpty {
          let phase = Phase.allCases[Int(random.below(UInt64(Phase.allCases.count)))]
          let event = Event(time: Int64(random.below(span)), phase: phase, number: number)
          let isNext = queue.isNext(at: SimTime(nanoseconds: event.time), in: phase)
          if isNext != array.allSatisfy({ event.isBefore($0) }) {
            mismatch = "event \(number): isNext says \(isNext)"
          }
          queue.schedule(number, at: SimTime(nanoseconds: event.time), in: phase)
          array.append(event)
        } else {
          array.sort { $0.isBefore($1) }
          let expected = array.removeFirst()
          let next = queue.nextTime
          let got = queue.next()
          if got.payload != expected.number || got.time.nanoseconds != expected.time
            || next != got.time
          {
            mismatch = "event \(number): got \(got), expected \(expected)"
          }
        }
        if queue.count != array.count { mismatch = "\(queue.count) pending, not \(array.count)" }
      }
      #expect(mismatch == nil, "seed \(seed)")
    }
  }

  @Test("At one instant the phases go in their order, whatever the order of scheduling")
  func phases() {
    var queue = EventQueue<UInt8>()
    for phase in Phase.allCases.reversed() {
      for _ in 0..<2 {
        queue.schedule(phase.rawValue, at: SimTime(nanoseconds: 7), in: phase)
      }
    }

    var order: [UInt8] = []
    while queue.count > 0 { order.append(queue.next().payload) }

    #expect(order == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    #expect(Phase.allCases == [.workload, .memory, .balloon, .controller, .recorder])
  }

  @Test(
    "With nothing pending the next event is at the end of time, and the end of time can be named")
  func empty() {
    var queue = EventQueue<Int>(capacity: 0)
    let before = queue.nextTime
    queue.schedule(1, at: .endOfTime, in: .recorder)
    queue.schedule(2, at: .zero, in: .recorder)

    let (first, second) = (queue.next(), queue.next())
    let after = queue.nextTime

    #expect(before == .endOfTime)
    #expect(first.payload == 2)
    #expect(second.payload == 1)
    #expect(second.time == .endOfTime)
    #expect(after == .endOfTime)
  }
}
