import Policies
import Testing

@Suite("MOM")
struct MomTests {
  /// A guest's sample in KiB.
  private func sample(
    _ current: Int64, least: Int64 = 0, most: Int64 = 12_582_912, unused: Int64
  ) -> Mom.GuestSample {
    Mom.GuestSample(
      balloonCurrent: current, balloonMin: .size(least), balloonMax: most, memoryUnused: unused)
  }

  /// What a round does to guests that were sampled once, on a host with `free` of `total` KiB.
  private func round(
    _ variant: Mom.Variant = .mom, isBalloonEnabled: Bool = true, free: Int64, of total: Int64,
    _ samples: Mom.GuestSample...
  ) -> (round: Mom.Round?, outcomes: [Mom.Outcome]) {
    var settings = Mom.Settings(variant)
    settings.isBalloonEnabled = isBalloonEnabled
    var daemon = Mom(variant, settings)
    daemon.collect(Mom.HostSample(memoryAvailable: total, memoryFree: free))
    for (place, sample) in samples.enumerated() { daemon.collect(sample, ofGuest: place) }
    var outcomes: [Mom.Outcome] = []
    let round = daemon.round(into: &outcomes)
    return (round, outcomes)
  }

  @Test("At a free share of exactly 0.20 guests grow by 5%, and not at their most")
  func growsAtThreshold() {
    let got = round(
      free: 8_186_832, of: 40_934_160, sample(9_437_184, unused: 6_283_704),
      sample(12_582_912, unused: 100))

    #expect(got.outcomes.map(\.target) == [9_909_043, nil])
    #expect(got.outcomes[0].decided == 9_909_043.200000001)
  }

  @Test("One KiB below it guests shrink; who is short neither shrinks nor grows")
  func shrinksBelowThreshold() {
    let got = round(
      free: 4_014_555, of: 20_072_780, sample(9_437_184, unused: 6_283_704),
      sample(8_388_608, most: 8_388_608, unused: 8_388_608 - 7_368_590),
      sample(524_288, least: 524_288, unused: 300_000))

    #expect(got.outcomes.map(\.target) == [8_965_324, nil, nil])
  }

  @Test("At 0.05 and below, a guest keeps no more than it uses, or less")
  func critical() throws {
    let got = round(
      free: 1_686_904, of: 33_738_100,
      sample(8_388_608, most: 8_388_608, unused: 8_388_608 - 7_413_950))

    #expect(got.outcomes[0].target == 7_969_177)
    let share = try #require(got.round?.guestFree)
    #expect(share < 0 && share > -0.000_001)
  }

  @Test("vdsm grows by the host's share: a guest on an empty host by a third at once")
  func vdsmGrowsByTheHostsShare() {
    let guest = sample(9_437_184, unused: 9_437_184 - 3_113_174)

    #expect(round(.vdsm, free: 1_000_000, of: 1_000_000, guest).outcomes[0].target == 12_550_358)
    #expect(round(.mom, free: 1_000_000, of: 1_000_000, guest).outcomes[0].target == 9_909_043)
  }

  @Test("Where the cluster does not balloon, vdsm's guests grow under pressure as well")
  func vdsmWithoutBallooning() {
    let guest = sample(4_194_304, unused: 2_097_152)

    let on = round(.vdsm, free: 100_000, of: 1_000_000, guest)
    let off = round(.vdsm, isBalloonEnabled: false, free: 100_000, of: 1_000_000, guest)
    let shipped = Mom.Settings(.vdsm)

    #expect(on.outcomes[0].target == 3_984_588)
    #expect(off.outcomes[0].target == 4_404_019)
    #expect(!shipped.isBalloonEnabled && shipped.interval == 15)
  }

  @Test("vdsm brings a guest below its guarantee to just that, even if more was decided")
  func guaranteeWins() {
    let guest = sample(1_027_604, least: 1_048_576, unused: 800_000)

    let got = round(.vdsm, free: 500_000, of: 1_000_000, guest)

    #expect(got.outcomes[0].decided == 1_078_984.2)
    #expect(got.outcomes[0].target == 1_048_576)
    #expect(round(.mom, free: 100_000, of: 1_000_000, guest).outcomes[0].target == nil)
  }

