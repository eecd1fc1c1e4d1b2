internal import MemoryModel

extension KernelSettings {
  /// Why free pages cannot be reported although they are to be.
  fileprivate var problemOfReporting: String? {
    if !balloonOptions.reportsFreePages || reportsFreePages { return nil }
    return policy.hasPageReporting
      ? "free page reporting is a feature of virtio's balloon, so of `model: virtio`"
      : "free page reporting came with Linux 5.7, and the guest's kernel is \(policy.rawValue)"
  }

  /// The keys of a guest's balloon.
  static let balloonKeys: [ScenarioKey<KernelSettings>] = [
    ScenarioKey("model", \.balloon, .choice, "generation of Xen's balloon driver, or virtio's"),
    ScenarioKey(
      "max_retry_count", \.balloonOptions.maxRetryCount,
      kind: { _ in ScalarKind<Int>.count(0...1_000_000).or("model") },
      "failures in a row after which Xen's balloon gives up",
      note: "0: never; 4.4 never does, later ones after 4"
    ).later,
    ScenarioKey(
      "max_schedule_delay", \.balloonOptions.maxScheduleDelay,
      .count(1...86_400), "the longest back-off, in seconds"
    ).later,
    ScenarioKey(
      "scrub", \.balloonOptions.scrubsPages, .boolean,
      "`xen_scrub_pages`: pages are cleared before they go out",
      note: "without it a page out costs `clear_page` less"
    ).later,
    ScenarioKey(
      "online_added_memory", \.balloonOptions.onlinesMemory, .boolean,
      "`memhp_default_state=online`: memory that 6.1's balloon adds above `memory` comes online",
      note:
        "the host gives a guest no more than 1 MiB above `memory`, so it tries in vain from then on"
    ).later,
    ScenarioKey(
      "free_page_reporting", \.balloonOptions.reportsFreePages, .boolean,
      "free blocks of 2 MiB are reported to the host, which discards them",
      note: "`free-page-reporting=on` of QEMU's virtio balloon; kernels from 5.7 on"
    ).checked(\.problemOfReporting).later,
    ScenarioKey(
      "deflate_on_oom", \.balloonOptions.deflatesOnOOM, .boolean,
      "the balloon gives 256 pages back whenever a process would be killed, until it is empty",
      note:
        "`deflate-on-oom=on` of QEMU's virtio balloon; MemTotal does not follow the balloon then"
    ).checked {
      $0.balloonOptions.deflatesOnOOM && $0.balloon != .virtio
        ? "deflation on OOM is a feature of virtio's balloon, so of `model: virtio`" : nil
    }.later,
  ]
}
