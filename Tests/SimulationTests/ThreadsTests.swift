import Simulation
import Synchronization
import Testing

@Suite("Work on all processors")
struct ThreadsTests {
  @Test(
    "Everything is done once when the call returns, however short it is and however often it is made"
  )
  func everything() {
    for count in 0..<2_000 {
      let done = Mutex<[Int]>([])
      onAllProcessors(count % 5) { index in done.withLock { $0.append(index) } }
      #expect(done.withLock { $0.sorted() } == Array(0..<count % 5))
    }
  }
}
