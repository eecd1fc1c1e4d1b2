/// The values of a tick, in the order of the columns of the `ticks` table.
///
/// Levels are pages at the instant of the tick; everything after `cleancache` counts up from boot.
public enum TickColumn: Int, CaseIterable, Sendable {
  case committedPages, totalRamPages, maxPages, goalPages, targetPages, balloonCurrentPages
  case balloonTargetPages, freePages, activeFilePages, inactiveFilePages, activeAnonPages
  case inactiveAnonPages, dirtyPages, writebackPages, swapUsedPages, swapCachedPages
  case frontswapPages, cleancachePages
  case pgfault, pgmajfault, pgpgin, pgpgout, pswpin, pswpout
  case pgscanKswapd, pgscanDirect, pgstealKswapd, pgstealDirect, pgactivate, pgdeactivate
  case workingsetRefault, workingsetActivate, allocstall, oomKill
  case frontswapStores, frontswapFailedStores, frontswapLoads, frontswapInvalidates
  case cleancachePuts, cleancacheGets, cleancacheFailedGets
  case stallReclaimNs, stallDiskNs, stallSwapNs, stallTmemNs
  case accesses, deferredAccesses

  /// The column's name in SQL, CSV and JSON.
  public var name: String { snakeCase("\(self)") }

  /// Whether the value counts up from boot rather than being a level.
  public var isCumulative: Bool { rawValue >= TickColumn.pgfault.rawValue }
}

/// The values of a host's tick, in the order of the columns of the `host_ticks` table.
public enum HostTickColumn: Int, CaseIterable, Sendable {
  case freePages, tmemEphemeralPages, tmemPersistentPages, guestsPages

  /// The column's name in SQL, CSV and JSON.
  public var name: String { snakeCase("\(self)") }
}

/// `lowerCamelCase` as `snake_case`.
public func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { text, character in
    if character.isUppercase { text += "_" }
    text += character.lowercased()
  }
}
