/// Who goes first among the events of one instant, in this order.
///
/// Source: `Docs/model.md`, section 1: workload, memory, balloon, controller, recorder.
public enum Phase: UInt8, CaseIterable, Sendable {
  /// What programs in a guest do: accesses, allocations, the steps of a committed trace.
  case workload
  /// What a guest kernel does in the background: kswapd, writeback, the end of a disk transfer.
  case memory
  /// The balloon driver's batches and retries.
  case balloon
  /// The selfballoon worker, sysfs writes and other orders from outside.
  case controller
  /// The recording of a tick.
  case recorder
}
