extension Schema {
  /// The view `run_metrics_wide`: a row for every guest of every run, with a column for each figure.
  ///
  /// A view cannot find its columns by itself, so the figures are listed.
  static let wideMetrics = """
      SELECT r.id AS run_id, r.scenario_name, r.seed, r.status, g.value AS guest,
        \(figures.map(column).joined(separator: ",\n    "))
      FROM runs r, json_each(r.guests) g
      JOIN metrics m ON m.id BETWEEN r.id << 41 AND (r.id << 41) + 2199023255551
        AND (m.guest = g.value OR m.guest IS NULL)
      GROUP BY r.id, g.key
    """

  /// A figure as a column whose name ends with its unit: pages in MiB, of which one has 256.
  private static func column(_ figure: (name: String, unit: Unit)) -> String {
    let value = "max(m.value) FILTER (WHERE m.name = '\(figure.name)')"
    return switch figure.unit {
    case .pages:
      "\(value) / 256.0 AS \(figure.name.replacing("_pages", with: ""))_mib"
    case .seconds: "\(value) AS \(figure.name)_s"
    case .gibibyteHours: "\(value) AS \(figure.name)_gib_h"
    case .count: "CAST(\(value) AS INTEGER) AS \(figure.name)"
    case .named: "\(value) AS \(figure.name)"
    }
  }

  private enum Unit {
    case pages
    case seconds
    case gibibyteHours
    case count
    /// What has its unit in its name already, or none.
    case named
  }

  /// The figures of a guest, then those of the host and the whole run.
  private static let figures: [(name: String, unit: Unit)] = [
    ("memory_held_mean_pages", .pages), ("memory_held_peak_pages", .pages),
    ("memory_held_least_pages", .pages), ("memory_held", .gibibyteHours),
    ("memory_saved", .gibibyteHours), ("memory_saved_percent", .named), ("disk_reads", .pages),
    ("disk_writes", .pages), ("swap_ins", .pages), ("swap_outs", .pages),
    ("frontswap_stores", .pages), ("frontswap_failed_stores", .pages), ("frontswap_loads", .pages),
    ("cleancache_puts", .pages), ("cleancache_hits", .pages), ("refaults", .pages),
    ("major_faults", .count), ("faults", .count), ("oom_kills", .count), ("accesses", .count),
    ("accesses_deferred", .count), ("stall", .seconds), ("stall_reclaim", .seconds),
    ("stall_disk", .seconds), ("stall_swap", .seconds), ("stall_tmem", .seconds),
    ("file_read_ahead", .pages), ("file_read_ahead_hits", .pages), ("swap_read_ahead", .pages),
    ("swap_read_ahead_hits", .pages), ("stall_throttled", .seconds), ("allocation_stalls", .count),
    ("allocation_stall_p50", .seconds), ("allocation_stall_p99", .seconds),
    ("allocation_stall_p999", .seconds), ("balloon_out", .pages), ("balloon_in", .pages),
    ("balloon_reversals", .count), ("balloon_backoffs", .count), ("frontswap_shrunk", .pages),
    ("worker_runs", .count), ("tracking_error_mean", .pages), ("shortfall_deepest", .pages),
    ("overshoot", .pages), ("commit_refusals", .count), ("commit_refused_pages", .pages),
    ("settling_mean", .seconds), ("half_life_down", .seconds), ("half_life_down_law", .seconds),
    ("half_life_up", .seconds), ("half_life_up_law", .seconds),
    ("half_life_frontswap_law", .seconds), ("balloon_reversals_hourly", .named),
    ("balloon_churn", .named), ("hunting_swings", .count), ("hunting_period", .seconds),
    ("hunting_amplitude", .pages), ("work_elapsed", .seconds), ("fault_balloon_stuck", .seconds),
    ("fault_balloon_slow", .seconds), ("fault_balloon_intermittent", .seconds),
    ("fault_balloon_refusing", .seconds), ("fault_worker_late", .seconds),
    ("fault_tmem_full", .seconds), ("fault_tmem_frozen", .seconds),
    ("host_free_mean_pages", .pages), ("host_free_least_pages", .pages),
    ("ephemeral_evictions", .pages), ("fault_host_out_of_memory", .seconds),
    ("fault_host_demand", .seconds), ("simulated", .seconds), ("events", .count),
    ("memory_held_peak_settled_pages", .pages), ("balloon_ungranted_peak_pages", .pages),
    ("balloon_ungranted", .seconds), ("host_free_least_settled_pages", .pages),
    ("host_held_mean_pages", .pages), ("host_held_p50_pages", .pages),
    ("host_held_p95_pages", .pages), ("host_held_p99_pages", .pages),
    ("host_held_peak_pages", .pages),
  ]
}
