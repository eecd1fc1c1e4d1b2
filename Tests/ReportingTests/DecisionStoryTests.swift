import Policies
import TestSupport
import Testing
import Text
import Units

@testable import Recording
@testable import Reporting

@Suite("Why the worker decided as it did")
struct DecisionStoryTests {
  let folder: Folder
  let store: ResultStore

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
    _ = try store.recordRun(ticks: 20)
  }

  /// Enters a run of the worker in the first guest, by its columns.
  private func enter(_ invocation: Int, at seconds: Int, _ values: [String: String]) throws {
    func value(_ name: String) -> String { values[name] ?? "NULL" }
    let terms = SelfBalloon.card.terms.map { value($0.name) }.joined(separator: ", ")
    try store.alter(
      """
      INSERT INTO decisions (id, run_id, guest, policy, turn, time_ns, run_ns, current_pages, goal_pages, target_pages,
        rule, shrunk_pages, fault, terms)
      VALUES (\((1 << 41) + invocation), 1, 'build', 'selfballoon', \(invocation), \(seconds)000000000, 1000,
        \(value("cur_pages")), \(value("goal_pages")), \(value("target_pages")), \(value("floor_rule")),
        \(value("shrunk_pages")), \(value("fault")), json_array(\(terms)))
      """)
  }

  private func story(at seconds: Int64) throws -> String {
    try DecisionStory(store, run: 1, guest: "build", at: .zero + .seconds(seconds)).sentences
      .joined(separator: " ")
  }

  // The numbers are the worked examples of the driver's facts: a guest of 1 GiB with a reserve of 99 MiB.

  @Test("A step down: the sum, the gap, the eighth of it, the floor that does not bind")
  func stepDown() throws {
    try enter(
      1, at: 5,
      [
        "cur_pages": "255976", "committed_pages": "20000", "totalreserve_pages": "2504",
        "reserved_pages": "25344", "frontswap_pages": "0", "goal_pages": "47848",
        "gap_pages": "208128", "divisor": "8", "unfloored_target_pages": "229960",
        "floor_pages": "35169", "floor_rule": "'large'", "target_pages": "229960",
        "balloon_target_pages": "236128",
      ])
    try enter(2, at: 10, ["cur_pages": "229960"])

    let text = try story(at: 7)
    for part in [
      "build, run 1 of its worker, at 5.0 s.",
      "20,000 committed + 2,504 kept back by the zones + 25,344 selfballoon_reserved_mb = 186.9 MiB (47,848 pages).",
      "The guest had 999.9 MiB (255,976 pages), 813.0 MiB (208,128 pages) above the goal. "
        + "Divided by selfballoon_downhysteresis, 8, that is a step of 101.6 MiB (26,016 pages) down, to 898.3 MiB (229,960 pages).",
      "The floor, 137.4 MiB (35,169 pages) (99 MiB and a 32nd of what is usable above that), did not bind.",
      "was given 236,128 pages.",
      "Until its next run, 5.0 s later, the balloon took 101.6 MiB (26,016 pages), which is what it was asked for.",
    ] { #expect(text.contains(part), "\(text)") }
  }

  @Test("Seven pages above the goal a guest stays; a floor that binds is named")
  func settledAndFloored() throws {
    let common = [
      "totalreserve_pages": "2504", "frontswap_pages": "0", "divisor": "8", "floor_pages": "35169",
      "floor_rule": "'large'", "balloon_target_pages": "54023",
    ]
    try enter(
      1, at: 5,
      common.merging([
        "cur_pages": "47855", "committed_pages": "20000", "reserved_pages": "25344",
        "goal_pages": "47848", "gap_pages": "7", "unfloored_target_pages": "47855",
        "target_pages": "47855",
      ]) { $1 })
    try enter(
      2, at: 10,
      common.merging([
        "cur_pages": "37000", "committed_pages": "2000", "reserved_pages": "0",
        "goal_pages": "4504", "gap_pages": "32496", "unfloored_target_pages": "32938",
        "target_pages": "35169",
      ]) { $1 })

    #expect(
      try story(at: 9).contains(
        "7 pages above the goal. Divided by selfballoon_downhysteresis, 8, that is a step of 0 pages down"
      ))
    #expect(try story(at: 9).contains("so close to its goal a guest stays."))
    #expect(
      try story(at: 10).contains(
        "The floor bound: the target is 137.4 MiB (35,169 pages) (99 MiB and a 32nd of what is usable above that), "
          + "not 128.7 MiB (32,938 pages)."))
  }

  @Test("Frontswap: grown, counting down, shrunk; a division by zero; nothing yet")
  func shrinking() throws {
    let shrink = [
      "shrink_frontswap_pages": "9000", "shrink_previous_frontswap_pages": "8000",
      "shrink_counter_before": "1", "shrink_counter_after": "3",
    ]
    try enter(1, at: 5, shrink)
    try enter(
      2, at: 6,
      shrink.merging([
        "shrink_previous_frontswap_pages": "9000", "shrink_counter_before": "3",
        "shrink_counter_after": "2",
      ]) { $1 })
    try enter(
      3, at: 7,
      shrink.merging([
        "shrink_previous_frontswap_pages": "9000", "shrink_target_pages": "8550",
        "shrunk_pages": "450", "fault": "'divide_by_zero'",
      ]) { $1 })

    #expect(try story(at: 4).hasPrefix("Until 4.0 s the worker of build had not run"))
    #expect(try story(at: 5).contains("it had grown, so its inertia began anew at 3."))
    #expect(try story(at: 5).contains("Selfballooning was off"))
    #expect(try story(at: 6).contains("so its inertia went from 3 to 2; at 0 it shrinks."))
    #expect(
      try story(at: 7).contains(
        "it was to shrink to 33.4 MiB (8,550 pages), and 1.8 MiB (450 pages) came home. The inertia is now 3."
      ))
    #expect(try story(at: 7).contains("divide by zero: the kernel oopsed"))
  }

  @Test("The worst moments: a kill, the longest wait after the worker began, the deepest shortfall")
  func worst() throws {
    #expect(try store.worst(.oom, of: 1, guest: nil) == nil)
    // Ticks of the sample rise by 1,000 each, so the first difference is as large as any.
    let stall = try #require(try store.worst(.stall, of: 1, guest: nil))
    #expect(stall == ("build", .zero + .seconds(1), false))
    try store.alter(
      "UPDATE ticks SET stall_disk_ns = stall_disk_ns + 5000 WHERE guest = 'größer' AND tick >= 7")
    let longer = try #require(try store.worst(.stall, of: 1, guest: nil))
    #expect(longer == ("größer", .zero + .seconds(7), false))
    let own = try #require(try store.worst(.stall, of: 1, guest: "build"))
    #expect(own.guest == "build")
    for (invocation, goal) in [(1, 120), (2, 150), (3, 90)] {
      try enter(invocation, at: invocation * 5, ["cur_pages": "100", "goal_pages": "\(goal)"])
    }
    let shortfall = try #require(try store.worst(.shortfall, of: 1, guest: nil))
    #expect(shortfall == ("build", .zero + .seconds(10), true))
    #expect(try store.guests(of: 1) == ["build", "größer"])
  }

  @Test("Waits before the worker's first run count only if there are none after it")
  func coldStart() throws {
    try enter(1, at: 5, [:])
    // In `größer`, which has no worker, a longer wait at 3 s than any; in `build` the longest after 5 s is at 8 s.
    try store.alter("UPDATE ticks SET stall_disk_ns = stall_disk_ns + 9000 WHERE tick >= 3")
    try store.alter(
      "UPDATE ticks SET stall_disk_ns = stall_disk_ns + 70 WHERE guest = 'build' AND tick >= 8")

    let after = try #require(try store.worst(.stall, of: 1, guest: nil))
    #expect(after == ("build", .zero + .seconds(8), true))
    let other = try #require(try store.worst(.stall, of: 1, guest: "größer"))
    #expect(other == ("größer", .zero + .seconds(6), true))
    #expect(
      WorstMoment.stall.text(isAfterFirstRun: true)
        == "Accesses waited longest after the worker's first run")

    try store.alter("DELETE FROM ticks WHERE tick > 5")
    let before = try #require(try store.worst(.stall, of: 1, guest: nil))
    #expect(before == ("build", .zero + .seconds(3), false))
    #expect(WorstMoment.stall.text(isAfterFirstRun: false) == "Accesses waited longest")
  }

  @Test("The minute before ends with the ticks up to the moment, though no decision came near it")
  func minuteBefore() throws {
    try enter(1, at: 5, ["committed_pages": "77"])
    try enter(2, at: 10, ["committed_pages": "78"])
    func minute(_ seconds: Int64) throws -> MinuteBefore {
      try MinuteBefore(store, run: 1, guest: "build", before: .zero + .seconds(seconds))
    }

    let rows = try minute(19).table.rows
    #expect(
      rows.map { $0[0] } == ["5.0 s", "10.0 s", "15.0 s", "16.0 s", "17.0 s", "18.0 s", "19.0 s"])
    // The sample's first column, committed_pages, is a thousand times the tick: 19,000 pages are 74.2 MiB.
    #expect(rows[0][1] == "0.3 MiB")
    #expect(rows.last?[1] == "74.2 MiB")

    try store.alter("DELETE FROM decisions")
    for invocation in 1...15 { try enter(invocation, at: invocation, [:]) }
    let thinned = try minute(19).table.rows.map { $0[0] }
    #expect(
      thinned == [
        "1.0 s", "3.0 s", "5.0 s", "7.0 s", "9.0 s", "11.0 s", "13.0 s", "15.0 s", "16.0 s",
        "17.0 s", "18.0 s", "19.0 s",
      ])
  }

  @Test("What happened after the decision is told once: by the story, not by the minute before it")
  func eventsOnce() throws {
    try enter(1, at: 5, [:])
    for (number, second) in [(1, 4), (2, 7)] {
      try store.alter(
        """
        INSERT INTO events (id, run_id, sequence, time_ns, guest, kind, detail)
        VALUES (\((1 << 41) + number), 1, \(number), \(second)000000000, 'build', 'balloon_backoff',
          '{"retry_after_s":\(number)}')
        """)
    }
    let again = "no memory from Xen, or no free page to give it; the balloon driver tries again in"

    let minute = try MinuteBefore(store, run: 1, guest: "build", before: .zero + .seconds(8))
    #expect(minute.happenings == ["4.0 s: \(again) 1 s"])
    #expect(try story(at: 8).contains("At 7.0 s: \(again) 2 s."))
  }

  @Test("A guest without a worker is said to have none")
  func staticGuest() throws {
    let yaml =
      "{name: s, duration: 1s, guests: [{name: build, memory: 1GiB, controller: none, committed: {constant: 0p}}]}"
    try store.alter("UPDATE runs SET scenario_yaml = '\(yaml)' WHERE id = 1")
    #expect(
      try story(at: 9)
        == "build has no worker (controller: none): its memory is fixed, unless a target is written to its balloon."
    )
  }
}
