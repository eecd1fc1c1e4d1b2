extension Proxmox {
  /// What pvestatd reads of the host, in bytes.
  public struct Host: Hashable, Sendable {
    /// MemTotal; at most 2^52, which is all that a processor can address.
    public var memoryTotal: Int64
    /// MemTotal without MemAvailable.
    public var memoryUsed: Int64

    /// What is read.
    public init(memoryTotal: Int64, memoryUsed: Int64) {
      self.memoryTotal = memoryTotal
      self.memoryUsed = memoryUsed
    }

    /// The bytes that the host can give, or wants back when below zero.
    func goal(_ settings: Settings) -> Int64 {
      let product = memoryTotal &* settings.targetPercent
      // Perl divides whole numbers beyond 2^53 as such if nothing remains.
      let wanted =
        product > 1 << 53 && product % 100 == 0 ? Double(product / 100) : Double(product) / 100
      return Int64(cut: wanted - Double(memoryUsed))
    }
  }

  /// What pvestatd knows of a guest, in bytes.
  public struct Guest: Hashable, Sendable {
    /// `actual` of QEMU's balloon; 0: not known.
    public var balloon: Int64
    /// `balloon` of the guest's configuration; 0: the guest is not ballooned.
    public var least: Int64
    /// `max_mem` of QEMU's balloon.
    public var most: Int64
    /// Free pages as the guest's driver last told, in bytes; 0 as well: it has not told yet.
    public var free: Int64
    /// `shares` of the configuration, 0 to 50,000; 0: the guest is not ballooned.
    public var shares: Int64
    /// Whether its lock is `migrate`; other locks keep nobody away.
    public var isMigrating: Bool

    /// A guest.
    public init(
      balloon: Int64, least: Int64, most: Int64, free: Int64, shares: Int64 = defaultShares,
      isMigrating: Bool = false
    ) {
      self.balloon = balloon
      self.least = least
      self.most = most
      self.free = free
      self.shares = shares
      self.isMigrating = isMigrating
    }

    /// Whether it takes part at all.
    public var isCandidate: Bool { balloon > 0 && least > 0 && !isMigrating && shares > 0 }

    /// Whether it has memory to spare: free more than a quarter of its least size, and at least that size.
    ///
    /// All others are poor, also one that has told nothing.
    public var isRich: Bool {
      free > 0 && Double(free) > 0.25 * Double(least) && balloon >= least
    }

    /// The size on the way to `wish` that a round may ask for; nil: it is there, or would have to grow while memory is
    /// taken.
    ///
    /// When memory is given, a guest with more than its share shrinks. The limit counts from where the balloon is, not
    /// from what an earlier turn of the round gave.
    func step(to wish: Int64, grows: Bool) -> Int64? {
      let want = wish > most ? most : max(wish, least)
      if grows && want > balloon { return min(want, balloon &+ largestChange) }
      return want < balloon ? max(want, balloon &- largestChange) : nil
    }
  }
}
