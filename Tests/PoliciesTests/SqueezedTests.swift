import Policies
import Testing

/// The daemon's rule, its rounds and its calls, by the worked examples of `Docs/policies.md`, section "squeezed".
@Suite("squeezed")
struct SqueezedTests {
  private let gibibyte: Int64 = 1_048_576

  /// A domain with a range in KiB; without a target it is on it.
  private func domain(
    _ id: Int64, _ range: ClosedRange<Int64>, actual: Int64, target: Int64? = nil
  ) -> Squeezed.Domain {
    Squeezed.Domain(
      id: id, canBalloon: true, least: range.lowerBound, most: range.upperBound,
      target: target ?? actual, actual: actual)
  }

  private func host(_ free: Int64, _ domains: Squeezed.Domain...) -> Squeezed.Host {
    Squeezed.Host(free: free, domains: domains)
  }

  /// A first round for so much free memory.
  private func decision(_ host: Squeezed.Host, _ required: Int64) -> SqueezeRounds.Decision {
    var rounds = SqueezeRounds()
    return rounds.round(
      host, required: required, until: .atLeast(required), at: 0, switches: []
    ).decision
  }

  private func targets(_ pairs: (Int64, Int64)...) -> SqueezeRounds.Decision {
    .adjust(pairs.map { Squeezed.Setting(id: $0.0, value: $0.1) })
  }

  @Test("All get the same share of their range, the youngest first")
  func proportional() {
    let host = host(
      73_728, domain(2, gibibyte...3 * gibibyte, actual: 3 * gibibyte),
      domain(1, gibibyte...2 * gibibyte, actual: 2 * gibibyte))

    #expect(decision(host, 73_728 + gibibyte) == targets((2, 2_446_666), (1, 1_747_621)))
  }

  @Test("With more free memory than all ranges, all get their most")
  func plenty() {
    let host = host(
      4 * gibibyte, domain(2, gibibyte...3 * gibibyte, actual: gibibyte),
      domain(1, gibibyte...2 * gibibyte, actual: gibibyte))

    #expect(decision(host, 73_728) == targets((2, 3 * gibibyte), (1, 2 * gibibyte)))
  }

  @Test("While one has to give, none is told to grow")
  func twoPhases() {
    let host = host(
      524_288, domain(2, gibibyte...3 * gibibyte, actual: 3 * gibibyte),
      domain(1, gibibyte...2 * gibibyte, actual: gibibyte))
    var rounds = SqueezeRounds()

    let outcome = rounds.round(
      host, required: 73_728, until: .atLeast(0), at: 0, switches: [])

    #expect(outcome.proportional.map(\.value) == [2_747_045, 1_897_810])
    #expect(outcome.decision == targets((2, 2_747_045)))
  }

  @Test("A guest that has not moved for more than 5 s is left out, and the other gives its part")
  func stuck() {
    let host = host(
      73_728, domain(2, gibibyte...2 * gibibyte, actual: 2 * gibibyte),
      domain(1, gibibyte...2 * gibibyte, actual: 2 * gibibyte, target: 1_572_864))
    var rounds = SqueezeRounds()
    let outcomes = [0, 1, 5, 5.0001].map {
      rounds.round(host, required: 598_016, until: .atLeast(598_016), at: $0, switches: [])
    }

    for outcome in outcomes.prefix(3) {
      #expect(outcome.decision == targets((2, 1_835_000), (1, 1_835_000)))
    }
    #expect(outcomes[3].decision == targets((2, 1_572_856)))
    #expect(outcomes[3].declaredInactive == [1])
  }

  @Test("Guests without a range succeed if enough is free, and else nobody is to blame")
  func nobodyToBlame() {
    let host = host(
      73_728, domain(2, gibibyte...gibibyte, actual: gibibyte),
      domain(1, gibibyte...gibibyte, actual: gibibyte))

    #expect(decision(host, 73_728) == .success)
    #expect(decision(host, 73_729) == .failed([]))
  }

  @Test("A call looks, sets maxmem of the oldest first, waits, and ends when a guest has given")
  func call() {
    var call = SqueezeCall(.free(100_000), Squeezed())
    let before = host(73_728, domain(1, gibibyte...2 * gibibyte, actual: 2 * gibibyte))

    let check = call.look(before, at: 0)
    let round = call.look(before, at: 0)
    let target = round.targets[0].value
    let after = call.look(
      host(
        73_728 + 2 * gibibyte - target,
        domain(1, gibibyte...2 * gibibyte, actual: target)), at: 1)

    #expect(check.next == .look)
    #expect(target == 2 * gibibyte - 100_000 - 8)
    #expect(round.maxmem == round.targets)
    #expect(round.next == .wait)
    #expect(after.next == .wait || after.next == .end(.success))
  }

  @Test("A call for what is free already ends at once")
  func enough() {
    var call = SqueezeCall(.free(100_000), Squeezed())

    let step = call.look(host(173_728), at: 0)

    #expect(step == SqueezeCall.Step(next: .end(.success)))
  }

  @Test("The balance is wrong if a target would change, by more than the tolerance or not")
  func unbalanced() {
    let daemon = Squeezed()
    let guest = domain(1, gibibyte...2 * gibibyte, actual: gibibyte)

    #expect(!daemon.isUnbalanced(host(73_728, guest), at: 0))
    #expect(daemon.isUnbalanced(host(73_728 + 512, guest), at: 0))
    #expect(daemon.isUnbalanced(host(73_728 + 1, guest), at: 0))
  }
}
