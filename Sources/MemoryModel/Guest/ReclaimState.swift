/// What reclaim remembers from pass to pass.
struct ReclaimState {
  /// Pages taken off the lists of a type for scanning, and those of them found in use (Docs/kernel.md 6.6, rule 5).
  var scannedAnon = 0
  var rotatedAnon = 0
  var scannedFile = 0
  var rotatedFile = 0
  /// What reclaiming a type has cost lately, in written pages and rotations (from 5.8 on).
  var costAnon = 0
  var costFile = 0
  /// workingset_activate when the last round of reclaim ended (Docs/kernel.md 6.5), of file pages and of anonymous ones.
  var activationsAtLastRound: Int64 = 0
  var anonActivationsAtLastRound: Int64 = 0
  /// Whether the round under way passed over an active list whose inactive one was long enough.
  var passedOverActive = false
  /// Whether only the programs' group is reclaimed, for its limit or because somebody asked.
  var isOfGroup = false
}

/// One pass over the lists at one priority: what was planned, what is left, what it has freed.
///
/// Source: Docs/kernel.md 6.6.
struct ReclaimPass {
  let priority: Int
  let goal: Int
  let isKswapd: Bool
  let planned: PerList
  var left: PerList
  var reclaimed = 0
  var scanned = 0
  /// Whether the rest was already cut in proportion, or never is to be.
  var isAdjusted: Bool
  /// Whether what is left after the cut is scanned to its end.
  var finishesAdjusted = true
  /// Whether pages of a type may be deactivated, if that is decided once for the whole pass.
  var deactivates: ListDecision?

  init(priority: Int, goal: Int, isKswapd: Bool, planned: PerList) {
    self.priority = priority
    self.goal = goal
    self.isKswapd = isKswapd
    self.planned = planned
    left = planned
    isAdjusted = !isKswapd && priority == GuestKernel.defaultPriority
  }

  /// Whether a list that drives the pass has pages left to scan; active anon alone does not.
  var hasMore: Bool { left.inactiveAnon > 0 || left.activeFile > 0 || left.inactiveFile > 0 }

  /// shrink_lruvec(), once the goal is met: cuts what is left of the larger type to the share that the smaller one got.
  ///
  /// Returns whether the pass goes on. Source: Docs/kernel.md 6.6.
  mutating func adjust() -> Bool {
    if left.file == 0 || left.anon == 0 { return false }
    isAdjusted = finishesAdjusted
    if left.file > left.anon {
      let percent = left.anon * 100 / (planned.anon + 1)
      left.inactiveAnon = 0
      left.activeAnon = 0
      left.inactiveFile = rest(.inactiveFile, percent)
      left.activeFile = rest(.activeFile, percent)
    } else {
      let percent = left.file * 100 / (planned.file + 1)
      left.inactiveFile = 0
      left.activeFile = 0
      left.inactiveAnon = rest(.inactiveAnon, percent)
      left.activeAnon = rest(.activeAnon, percent)
    }
    return true
  }

  private func rest(_ list: LRUList, _ percent: Int) -> Int {
    let scanned = planned[list] - left[list]
    return max(planned[list] * (100 - percent) / 100 - scanned, 0)
  }
}

/// A yes or no for each type of list.
struct ListDecision: Equatable {
  var anon: Bool
  var file: Bool
}
