extension OomdSenpai {
  /// What the plugin reads in a run: bytes, us, percent.
  public struct Sight: Hashable, Sendable {
    /// Averages of a line `some`, as oomd reads them: percent, in 32 bits.
    public struct Pressure: Hashable, Sendable {
      /// Over ten seconds.
      public var avg10: Float
      /// Over sixty seconds.
      public var avg60: Float

      /// Averages.
      public init(avg10: Float = 0, avg60: Float = 0) {
        self.avg10 = avg10
        self.avg60 = avg60
      }
    }

    /// Swap of the system and of the control group, whose parent is the root.
    public struct Swap: Hashable, Sendable {
      /// Size of the system's swap.
      public var total: Int64 = 0
      /// What is used of it.
      public var used: Int64 = 0
      /// `memory.swap.max`; nil: `max`.
      public var limit: Int64?
      /// `memory.swap.current`.
      public var current: Int64 = 0
      /// vm.swappiness.
      public var swappiness: Int64 = 60
      /// Bytes a second that were swapped out, over 60 s.
      public var outRate60 = 0.0
      /// Bytes a second that were swapped out, over 300 s.
      public var outRate300 = 0.0

      /// No swap.
      public init() {}

      /// The group's share at most.
      var most: Int64 { min(total, limit ?? .max) }

      /// What the group may still take; below zero where it has more than it may.
      var free: Int64 { min(total &- used, (limit ?? .max) &- current) }

      /// The greater part that is used, of the system's swap or of the group's share; 0 without a share.
      var utilisation: Double {
        if limit == 0 { return 0 }
        let system = total == 0 ? 0 : Double(used) / Double(total)
        return max(system, Double(current) / Double(limit ?? .max))
      }
    }

    /// `total` of the line `some` of `memory.pressure`, in us.
    public var total: Int64
    /// `memory.current`.
    public var current: Int64
    /// `memory.high`; nil: `max`.
    public var high: Int64?
    /// `memory.min`.
    public var memoryMin: Int64 = 0
    /// `memory.max`; nil: `max`.
    public var memoryMax: Int64?
    /// MemTotal of the host, read once at the start.
    public var hostTotal: Int64
    /// `active_file` and `inactive_file` of `memory.stat`.
    public var file: Int64
    /// `active_anon` and `inactive_anon`.
    public var anonymous: Int64
    /// Swap.
    public var swap = Swap()
    /// The group's pressure of memory; only the reclaim mode looks at it.
    public var memory = Pressure()
    /// The group's pressure of io; only the reclaim mode looks at it.
    public var io = Pressure()

    /// What is read.
    public init(
      total: Int64, current: Int64, high: Int64?, hostTotal: Int64, file: Int64, anonymous: Int64
    ) {
      self.total = total
      self.current = current
      self.high = high
      self.hostTotal = hostTotal
      self.file = file
      self.anonymous = anonymous
    }

    /// Page cache, and as much anonymous memory as there is swap for.
    var reclaimable: Int64 {
      let free = swap.free
      if swap.total <= 0 || swap.swappiness <= 0 || free <= 0 { return file }
      return file &+ (free < anonymous ? free : anonymous)
    }
  }
}
