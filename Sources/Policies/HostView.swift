/// What a host's policy sees when it decides: the host's memory, and each guest from outside. In pages.
public struct HostView: Hashable, Sendable {
  /// Nanoseconds since the guests booted.
  public var time: Int64
  /// RAM of the host.
  public var memory: UInt64
  /// Memory that nobody has.
  public var free: UInt64
  /// Pages that tmem has or could have: all that are neither a guest's RAM nor held by others.
  public var tmem: UInt64 = 0
  /// The run's seed, for what a policy draws at random.
  public var seed: UInt64 = 1
  /// The guests, in the scenario's order.
  public var guests: [Guest]

  /// A guest from outside.
  public struct Guest: Hashable, Sendable {
    /// Whether it runs; one whose kernel has panicked does not.
    public var isUp: Bool
    /// The size that the machine was built with, which it cannot exceed.
    public var built: UInt64
    /// Its size as its balloon has it: `actual` of QEMU, the domain's pages without tmem in Xen.
    public var size: UInt64
    /// The balloon target that it was given last.
    public var target: UInt64
    /// The least size that the operator gave it; nil: none.
    public var least: UInt64?
    /// The largest size that the operator gave it, at most `built`.
    public var most: UInt64
    /// Its shares or weight; nil: the operator gave it none.
    public var shares: UInt64?
    /// What it reported last; nil: nothing yet.
    public var report: GuestReport?
    /// What the hypervisor counts of its frontswap; nil: it has none in tmem.
    public var tmem: TmemUse?

    /// A guest from outside, as large as it was built.
    public init(built: UInt64, least: UInt64? = nil, most: UInt64? = nil, shares: UInt64? = nil) {
      isUp = true
      self.built = built
      size = built
      target = built
      self.least = least
      self.most = min(most ?? built, built)
      self.shares = shares
    }
  }

  /// What a host's policy sees.
  public init(time: Int64 = 0, memory: UInt64, free: UInt64, guests: [Guest]) {
    self.time = time
    self.memory = memory
    self.free = free
    self.guests = guests
  }
}

/// What a hypervisor counts of a guest's frontswap, since boot but for what it holds.
public struct TmemUse: Hashable, Sendable {
  /// Pages that were put, and those of them that were refused.
  public var puts: Int64
  /// Pages that were refused.
  public var refused: Int64
  /// Pages that it holds.
  public var pages: UInt64

  /// What was counted.
  public init(puts: Int64 = 0, refused: Int64 = 0, pages: UInt64 = 0) {
    self.puts = puts
    self.refused = refused
    self.pages = pages
  }
}

/// What a guest's driver reports of its guest, and how old that is. Levels in pages, counts since boot.
///
/// The fields are those of virtio's statistics queue, and what other systems' drivers report besides.
/// Source: `Docs/policies.md`, section "What a guest reports".
public struct GuestReport: Hashable, Sendable {
  /// Nanoseconds since it was made.
  public var age: Int64 = 0
  /// MemTotal.
  public var total: UInt64
  /// MemFree.
  public var free: UInt64
  /// MemAvailable.
  public var available: UInt64
  /// vm_memory_committed().
  public var committed: UInt64
  /// File pages, and those of them on the inactive list.
  public var files: UInt64
  /// File pages on the inactive list.
  public var inactiveFiles: UInt64
  /// Pages read from swap devices.
  public var swapIns: Int64 = 0
  /// Pages written to swap devices.
  public var swapOuts: Int64 = 0
  /// Faults that needed data brought in.
  public var majorFaults: Int64 = 0
  /// All faults.
  public var faults: Int64 = 0
  /// Processes killed.
  public var kills: Int64 = 0
  /// Pages that were touched since the report before, each once; nil: nobody watches them.
  ///
  /// No guest reports this: a hypervisor finds it out. It has a report's time because it is a figure of a period.
  public var touched: UInt64?
  /// totalreserve_pages: what the kernel keeps back.
  public var reserve: UInt64 = 0
  /// Anonymous pages in memory.
  public var anonymous: UInt64 = 0
  /// Pages of all swap devices.
  public var swapTotal: UInt64 = 0
  /// Pages of swap in use.
  public var swapUsed: UInt64 = 0
  /// `vm.swappiness`.
  public var swappiness: Int64 = 60
  /// What /proc/pressure says; nil: the kernel has none.
  public var pressure: GuestPressure?

  /// A report of these levels, made now.
  public init(
    total: UInt64, free: UInt64, available: UInt64, committed: UInt64, files: UInt64 = 0,
    inactiveFiles: UInt64 = 0
  ) {
    self.total = total
    self.free = free
    self.available = available
    self.committed = committed
    self.files = files
    self.inactiveFiles = inactiveFiles
  }
}
