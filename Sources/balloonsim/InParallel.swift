import Simulation
import Synchronization

/// What `body` makes of each of `items`, in their order, made on all processors at once.
///
/// The error of the first item that fails is thrown when all are through.
func inParallel<Item: Sendable, Made: Sendable>(
  _ items: [Item], _ body: @escaping @Sendable (Item) throws -> Made
) throws -> [Made] {
  let results = Mutex<[Int: Result<Made, any Error>]>([:])
  onAllProcessors(items.count) { index in
    let result = Result { try body(items[index]) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { made in
    try items.indices.compactMap { try made[$0]?.get() }
  }
}
