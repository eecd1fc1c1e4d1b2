internal import Foundation
public import MemoryModel
internal import Traces
internal import Units

/// The zones, marks and reserves of recorded guests beside those that the model computes for them.
///
/// For each guest twice: from the pages its zones managed, and from nothing but its size.
public struct ZoneValidation: Sendable {
  /// A recorded number and the model's.
  public struct Quantity: Hashable, Sendable {
    /// What is compared, such as `DMA32.low` or `predicted.totalram_pages`.
    public let name: String
    /// The recorded number.
    public let expected: Int
    /// The model's number.
    public let got: Int
    /// How far the two may be apart.
    public let tolerance: Int

    /// Whether they are not further apart than that.
    public var ok: Bool { abs(expected - got) <= tolerance }
  }

  /// One recorded guest.
  public struct Entry: Sendable {
    /// The guest's size in MiB.
    public let guestMebibytes: Int
    /// Whether huge pages were on.
    public let transparentHugePages: Bool
    /// By which kernel's rules the model computed.
    public let policy: KernelPolicy
    /// Everything compared, in a fixed order.
    public let quantities: [Quantity]

    /// Whether everything is within its tolerance.
    public var ok: Bool { quantities.allSatisfy(\.ok) }
  }

  /// The guests, in the order of the file.
  public let entries: [Entry]

  /// Whether everything of every guest is within its tolerance.
  public var ok: Bool { entries.allSatisfy(\.ok) }

  /// Reads and compares a file of one recorded guest or an array of them.
  ///
  /// - Throws: `UnreadableFile` or `RecordedFileError`.
  public init(path: String) throws {
    try self.init(contents(ofFile: path, limit: 1 << 30), file: path)
  }

  /// Compares what is in a file; `file` names it in errors.
  public init(_ bytes: [UInt8], file: String) throws(RecordedFileError) {
    entries = try RecordedGuest.read(bytes, file: file).map(Self.compare)
  }

  private static func compare(_ guest: RecordedGuest) -> Entry {
    let predicted = GuestZones(
      BootParameters(
        memory: .mebibytes(guest.guestMebibytes), kernel: guest.settings))
    let fromSize = [
      Quantity(
        name: "predicted.totalram_pages", expected: guest.totalRAM,
        got: predicted.totalRAM.pages, tolerance: guest.totalRAM * 5 / 1000),
      Quantity(
        name: "predicted.totalreserve_pages", expected: guest.totalReserve,
        got: predicted.totalReserve.pages,
        tolerance: guest.totalReserve * 2 / 100),
    ]
    return Entry(
      guestMebibytes: guest.guestMebibytes, transparentHugePages: guest.hugePages,
      policy: guest.policy,
      quantities: fromManaged(guest) + fromSize)
  }

  /// What follows from the managed pages.
  ///
  /// Below 4 GiB the pages freed late were DMA32's. Above, the kernel's image lies in either zone by chance
  /// (its address is randomised): of the two possibilities the one that fits better is taken.
  private static func fromManaged(_ guest: RecordedGuest) -> [Quantity] {
    let hosts: [Zone.Kind] = guest.modelledZones[2].managed > 0 ? [.normal, .dma32] : [.dma32]
    let candidates = hosts.map { quantities(of: guest, lateFreedIn: $0) }
    let error = { (quantities: [Quantity]) in
      quantities.reduce(0) { $0 + abs($1.expected - $1.got) }
    }
    return candidates.min { error($0) < error($1) } ?? []
  }

  private static func quantities(of guest: RecordedGuest, lateFreedIn host: Zone.Kind) -> [Quantity]
  {
    let isLarge = guest.modelledZones[2].managed > 0
    let late = guest.policy.lateFreed.pages
    let known = zip(Zone.Kind.allCases, guest.modelledZones).map { kind, recorded in
      Zone(
        kind, spanned: PageCount(recorded.spanned), present: PageCount(recorded.present),
        managed: PageCount(max(0, recorded.managed - (kind == host ? late : 0))))
    }
    let model = GuestZones(
      BootParameters(
        memory: .mebibytes(guest.guestMebibytes), kernel: guest.settings, lateFreed: .zero,
        layout: BootLayout(zones: known, maxPFN: PageCount(guest.maxPFN))))

    var all = [
      Quantity(
        name: "min_free_kbytes", expected: guest.minFreeKilobytes, got: model.minFreeKilobytes,
        tolerance: 0)
    ]
    for (zone, recorded) in zip(model.zones, guest.modelledZones) {
      let marks = [
        ("min", recorded.min, zone.min), ("low", recorded.low, zone.low),
        ("high", recorded.high, zone.high),
      ]
      for (name, expected, got) in marks {
        all.append(
          Quantity(
            name: "\(recorded.zone).\(name)", expected: expected, got: got.pages,
            tolerance: isLarge ? max(1, expected * 15 / 1000) : 0))
      }
      for (preferred, expected) in recorded.protection.enumerated() {
        // Movable and Device, which hold nothing, are protected from like Normal.
        let got = zone.protection[min(preferred, zone.protection.count - 1)]
        all.append(
          Quantity(
            name: "\(recorded.zone).lowmem_reserve[\(preferred)]", expected: expected,
            got: got.pages, tolerance: isLarge ? 16 : 0))
      }
    }
    all.append(
      Quantity(
        name: "totalreserve_pages", expected: guest.totalReserve,
        got: model.totalReserve.pages, tolerance: isLarge ? 16 : 0))
    return all
  }
}
