/// How the balloon driver of a guest is set, besides its generation.
public struct BalloonOptions: Hashable, Sendable {
  /// `max_retry_count`: failures in a row after which it gives up, 0: never; nil: as the generation has it at boot.
  public var maxRetryCount: Int?
  /// `max_schedule_delay`: the longest back-off in seconds, at least 1.
  ///
  /// Source: Docs/kernel.md 2.1.
  public var maxScheduleDelay: Int64 = 32
  /// `xen_scrub_pages`: whether a page is cleared before it goes out. On as Linux is built by default (Docs/kernel.md 2.5).
  public var scrubsPages = true
  /// `memhp_default_state=online`: whether memory that the driver adds above the guest's maximum is put online by itself.
  ///
  /// Of 6.1's driver alone; memory that stays offline holds no page. Source: Docs/kernel.md 2.9.
  public var onlinesMemory = false
  /// `VIRTIO_BALLOON_F_REPORTING`, `free-page-reporting=on` of QEMU's device: free blocks are reported to the host, which discards
  /// them. Of virtio's balloon, and kernels from 5.7 on.
  public var reportsFreePages = false
  /// `VIRTIO_BALLOON_F_DEFLATE_ON_OOM`, `deflate-on-oom=on` of QEMU's device: the balloon gives pages back before a process is killed.
  /// Of virtio's balloon. MemTotal does not follow the balloon then.
  public var deflatesOnOOM = false

  /// The driver's defaults.
  public init() {}
}
