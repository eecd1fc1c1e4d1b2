public import Units

/// Who asks the page allocator.
enum AllocationClass {
  /// A program, or the kernel on its behalf: may wait, and may wake the OOM killer.
  case user
  /// A worker of the kernel: as a program, but no program waits for it.
  case kernel
  /// The balloon driver: one round of reclaim, then it does without (`__GFP_NORETRY`).
  case balloon
  /// A program for pages that it did not ask for yet: waits as a program, and does without as the balloon driver.
  case readAhead
}

/// What came of an allocation.
enum AllocationOutcome {
  /// A page was taken from the free ones.
  case granted
  /// Nothing can be freed before something under way ends; `elapsed` says when to try again.
  case mustWait
  /// No page, and no use in trying again.
  case failed
}

extension GuestKernel {
  /// Fruitless rounds of direct reclaim after which memory is exhausted (Docs/kernel.md 5.5, step 5).
  static let fruitlessRoundsBeforeOOM = 16
  /// The longest wait for writeback between two rounds in milliseconds (Docs/kernel.md 5.5, step 5), given to a timer.
  static let congestionWait: UInt64 = 100

  /// __alloc_pages_nodemask(): takes one page from the free ones, after reclaim if it must.
  @inline(__always)
  mutating func allocate(_ purpose: AllocationClass, _ host: inout Host) -> AllocationOutcome {
    if free > plainLimit {
      free -= 1
      return .granted
    }
    return allocateSlowly(purpose, &host)
  }

  /// __alloc_pages_slowpath(): goes below the low mark, and reclaims below the min mark.
  ///
  /// Source: Docs/kernel.md 5.5, steps 2 to 6.
  @inline(never)
  mutating func allocateSlowly(
    _ purpose: AllocationClass, _ host: inout Host
  ) -> AllocationOutcome {
    if high.limit != nil, purpose == .user || purpose == .readAhead { charge() }
    if reporting != nil, free <= reporting!.gate {
      restoreBlocks(using: 1, &host)
      if free > lowLimit {
        free -= 1
        return .granted
      }
    }
    if high.limit != nil, free > lowLimit {
      free -= 1
      return .granted
    }
    wakeKswapd()
    isTight = true
    if free > minLimit {
      free -= 1
      fruitlessRounds = 0
      return .granted
    }
    let start = elapsed
    defer {
      if (purpose == .user || purpose == .readAhead) && elapsed > start {
        counters[.stallReclaim] += (elapsed - start).nanoseconds
        allocationStalls.append(elapsed - start)
      }
    }
    while true {
      if free > minLimit {
        free -= 1
        fruitlessRounds = 0
        return .granted
      }
      let freed = directReclaim(&host)
      if purpose == .balloon || purpose == .readAhead {
        guard free > minLimit else { return .failed }
        continue
      }
      fruitlessRounds = freed > 0 ? 0 : fruitlessRounds + 1
      if free > minLimit { continue }
      if fruitlessRounds > Self.fruitlessRoundsBeforeOOM || free + reclaimable <= minLimit {
        guard deflateOnOOM(&host) || killOneProcess(&host) else {
          hasPanicked = true
          return .failed
        }
        fruitlessRounds = 0
      } else if freed == 0 && 2 * (dirty.count + writeback.count) > reclaimable {
        let longest = timeout(milliseconds: Self.congestionWait)
        let pause = min(writeback.timeToNext(after: now + elapsed) ?? longest, longest)
        note(.sleep, from: elapsed, to: elapsed + pause)
        elapsed += pause
        return .mustWait
      }
    }
  }

  /// zone_reclaimable_pages(): pages that reclaim could still free: the file lists, and the anonymous ones while swap has room.
  var reclaimable: Int { sizes.file + (swap.freeSlots > 0 ? sizes.anon : 0) }

  /// si_mem_available(): what could be had without swapping.
  ///
  /// Source: Docs/kernel.md 2.6.
  public var available: PageCount { PageCount(availablePages) }

  var availablePages: Int {
    @inline(__always) get {
      // None of these is negative, so that halves are shifts.
      let low = zones.lowMark.pages &+ fragments.boost
      let cache = sizes.inactiveFile &+ sizes.activeFile
      let fromCache = cache &- min(cache >> 1, low)
      let slab = slabReclaimable &+ slabInUse
      let fromSlab = slab &- min(slab >> 1, low)
      return max(free &- zones.totalReserve.pages &+ fromCache &+ fromSlab, 0)
    }
  }
}
