internal import Foundation
internal import Units

/// What things took in one recorded guest: an emulated processor on a shared machine, so that each recording has its own.
///
/// None of them is pressure: they are processor time of pages scanned and of accesses, and how long disks took. What is
/// the same for all is below, with its source.
struct PressureCosts {
  /// Looking at a page of a list: kswapd's processor time by the pages it looked at.
  let scanPage: SimDuration
  /// A read of a disk from the request until its task is woken, by process: block waits by reads.
  let reads: [Int: SimDuration]
  /// The same of all processes together.
  let read: SimDuration
  /// Reading a page back from swap that is memory.
  let load: SimDuration

  /// Submitting a read, which counts as a stall for a page that was in use.
  ///
  /// Source: the README of the recordings, 0.15 ms.
  static let submit = SimDuration.microseconds(150)
  /// From the interrupt of a disk until its task can run: the difference of delay accounting's `thrashing` and `blkio` in f_refault2
  /// less the wait for the processor.
  static let interrupt = SimDuration.microseconds(110)
  /// What else a read from a disk takes of the processor: run time by reads in f_refault, 0.45 ms, less the submission.
  static let readWork = SimDuration.microseconds(300)
  /// A page of the balloon: that of a guest that does nothing else, for here tasks compete for the processor.
  static let balloonOut = RecordedGuestCosts.idleBalloonOut
  /// The first touch of a page that has its turn at a pace. Assumed.
  static let touch = SimDuration.microseconds(25)
  /// An access of a page in memory, where the recording does not say. Assumed.
  static let access = SimDuration.microseconds(20)
  /// The agent's work for a sample: the median of `sample_us` where little else happens.
  static let sample = SimDuration.milliseconds(6)
  /// A page looked at, where the recording shows too few. Source: the README of the recordings, 12 us.
  static let usualScan = SimDuration.microseconds(12)
  private static let fewPages = 300.0

  init(_ recording: PressureRecording) {
    func grown(_ columns: String...) -> Double {
      columns.reduce(0) { $0 + (recording.growth($1) ?? 0) }
    }
    let byKswapd = grown("pgscan_kswapd")
    let scanned = byKswapd + grown("pgscan_direct")
    // Pages of active lists are looked at too.
    let looked = byKswapd + grown("pgdeactivate") * byKswapd / max(scanned, 1)
    // The counters of a type have what a control group's reclaim looked at too.
    let ofGroup = grown("pgscan_anon", "pgscan_file") - scanned
    if byKswapd >= Self.fewPages {
      scanPage = .microsecondsCut(grown("kswapd_run_us") / looked)
    } else if ofGroup >= Self.fewPages {
      let time = recording.guest.processNumbers.reduce(grown("other_reclaim_us")) {
        $0 + grown("p\($1)_reclaim_us")
      }
      scanPage = .microsecondsCut(time / (ofGroup + grown("pgdeactivate")))
    } else {
      scanPage = Self.usualScan
    }
    var reads: [Int: SimDuration] = [:]
    var (waited, count) = (0.0, 0.0)
    for process in recording.guest.processNumbers {
      let (time, number) = Self.reads(of: process, recording)
      waited += time
      count += number
      if number >= Self.fewPages { reads[process] = .microsecondsCut(time / number) }
    }
    self.reads = reads
    let latency = recording.swapDisk == nil ? recording.dataLatency : recording.swapLatency
    read =
      count >= Self.fewPages
      ? .microsecondsCut(waited / count) : .microsecondsCut(latency * 1_000 + 550)
    let loads = recording.guest.processNumbers.reduce(0.0) {
      $0 + (recording.growth("p\($1)_swapin_n") ?? 0)
    }
    let loading = recording.guest.processNumbers.reduce(0.0) {
      $0 + (recording.growth("p\($1)_swapin_us") ?? 0)
    }
    load = recording.swapDisk == nil && loads >= 1 ? .microsecondsCut(loading / loads) : Self.access
  }

  /// How long a process waited for disks in its operations that read single pages, in us, and how many it read.
  private static func reads(
    of process: Int, _ recording: PressureRecording
  ) -> (waited: Double, count: Double) {
    let single: Set<String> = ["azipf", "fzipf", "fscan", "aread"]
    return recording.spans(of: process).reduce(into: (0.0, 0.0)) { sum, span in
      guard single.contains(span.word) else { return }
      sum.0 += recording.growth("p\(process)_blkio_us", span.samples)
      sum.1 +=
        recording.growth("p\(process)_miss", span.samples)
        + (recording.swapDisk == nil ? 0 : recording.growth("p\(process)_majflt", span.samples))
    }
  }

  /// The processor time of an access in a line of the script, besides reads from disks; `work` is what it burns on purpose.
  static func access(
    line: Int, work: SimDuration, _ recording: PressureRecording
  ) -> SimDuration {
    guard let span = recording.span(ofLine: line) else { return work + access }
    let process = span.process
    let accesses = recording.growth("p\(process)_acc", span.samples)
    guard accesses >= fewPages else { return work + access }
    let reads =
      recording.growth("p\(process)_miss", span.samples)
      + (recording.swapDisk == nil ? 0 : recording.growth("p\(process)_majflt", span.samples))
    let own = Double((submit + readWork).nanoseconds) / 1_000 * reads
    let run = recording.growth("p\(process)_run_us", span.samples)
    return max(.microsecondsCut((run - own) / accesses), work + .microseconds(5))
  }
}

extension SimDuration {
  /// A time in microseconds, between 0 and 10 s.
  static func microsecondsCut(_ microseconds: Double) -> SimDuration {
    .nanoseconds(Int64(min(max(microseconds, 0), 1e7) * 1_000))
  }
}

extension PressureRecording {
  /// A line of the script that was carried out: its process, its word, and the samples between its beginning and its end.
  struct Span {
    let process: Int
    let word: String
    let samples: ClosedRange<Int>
  }

  /// The lines of a process, those that last until the end of the recording included.
  func spans(of process: Int) -> [Span] {
    guest.description.script.indices.compactMap { line in
      span(ofLine: line).flatMap { $0.process == process ? $0 : nil }
    }
  }

  /// A line as it was carried out; nil: there are no two samples within it.
  ///
  /// A line without an outcome lasts from its time, or the end of the line before it, to the end of the recording.
  func span(ofLine line: Int) -> Span? {
    let words = guest.description.script[line].split(separator: " ")
    guard words.count >= 3, let process = Int(words[0]), let due = Double(words[1]),
      let times = guest.series["t"], let last = times.last
    else { return nil }
    let outcome = guest.description.operations.first { $0.line == line }
    let before = guest.description.operations.filter {
      $0.line < line && guest.description.script[$0.line].split(separator: " ").first == words[0]
    }
    let start = outcome?.start ?? max(due, before.map(\.end).max() ?? 0)
    let end = outcome?.end ?? last
    guard let first = times.firstIndex(where: { $0 >= start }),
      let final = times.lastIndex(where: { $0 <= end + 0.5 }), first < final
    else { return nil }
    return Span(process: process, word: String(words[2]), samples: first...final)
  }

  /// By how much a column rose between two samples; 0 if there is no such column.
  func growth(_ column: String, _ samples: ClosedRange<Int>) -> Double {
    guard let values = guest.series[column] else { return 0 }
    return values[samples.upperBound] - values[samples.lowerBound]
  }
}
