/// How the hypervisor's transcendent memory is set up.
public struct TmemConfiguration: Hashable, Sendable {
  /// Whether cleancache puts are taken.
  public var cleancache: Bool
  /// Whether frontswap stores are taken.
  public var frontswap: Bool
  /// Pages of metadata charged to a guest for each million persistent pages.
  ///
  /// Source: facts 4.2, about 2% (derived).
  public var metadataPPM: Int64

  /// A set-up of transcendent memory.
  public init(cleancache: Bool = true, frontswap: Bool = true, metadataPPM: Int64 = 20_000) {
    self.cleancache = cleancache
    self.frontswap = frontswap
    self.metadataPPM = metadataPPM
  }
}
