/// Everything that can happen in a run.
enum SimulationEvent: BitwiseCopyable {
  /// A guest's committed trace reaches its next sample.
  case demand(guest: UInt16)
  /// A guest's programs touch pages for the first time.
  case touch(guest: UInt16)
  /// A thread of a file stream has its turn.
  case file(guest: UInt16, stream: UInt16, thread: UInt16)
  /// A guest's anonymous accesses have their turn.
  case anon(guest: UInt16)
  /// A step of kswapd; void if the number is not the latest.
  case kswapd(guest: UInt16, token: UInt32)
  /// The flusher's turn; void if the number is not the latest.
  case flush(guest: UInt16, token: UInt32)
  /// The balloon worker starts; void if the balloon's thread has woken since.
  case balloonStart(guest: UInt16, sleep: UInt32)
  /// A batch of the balloon worker ends.
  case balloonBatch(guest: UInt16)
  /// The selfballoon worker starts.
  case worker(guest: UInt16)
  /// The selfballoon worker brings more pages home.
  case shrink(guest: UInt16)
  /// An order from outside, by its place in the scenario.
  case order(UInt32)
  /// The recording of a tick.
  case tick
  /// A fault ends, by the place of its order in the scenario.
  case faultEnd(UInt32)
  /// An intermittent fault comes or goes, by the place of its order in the scenario.
  case faultTurn(UInt32)
  /// A process of a guest's script has its turn.
  case process(guest: UInt16, process: UInt16)
  /// The host's policy has its turn.
  case hostTurn
  /// A guest's driver reports to the host.
  case report(guest: UInt16)
  /// A guest's free pages are looked at, and reported to the host.
  case freePageReport(guest: UInt16)

  /// The event as one word for the fingerprint.
  var word: UInt64 {
    switch self {
    case .demand(let guest): 1 << 56 | UInt64(guest)
    case .touch(let guest): 2 << 56 | UInt64(guest)
    case .file(let guest, let stream, let thread):
      3 << 56 | UInt64(guest) << 32 | UInt64(stream) << 16 | UInt64(thread)
    case .anon(let guest): 4 << 56 | UInt64(guest)
    case .kswapd(let guest, let token): 5 << 56 | UInt64(guest) << 32 | UInt64(token)
    case .flush(let guest, let token): 6 << 56 | UInt64(guest) << 32 | UInt64(token)
    case .balloonStart(let guest, let sleep): 7 << 56 | UInt64(sleep) << 16 | UInt64(guest)
    case .balloonBatch(let guest): 8 << 56 | UInt64(guest)
    case .worker(let guest): 9 << 56 | UInt64(guest)
    case .shrink(let guest): 10 << 56 | UInt64(guest)
    case .order(let index): 11 << 56 | UInt64(index)
    case .tick: 12 << 56
    case .faultEnd(let index): 13 << 56 | UInt64(index)
    case .faultTurn(let index): 14 << 56 | UInt64(index)
    case .process(let guest, let process): 15 << 56 | UInt64(guest) << 32 | UInt64(process)
    case .hostTurn: 16 << 56
    case .report(let guest): 17 << 56 | UInt64(guest)
    case .freePageReport(let guest): 18 << 56 | UInt64(guest)
    }
  }
}
