/// The text that `scenario new` prints: a small scenario with every key in it, those at their defaults as comments.
public enum ScenarioTemplate {
  /// The YAML.
  public static let text = """
    # A scenario for balloonsim. Keys behind a # are optional and show their defaults.
    # Sizes: 512MiB, 4GiB, or pages as 1000p. Times: 90us, 5s, 10min, 24h. Rates: 4000/s.
    # Paths are relative to this file. Every value can be changed on the command line: --set PATH=VALUE,
    # as in --set guests.small.memory=2GiB or --set selfballoon_interval=1.
    name: my-scenario
    description: What it is about and what one should see.
    # seed: 1
    # duration: trace          # the end of the longest trace or of the closed-loop work; or a time
    # tick: 1s                 # how often a row is recorded
    # host:
    #   memory: 1280MiB        # default: the guests' memory and a quarter
    #   tmem: { cleancache: true, frontswap: true, metadata: 0.02, compressed_size: none, quota: literal }
    #   disks:                 # the first one is the default disk of swap and files
    #     ssd: { random_read: 150us, write: 150us, bandwidth: 450MB/s, channels: 4 }
    guests:
      - name: small
        memory: 1GiB           # boot-time maximum, 16MiB to 1TiB
        # boot_memory: memory  # what it is given at boot; the rest begins ballooned out
        # vcpus: 1
        # kernel: "4.19"       # whose rules lay out zones and reclaim: "4.19", "6.1" or "6.18"
        # thp: false           # transparent huge pages raise min_free_kbytes
        # boot_reserved: fitted        # pages that never reach the allocator
        # late_freed: 0p               # pages freed to the allocator after the marks were set
        # slab_reclaimable: fitted
        # kernel_unreclaimable: fitted
        # dom0: false          # in the initial domain selfballooning refuses to start
        # boot: tmem           # kernel command line, such as "tmem tmem.selfshrinking=0"
        # driver: "4.19"       # the selfballoon driver: "3.6", "4.4" or "4.19"
        # controller: selfballoon      # or none: a static guest
        tunables:              # sysfs writes after boot; default: none, so the kernel's defaults hold
          selfballoon_interval: 5
          # selfballooning: 1
          # selfballoon_downhysteresis: 8
          # selfballoon_uphysteresis: 1
          # selfballoon_min_usable_mb: 64      # default: piecewise by size
          # selfballoon_reserved_mb: 99        # default: a tenth of memory
          # frontswap_selfshrinking: 1
          # frontswap_hysteresis: 20
          # frontswap_inertia: 3
        swap: { size: 1GiB }   # or a list of them, highest priority first; default: none
        # swap_in_memory: false        # swap is RAM that swapped pages take nothing of (zram of same-filled pages)
        # swappiness: 60
        # tmem_weight: 0       # weight of the guest's ephemeral pages when the host needs memory
        # page_cluster: 0      # swap is read ahead in blocks of up to 2 to this power; Linux has 3
        # dirty_ratio: 20      # per cent of what may be dirty, above which writers wait
        # dirty_background_ratio: 10
        # overcommit_memory: granted   # or as in the kernel: 0, 1 or 2
        # overcommit_ratio: 50
        committed:             # Committed_AS over time: points, or constant: 80MiB, or trace: FILE
          points:
            - { at: 0s, committed: 100MiB, touched: 80MiB }
            - { at: 5min, committed: 600MiB, touched: 400MiB }
            - { at: 10min, committed: 100MiB, touched: 80MiB }
          # scale: 1           # factor on committed and touched
          # between: step      # or linear
          # times: 1           # how often the samples are played
        anon:
          # touched: trace     # or a share of what is committed, 0 to 1; 0.8 if the samples do not say
          # cold: 0            # share of touched pages that are never touched again
          # touch_rate: unlimited      # or pages a second, such as 20000/s
          # release: lifo      # which regions go first: lifo, fifo or proportional
          access: { rate: 5000/s }     # default: none; also pattern: { zipf: 0.9 } and writes: 0.5
        files:                 # default: none
          - name: data
            size: 500MiB
            # disk: ssd
            rate: 1000/s       # or closed loop: work: 2000000 (accesses) and threads: 4
            # writes: 0
            # read_ahead: none   # or the largest window, in Linux 128KiB
            phases:            # or one pattern: { zipf: 0.9 }, which is the default
              - { pattern: { hotcold: { hot: 0.1, access: 0.9 } }, until: 4min }
              - { pattern: { mix: { zipf: 0.9, scan: 0.1 } }, accesses: 10000 }
              - { pattern: scan }      # or uniform; the last phase lasts to the end
        # balloon: { model: "4.19" }   # the balloon driver: "4.4" or "4.19" of Xen, or virtio
        # counterfactual: false        # true: tmem and selfballooning where no machine had them
        # Instead of committed memory a guest can have a workload: processes that follow a script (Docs/scenarios.md).
        # costs: { hypercall: 500ns }  # time of elementary operations
    events:                    # default: none
      - { at: 6min, guest: small, write: { selfballoon_interval: 1 } }
      - { at: 7min, balloon_target: 512MiB }   # with one guest its name can be left out
      - { at: 8min, drop_caches: true }
      # Faults, each for some time; of the balloon: stuck_for, slow_for, intermittent_for, refusing_for.
      - { at: 190s, balloon: { stuck_for: 30s } }
      - { at: 220s, balloon: { slow_for: 30s, factor: 10 } }
      - { at: 250s, balloon: { intermittent_for: 30s, stuck: 2s, period: 10s } }
      - { at: 280s, balloon: { refusing_for: 30s, above: 512MiB } }
      - { at: 310s, worker: { late_for: 30s, by: 3s } }
      - { at: 340s, tmem: { full_for: 10s } }
      - { at: 350s, tmem: { frozen_for: 10s } }
      - { at: 360s, host: { out_of_memory_for: 10s } }
      - { at: 370s, host: { demand_for: 10s, size: 256MiB } }

    """
}