  @Test("vdsm's rules fail for all guests while one has no balloon information")
  func missingInformation() {
    let missing = Mom.GuestSample(
      balloonCurrent: nil, balloonMin: .missing, balloonMax: nil, memoryUnused: 5)

    let got = round(.vdsm, free: 9, of: 10, sample(4_194_304, unused: 1 << 20), missing)

    #expect(got.outcomes[0].decided != nil)
    #expect(got.outcomes.map(\.target) == [nil, nil])
    #expect(
      got.round?.fault?.text
        == "Unexpected error when evaluating policy: '<' not supported between instances of 'NoneType' and 'NoneType'"
    )
  }

  @Test("A guaranteed size as text fails the round, but only where it is looked at")
  func textualGuarantee() {
    var guest = sample(4_194_304, unused: 1 << 20)
    guest.balloonMin = .text(1_048_576)

    let got = round(free: 9, of: 10, guest, sample(4_194_304, unused: 1 << 20))
    guest.balloonMax = guest.balloonCurrent
    let full = round(free: 9, of: 10, guest, sample(4_194_304, unused: 1 << 20))

    #expect(got.round?.fault?.left == .float && got.round?.fault?.right == .string)
    #expect(got.outcomes.map(\.target) == [nil, nil])
    #expect(full.round?.fault == nil)
    #expect(full.outcomes.map(\.target) == [nil, 4_404_019])
  }

  @Test("With MOM's collectors a guest that lacks anything sits out and keeps its samples")
  func notReady() {
    var daemon = Mom(.mom)
    daemon.collect(Mom.HostSample(memoryAvailable: 10, memoryFree: 9))
    daemon.collect(sample(1 << 20, unused: 1 << 19), ofGuest: 0)
    var incomplete = sample(1 << 20, unused: 0)
    incomplete.memoryUnused = nil
    daemon.collect(incomplete, ofGuest: 0)
    var outcomes: [Mom.Outcome] = []

    #expect(daemon.round(into: &outcomes)?.fault == nil)
    #expect(outcomes.map(\.decided) == [nil])
    #expect(daemon.guests[0].window.list.count == 1)
    daemon.leave(guest: 0)
    #expect(daemon.guests[0].window.list == [])
    daemon.collect(nil as Mom.HostSample?)
    #expect(daemon.round(into: &outcomes) == nil)
  }

  @Test("A mean goes over the last ten samples, whatever the time between them")
  func window() {
    var daemon = Mom(.mom)
    for free in 0..<25 {
      daemon.collect(Mom.HostSample(memoryAvailable: 100, memoryFree: Int64(free)))
    }
    var outcomes: [Mom.Outcome] = []

    #expect(daemon.host.list.map(\.memoryFree) == Array(15..<25))
    #expect(daemon.host.last?.memoryFree == 24)
    #expect(daemon.round(into: &outcomes)?.hostFree == 0.195)
  }

  @Test("Up to a four-hundredth of a guest's size no change is worth it")
  func deadBand() {
    let most: Int64 = 4_000_000
    // 0.0025 of 3,990,025 is 9,975.06, and the room to go 9,975.
    let near = sample(3_990_025, most: most, unused: 0)
    let far = sample(3_990_024, most: most, unused: 0)

    #expect(round(free: 9, of: 10, near, far).outcomes.map(\.target) == [nil, 4_000_000])
  }

  @Test("A line whose guests have no samples, or come and go, is replayed to its end")
  func emptyWindows() throws {
    let guest: VectorFields = ["ready": .null, "window": .list([])]
    var line: VectorFields = [
      "variant": .text("vdsm"), "balloon_enabled": .bool(true), "history": .number(1),
      "host_fields": .list([.text("mem_available"), .text("mem_free")]),
      "guest_fields": .list(
        ["balloon_cur", "balloon_min", "balloon_max", "mem_unused"].map { .text($0) }),
      "before": .object(["host": .list([]), "guests": .object(["a": .object(guest)])]),
      "turns": .list([]), "controls": .object([:]), "decision": .object([:]), "error": .null,
      "after": .object(["host": .list([]), "guests": .object(["a": .object(guest)])]),
    ]

    #expect(try MomReplay.replay(line) == [])
    line["turns"] = .list([.object(["host": .null, "guests": .object(["b": .null])])])
    #expect(try MomReplay.replay(line).map(\.path) == ["after.guests.a", "after.guests.b"])
    line["turns"] = .list([
      .object(["host": .list([.number(0), .number(0)]), "guests": .object([:])])
    ])
    #expect(throws: BadVectorField(path: "turns[0].host")) { try MomReplay.replay(line) }
  }
}
