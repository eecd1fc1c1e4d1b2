package import MemoryModel
internal import Units

/// What a check of the model against recordings does to a run before it begins, and asks of it afterwards.
extension Simulation {
  /// Changes a guest's kernel and the host before the run begins: memory that a recorded guest held at its first sample.
  ///
  /// What the change costs in simulated time is not counted.
  package mutating func prepare(
    guest index: Int, _ change: (inout GuestKernel, inout Host) -> Void
  ) {
    guests[index].kernel.begin(at: .zero)
    change(&guests[index].kernel, &host)
  }

  /// Looks at a guest's kernel and at the host, at the instant that the run has come to.
  package mutating func look<Answer>(
    atGuest index: Int, _ answer: (borrowing GuestKernel, borrowing Host) -> Answer
  ) -> Answer {
    guests[index].kernel.begin(at: now)
    return answer(guests[index].kernel, host)
  }

  /// Changes the host while the run goes on: what another of its users takes or gives back.
  package mutating func changeHost(_ change: (inout Host) -> Void) { change(&host) }

  /// What came of each step of each process of a guest's script, as far as it was carried out.
  package func outcomes(ofGuest index: Int) -> [[ScriptedProcess.Outcome]] {
    guests[index].processes.map(\.outcomes)
  }

  /// What a guest's kernel has counted so far.
  package func counters(ofGuest index: Int) -> VMCounters { guests[index].kernel.counters }
}
