/// The sysfs attributes of the selfballoon driver, in the order of its documentation, with their texts
/// after boot; nothing: set at boot from the command line or the guest's size.
///
/// Source: Docs/kernel.md 1.1.
let tunableDefaults: [(name: String, text: String?)] = [
  ("selfballooning", nil),
  ("selfballoon_interval", "5"),
  ("selfballoon_downhysteresis", "8"),
  ("selfballoon_uphysteresis", "1"),
  ("selfballoon_min_usable_mb", "0"),
  ("selfballoon_reserved_mb", nil),
  ("frontswap_selfshrinking", nil),
  ("frontswap_hysteresis", "20"),
  ("frontswap_inertia", "3"),
]

/// The attributes' names.
let tunableNames = tunableDefaults.map(\.name)
