import Testing
import Units

@testable import Recording
@testable import Reporting
@testable import Simulation

@Suite("Events in words")
struct EventSentenceTests {
  private func sentence(_ kind: String, _ detail: String) -> String {
    EventRow(time: .zero, guest: "one", kind: kind, detail: detail).sentence
  }

  // 256 pages are a MiB.

  @Test(
    "Each kind of event has a sentence with all its facts",
    arguments: [
      ("run_started", #"{"guests":1}"#, "the run began with 1 guest"),
      ("run_ended", #"{"events":12345}"#, "the run ended after 12,345 steps"),
      (
        "driver_init", #"{"status":"ok","reserved_mb":99,"selfballooning_enabled":1}"#,
        "the selfballoon driver started, with a reserve of 99 MB, selfballooning is on"
      ),
      (
        "driver_init", #"{"status":"ENODEV","reserved_mb":0,"disabled_in_initial_domain":1}"#,
        "the selfballoon driver did not start (ENODEV), with a reserve of 0 MB, does not balloon the initial domain"
      ),
      (
        "sysfs_write", #"{"attribute":"selfballoon_interval","text":"1","status":"ok"}"#,
        "selfballoon_interval written: 1 (ok)"
      ),
      (
        "sysfs_write", #"{"attribute":"selfballoon_interval","text":"x","status":"EINVAL"}"#,
        "selfballoon_interval written: x (refused, EINVAL)"
      ),
      (
        "balloon_target", #"{"target_pages":25600}"#,
        "a target of 100.0 MiB was written to the balloon"
      ),
      (
        "balloon_backoff", #"{"retry_after_s":2}"#,
        "no memory from Xen, or no free page to give it; the balloon driver tries again in 2 s"
      ),
      (
        "balloon_cancelled", "{}",
        "the balloon driver gave up after its last try, until its next target"
      ),
      (
        "balloon_no_more_pages", "{}",
        "the balloon was empty: the guest cannot be made larger than it was at boot"
      ),
      ("drop_caches", #"{"pages":512}"#, "the file cache was dropped: 2.0 MiB"),
      (
        "fault_begins", #"{"fault":"balloon_slow","for_ns":10000000000,"factor":8}"#,
        "the fault balloon slow began, for 10.0 s, 8 times slower"
      ),
      (
        "fault_begins", #"{"fault":"worker_late","for_ns":10000000000,"by_ns":2000000000}"#,
        "the fault worker late began, for 10.0 s, 2.0 s late"
      ),
      (
        "fault_begins", #"{"fault":"balloon_refusing","for_ns":10000000000,"above_pages":2560}"#,
        "the fault balloon refusing began, for 10.0 s, no growth above 10.0 MiB"
      ),
      (
        "fault_begins", #"{"fault":"host_demand","for_ns":10000000000,"pages":7}"#,
        "the fault host demand began, for 10.0 s, 7 pages taken from the host"
      ),
      ("fault_ends", #"{"fault":"tmem_full"}"#, "the fault tmem full ended"),
      (
        "mapping_refused", #"{"pages":1}"#,
        "the kernel refused a mapping of 1 page; the program did without"
      ),
      (
        "oom_kill", #"{"committed_pages":25600,"touched_pages":23040}"#,
        "a process was killed: 100.0 MiB committed, 90.0 MiB touched"
      ),
      (
        "kernel_oops", #"{"reason":"divide_by_zero","in":"selfballoon worker"}"#,
        "the guest's kernel stopped in the selfballoon worker: divide by zero"
      ),
      (
        "policy_ended", #"{"reason":"divide_by_zero","in":"xenballoond"}"#,
        "xenballoond ended: divide by zero"
      ),
      ("driver_init", #"{"policy":"xenballoond"}"#, "the daemon xenballoond started"),
      (
        "work_done", #"{"stream":"sources","accesses":1200000}"#,
        "sources had done its work, 1,200,000 accesses"
      ),
    ])
  func known(kind: String, detail: String, words: String) {
    #expect(sentence(kind, detail) == words)
  }

  @Test("What a newer program wrote stands as it is; nothing of it is left out")
  func unknown() {
    #expect(sentence("disk_lost", "{}") == "disk lost")
    #expect(sentence("disk_lost", #"{"by":"fire"}"#) == #"disk lost {"by":"fire"}"#)
    #expect(
      sentence("balloon_backoff", #"{"retry_after_s":2,"of":3}"#)
        == #"balloon backoff {"retry_after_s":2,"of":3}"#)
    #expect(sentence("oom_kill", #"{"committed_pages":1}"#) == #"oom kill {"committed_pages":1}"#)
    #expect(sentence("oom_kill", #"[1]"#) == "oom kill [1]")
    #expect(sentence("drop_caches", #"{"pages":1.5}"#) == #"drop caches {"pages":1.5}"#)
  }

  @Test("There is no kind without a sentence of its own")
  func complete() throws {
    // The fewest facts that each kind is told with, from where the run reports it.
    let details = [
      "balloon_cancelled": "{}", "balloon_no_more_pages": "{}", "run_started": #"{"guests":2}"#,
      "run_ended": #"{"events":1}"#, "driver_init": #"{"status":"ok","reserved_mb":1}"#,
      "sysfs_write": #"{"attribute":"a","text":"1","status":"ok"}"#,
      "balloon_target": #"{"target_pages":1}"#, "balloon_backoff": #"{"retry_after_s":1}"#,
      "drop_caches": #"{"pages":1}"#, "fault_begins": #"{"fault":"a","for_ns":1}"#,
      "fault_ends": #"{"fault":"a"}"#, "mapping_refused": #"{"pages":1}"#,
      "oom_kill": #"{"committed_pages":1,"touched_pages":1}"#, "kernel_oops": #"{"reason":"a"}"#,
      "policy_ended": #"{"reason":"a","in":"b"}"#,
      "work_done": #"{"stream":"a","accesses":1}"#,
    ]
    for kind in EventRecord.Kind.allCases {
      let detail = try #require(details[kind.rawValue], "\(kind)")
      #expect(!sentence(kind.rawValue, detail).contains("{"), "\(kind)")
    }
  }
}
