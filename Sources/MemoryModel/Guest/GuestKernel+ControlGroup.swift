public import Units

/// From where reclaim takes the sizes of the lists when it compares them.
///
/// Source: the recorded experiments. For a control group their kernel (6.18) reads these sizes, and the counts of refault
/// activations, from statistics that are refreshed only when somebody looks at them.
enum ListStatistics {
  /// From the lists themselves: a whole guest.
  case immediate
  /// As they were at the last refresh: a control group.
  case sampled(KnownLists)
}

/// What reclaim knows of the lists: their sizes, and how many refaulting pages were activated.
struct KnownLists {
  var sizes = PerList()
  var activations: Int64 = 0
  var anonActivations: Int64 = 0
}

extension GuestKernel {
  /// A control group with a limit instead of a whole guest: no kswapd, no marks.
  ///
  /// What may be resident is `capacity`; allocation beyond it reclaims 32 pages directly. `swap` slots are in memory (zram).
  /// For holding page cache and anonymous memory against recordings; `refreshListStatistics` must be called when the
  /// recording looked at them.
  public init(
    controlGroupOf capacity: PageCount, filePages: PageCount, swap: PageCount = .zero,
    kernel: KernelPolicy = .linux4_19
  ) {
    var configuration = GuestConfiguration(
      zones: GuestZones(BootParameters(memory: .gibibytes(1))))
    configuration.kernel.policy = kernel
    configuration.fileSets = [(filePages, 0)]
    if swap > .zero { configuration.swap = [(swap + PageCount(1), 0)] }
    configuration.kernel.swapsToMemory = true
    configuration.cleancache = false
    configuration.frontswap = false
    self.init(configuration, domain: 0)
    free = capacity.pages
    lowLimit = 0
    minLimit = 0
    highLimit = 0
    plainLimit = 0
    kswapd.failures = Kswapd.failuresBeforeGivingUp
    listStatistics = .sampled(KnownLists())
  }

  /// Changes a control group's limit by `change` pages; a lower one is reclaimed for at once.
  public mutating func moveLimit(by change: PageCount, _ host: inout Host) {
    free += change.pages
    while free < 0 && directReclaim(&host) > 0 {}
    kswapd.failures = Kswapd.failuresBeforeGivingUp
  }

  /// mem_cgroup_flush_stats(): somebody looked at the group's statistics, and reclaim goes by the values of now until the next look.
  public mutating func refreshListStatistics() {
    listStatistics = .sampled(listsNow)
  }

  /// Whether this is a control group and no whole guest.
  var isControlGroup: Bool {
    if case .sampled = listStatistics { true } else { false }
  }

  /// The lists as reclaim knows them.
  var knownLists: KnownLists {
    switch listStatistics {
    case .immediate: listsNow
    case .sampled(let lists): lists
    }
  }

  private var listsNow: KnownLists {
    KnownLists(
      sizes: listedSizes, activations: counters[.workingsetActivate],
      anonActivations: counters[.workingsetActivateAnon])
  }

  /// The sizes of the lists without the new pages that are not on them yet, and before activated ones have moved.
  var listedSizes: PerList {
    @inline(__always) get { rules.listBatch == 0 ? sizes : sizesWithoutBatches }
  }

  private var sizesWithoutBatches: PerList {
    var listed = sizes
    for list in LRUList.allCases { listed[list] = max(listed[list] - unlisted[list], 0) }
    let waiting = min(unmoved, listed.activeFile)
    listed.activeFile -= waiting
    listed.inactiveFile += waiting
    return listed
  }

  /// lru_cache_add(): notes that a new page came to `list`, or rather to the batch of those that are still to be put there.
  ///
  /// They come to the head in their order either way, and reclaim starts with putting them there: so only sizes differ.
  @inline(__always)
  mutating func noteAdded(to list: LRUList) {
    if rules.listBatch == 0 { return }
    unlisted[list] += 1
    if unlisted.anon + unlisted.file >= rules.listBatch { unlisted = PerList() }
  }

  /// activate_page(): notes that accesses activated `count` file pages, or rather put them into a batch of their own.
  @inline(__always)
  mutating func noteActivated(_ count: Int) {
    if rules.listBatch == 0 || count == 0 { return }
    unmoved = (unmoved + count) % rules.listBatch
  }

  /// lru_add_drain(): reclaim begins with putting all batches on their lists.
  mutating func drainBatches() {
    unlisted = PerList()
    unmoved = 0
  }
}
