import MemoryModel
import Policies
import Recording
public import Simulation
public import Text
import Units

/// What each guest's kernel computes at boot, for `inspect`.
public struct BootFacts: Sendable {
  private let guests: [GuestSpec]

  /// The facts of a scenario's guests.
  public init(_ scenario: Scenario) { guests = scenario.guests }

  /// Two tables a guest: its zones, and what follows from them.
  public func text(width: Int? = nil) -> String {
    guests.map { guest in
      let zones = GuestZones(guest.bootParameters)
      let table = TableText(
        columns: [.init("fact"), .init("pages", .right), .init("size", .right)],
        rows: facts(of: guest, zones).map { fact in
          let isPages = fact.unit == "pages"
          return [
            fact.name + (isPages ? "" : " (\(fact.unit))"), "\(fact.value)",
            isPages ? UnitScale.text(Double(fact.value), unit: "pages") : "",
          ]
        })
      return """
        guest \(guest.name): \(guest.memory.text), Linux \(guest.kernel.policy.rawValue), \
        \(counted(guest.kernel.vcpus, "CPU"))

        \(zoneTable(zones).text(width: width))
        \(table.text(width: width))
        """
    }.joined(separator: "\n")
  }

  private func zoneTable(_ zones: GuestZones) -> TableText {
    let names = ["zone", "spanned", "present", "managed", "min", "low", "high", "protection"]
    return TableText(
      columns: names.enumerated().map { .init($1, $0 == 0 ? .left : .right) },
      rows: zones.zones.filter(\.isPopulated).map { zone in
        let counts = [
          zone.spanned, zone.present, zone.managed, zone.min, zone.low, zone.high,
        ]
        return ["\(zone.kind)"] + counts.map { "\($0.pages)" }
          + [zone.protection.map { "\($0.pages)" }.joined(separator: " ")]
      })
  }

  private struct Fact {
    let name: String
    let value: Int
    var unit = "pages"
  }

  private func facts(of guest: GuestSpec, _ zones: GuestZones) -> [Fact] {
    let swap = guest.swap.reduce(PageCount.zero) { $0 + $1.size }
    let reservedMB = SelfBalloonTunables.defaultReservedMB(totalRAM: UInt64(zones.totalRAM.pages))
    let floor = BalloonFloor(
      maxPFN: UInt64(zones.maxPFN.pages), totalReserve: UInt64(zones.totalReserve.pages),
      minUsableMB: 0)
    let own = guest.kernelMemory(totalRAM: zones.totalRAM)
    return [
      Fact(name: "max_pfn", value: zones.maxPFN.pages),
      Fact(name: "totalram_pages", value: zones.totalRAM.pages),
      Fact(
        name: "reserved at boot", value: (zones.balloonCurrent - zones.totalRAM).pages),
      Fact(name: "kernel, not reclaimable", value: own.unreclaimable.pages),
      Fact(name: "slab, reclaimable", value: own.slab.pages),
      Fact(name: "min_free_kbytes", value: zones.minFreeKilobytes, unit: "KiB"),
      Fact(name: "min watermark", value: zones.minMark.pages),
      Fact(name: "low watermark", value: zones.lowMark.pages),
      Fact(name: "high watermark", value: zones.highMark.pages),
      Fact(name: "kept from the highest zone", value: zones.unusable.pages),
      Fact(name: "totalreserve_pages", value: zones.totalReserve.pages),
      Fact(name: "commit counter batch", value: zones.commitBatch),
      Fact(
        name: "CommitLimit",
        value: GuestZones.commitLimit(
          totalRAM: zones.totalRAM, swap: swap, ratio: guest.kernel.overcommitRatio
        ).pages),
      Fact(name: "default selfballoon_reserved_mb", value: Int(reservedMB), unit: "MiB"),
      Fact(name: "floor (rule: \(floor.rule.rawValue))", value: Int(clamping: floor.pages)),
    ]
  }

  /// One JSON array, an object a guest.
  public var json: JSON {
    .array(
      guests.map { guest in
        let zones = GuestZones(guest.bootParameters)
        return [
          "guest": guest.name,
          "zones": zones.zones.filter(\.isPopulated).map {
            [
              "zone": "\($0.kind)", "spanned_pages": $0.spanned.pages,
              "present_pages": $0.present.pages, "managed_pages": $0.managed.pages,
              "min_pages": $0.min.pages, "low_pages": $0.low.pages, "high_pages": $0.high.pages,
              "protection_pages": $0.protection.map(\.pages),
            ] as JSON
          },
          "facts": facts(of: guest, zones).map {
            ["name": $0.name, "value": $0.value, "unit": $0.unit] as JSON
          },
        ]
      })
  }
}
