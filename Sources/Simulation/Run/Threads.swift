internal import Foundation
private import Synchronization

/// Starts a thread that does `body` and ends; false if the system has none to give.
///
/// Foundation's threads do not say whether they started, and Dispatch waits for ever for one.
public func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  var attributes = pthread_attr_t()
  guard pthread_attr_init(&attributes) == 0 else { return false }
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, 8 << 20)
  pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
  let work = Unmanaged.passRetained(ThreadWork(body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, &attributes,
    { pointer in
      guard let pointer else { return nil }
      Unmanaged<ThreadWork>.fromOpaque(pointer).takeRetainedValue().body()
      return nil
    }, work.toOpaque())
  if code != 0 { work.release() }
  return code == 0
}

/// What a thread does.
private final class ThreadWork: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Does `body` for 0 ..< `count` on all processors at once, or on `most` of them, this thread among them, and returns when all is done.
///
/// Where the system has no more threads to give, fewer do it. A thread that has found nothing left may hold `body` for a
/// moment longer than the call takes.
public func onAllProcessors(
  _ count: Int, atMost most: Int = .max, _ body: @escaping @Sendable (Int) -> Void
) {
  let next = Atomic(0)
  let others = DispatchGroup()
  @Sendable func work() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      if index >= count { return }
      body(index)
    }
  }
  for _ in 1..<max(1, min(count, most, ProcessInfo.processInfo.activeProcessorCount)) {
    others.enter()
    let isStarted = startThread {
      work()
      others.leave()
    }
    if !isStarted {
      others.leave()
      break
    }
  }
  work()
  others.wait()
}
