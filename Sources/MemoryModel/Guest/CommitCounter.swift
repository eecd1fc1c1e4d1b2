public import Units

/// vm_committed_as: committed pages counted in one place, with a small deviation on each CPU.
///
/// Readers see only the one place, so that they are wrong by up to `batch - 1` pages a CPU.
/// Adding and reading cost the same whatever was added before, and allocate nothing.
///
/// Source: Docs/kernel.md 5.1, percpu_counter_add_batch().
public struct CommitCounter: ~Copyable {
  /// How far a CPU may deviate before its deviation is booked in the one place.
  public let batch: Int
  private var global = 0
  private var deltas: GrowingRow<Int>

  /// A counter at zero; `batch` (`GuestZones.commitBatch`) and `vcpus` are at least 1.
  public init(batch: Int, vcpus: Int) {
    precondition(batch >= 1 && vcpus >= 1, "batch \(batch), \(vcpus) CPUs")
    self.batch = batch
    var zeroes = GrowingRow<Int>(room: vcpus)
    for _ in 0..<vcpus { zeroes.append(0) }
    deltas = zeroes
  }

  /// percpu_counter_add_batch(): commits pages on a CPU, or releases them if `pages` is negative.
  @inline(__always)
  public mutating func add(_ pages: Int, cpu: Int) {
    let delta = deltas[cpu] + pages
    // Without a branch, for which way it goes cannot be foretold.
    let isBooked = delta.magnitude >= batch.magnitude
    global += isBooked ? delta : 0
    deltas[cpu] = isBooked ? 0 : delta
  }

  /// percpu_counter_read_positive(), as vm_memory_committed() reads it: the one place only, never negative.
  public var read: PageCount { PageCount(max(0, global)) }

  /// percpu_counter_sum(): what is committed in truth; costs a walk over the CPUs.
  public var exact: PageCount {
    var sum = global
    for cpu in deltas.indices { sum += deltas[cpu] }
    return PageCount(sum)
  }
}
