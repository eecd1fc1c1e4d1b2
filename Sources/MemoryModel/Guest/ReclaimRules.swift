/// The rules of reclaim on which kernels differ.
///
/// Where they come from is said at each; what they mean together: `Docs/model.md`, section 2.13. Looked at when
/// pages are added and reclaimed, never at a hit.
struct ReclaimRules: Hashable, Sendable {
  /// How the work is divided between anonymous and file pages.
  enum Balance: Hashable, Sendable {
    /// By the share of scanned pages that were found in use (Docs/kernel.md 6.6, rule 5).
    case rotations
    /// By what reclaiming each type has cost: so much a page written or refaulted, so much a page kept.
    case costs(written: Int, kept: Int)
  }

  /// Whether anonymous pages have a workingset as file pages do.
  ///
  /// They start on the inactive list, are kept once when reclaim finds them accessed and activated the second time, leave a
  /// shadow when swapped out, and come back to the active list if they refault soon. Refaults are compared with the lists
  /// of both types, and the activations of reclaim count on the clock. Source: Linux 5.9, mm/vmscan.c,
  /// folio_check_references() and move_folios_to_lru() as they are called now; mm/workingset.c, workingset_test_recent().
  var hasAnonWorkingset: Bool
  /// How work is divided. Source: Linux 5.8, mm/swap.c, lru_note_cost(); rotations since 6.2.
  var balance: Balance
  /// Whether a list's share of a pass is rounded up (Docs/kernel.md 6.6) or down (Linux 5.x, get_scan_count()).
  var roundsSharesUp: Bool
  /// Whether a pass decides once, at its beginning, which active lists it may shrink.
  ///
  /// Refault activations of anonymous pages count as those of file pages do, and a round that freed nothing while it
  /// passed over an active list is made again with all of them. Source: Linux 5.9, mm/vmscan.c, prepare_scan_control().
  var decidesDeactivationOnce: Bool
  /// Whether a pass that met its goal and was cut in proportion goes on to the end of what is left (Docs/kernel.md 6.6), or for one
  /// more turn of the lists (Linux 6.1, mm/vmscan.c, shrink_lruvec(), "proportional_reclaim").
  var finishesAdjustedPass: Bool
  /// Pages that a CPU gathers before it puts them on their lists: new ones, and by themselves file pages that an access
  /// activates. Reclaim puts them there at once. 0: not modelled.
  ///
  /// Source: PAGEVEC_SIZE, 15 in 6.1 and 31 in 6.18; seen in the recordings as resident pages on no list, and as active
  /// lists that are up to a batch shorter than the pages accessed twice.
  var listBatch: Int
}

extension KernelPolicy {
  /// The kernel's rules of reclaim.
  var reclaimRules: ReclaimRules {
    switch self {
    case .linux4_19:
      ReclaimRules(
        hasAnonWorkingset: false, balance: .rotations, roundsSharesUp: true,
        decidesDeactivationOnce: false, finishesAdjustedPass: true, listBatch: 0)
    case .linux6_1:
      ReclaimRules(
        hasAnonWorkingset: true, balance: .costs(written: 1, kept: 0), roundsSharesUp: false,
        decidesDeactivationOnce: true, finishesAdjustedPass: false, listBatch: 15)
    case .linux6_18:
      ReclaimRules(
        hasAnonWorkingset: true, balance: .costs(written: 32, kept: 1), roundsSharesUp: false,
        decidesDeactivationOnce: true, finishesAdjustedPass: false, listBatch: 31)
    }
  }
}
