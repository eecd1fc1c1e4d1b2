extension Squeezed {
  /// The proportional rule: for each domain its least and the same share of its range, in the order of the host's list.
  ///
  /// The share is what would be free if all went to their least, less what is wanted free, divided by all ranges; at
  /// least 0 and at most 1. Nothing to divide by makes it 1 if there is something to share out, else 0. What the cut
  /// towards zero leaves over stays free.
  public static func targets(
    _ domains: some Sequence<Domain>, free: Int64, required: Int64, switches: Switches = []
  ) -> [Setting] {
    var surplus = free
    var ranges: Int64 = 0
    for domain in domains {
      surplus &+= domain.freeable(switches)
      ranges &+= domain.range
    }
    surplus = max(0, surplus &- required)
    let share = share(Double(surplus) / Double(ranges))
    return domains.map { domain in
      Setting(id: domain.id, value: domain.least &+ cut(share * Double(domain.range)))
    }
  }

  /// A quotient held between 0 and 1; one that is no number counts as 0.
  private static func share(_ quotient: Double) -> Double {
    if quotient > 1 { return 1 }
    return quotient > 0 ? quotient : 0
  }

  /// Cut towards zero; beyond 64 bits it is the least number, as the processor's instruction has it.
  private static func cut(_ value: Double) -> Int64 {
    Int64(exactly: value.rounded(.towardZero)) ?? .min
  }
}
