/// From where reclaim takes the sizes of the file lists when it compares them.
///
/// Source: the recorded page-cache experiments. For a control group their kernel (6.18) reads these sizes,
/// and the count of refault activations, from statistics that are refreshed only when somebody looks at them.
enum ListStatistics {
  /// From the lists themselves: a whole guest.
  case immediate
  /// As they were at the last refresh: a control group.
  case sampled(inactiveFile: Int, activeFile: Int, activations: Int64)
}

extension GuestKernel {
  /// A control group with a limit instead of a whole guest: file pages only, no kswapd, no marks.
  ///
  /// What may be resident is `capacity`; allocation beyond it reclaims 32 pages directly. For holding the page
  /// cache against recordings; `refreshListStatistics` must be called when the recording looked at them.
  public init(controlGroupOf capacity: PageCount, filePages: PageCount) {
    var configuration = GuestConfiguration(
      zones: GuestZones(BootParameters(memory: .gibibytes(1))))
    configuration.fileSets = [(filePages, 0)]
    configuration.cleancache = false
    configuration.frontswap = false
    self.init(configuration, domain: 0)
    free = capacity.pages
    lowLimit = 0
    minLimit = 0
    highLimit = 0
    kswapd.failures = Kswapd.failuresBeforeGivingUp
    listStatistics = .sampled(inactiveFile: 0, activeFile: 0, activations: 0)
  }

  /// Changes a control group's limit by `change` pages; a lower one is reclaimed for at once.
  public mutating func moveLimit(by change: PageCount, _ host: inout Host) {
    free += change.pages
    while free < 0 && directReclaim(&host) > 0 {}
    kswapd.failures = Kswapd.failuresBeforeGivingUp
  }

  /// Somebody looked at the group's statistics: reclaim goes by the values of now until the next look.
  public mutating func refreshListStatistics() {
    listStatistics = .sampled(
      inactiveFile: sizes.inactiveFile, activeFile: sizes.activeFile,
      activations: counters.workingsetActivate)
  }

  /// Sizes of the file lists, and activations of refaulting pages, as reclaim knows them.
  var knownFileLists: (inactive: Int, active: Int, activations: Int64) {
    switch listStatistics {
    case .immediate: (sizes.inactiveFile, sizes.activeFile, counters.workingsetActivate)
    case .sampled(let inactive, let active, let activations): (inactive, active, activations)
    }
  }
}
