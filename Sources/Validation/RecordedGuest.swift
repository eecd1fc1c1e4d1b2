internal import Foundation
internal import MemoryModel

/// One recorded guest: the fields of zones.json that are compared.
struct RecordedGuest: Decodable {
  var guestMebibytes: Int
  var thp: String
  var kernel: String?
  var minFreeKilobytes: Int
  var maxPFN: Int
  var totalRAM: Int
  var totalReserve: Int
  var zones: [RecordedZone]

  /// The fields as the file names them.
  enum CodingKeys: String, CodingKey {
    case guestMebibytes = "guest_mb"
    case thp, kernel
    case minFreeKilobytes = "min_free_kbytes"
    case maxPFN = "max_pfn"
    case totalRAM = "totalram_pages"
    case totalReserve = "totalreserve_pages_from_zones"
    case zones
  }

  /// A recorded zone; zones with nothing in them are listed too.
  struct RecordedZone: Decodable {
    var zone: String
    var min: Int
    var low: Int
    var high: Int
    var spanned: Int
    var present: Int
    var managed: Int
    var protection: [Int]
    /// What the marks include that they were raised by, where the kernel tells.
    var boost: Int?

    /// The fields as the file names them.
    enum CodingKeys: String, CodingKey {
      case zone, min, low, high, spanned, present, managed, boost
      case protection = "lowmem_reserve"
    }
  }

  /// The rules of the kernel that was recorded: 6.1 and later, or 4.19 for anything older.
  ///
  /// A recording that does not say is taken for 6.1.
  var policy: KernelPolicy {
    guard let words = kernel?.split(separator: " "), words.count >= 3,
      let major = Int(words[2].prefix { $0 != "." })
    else { return .linux6_1 }
    return major >= 6 ? .linux6_1 : .linux4_19
  }

  /// Whether huge pages were on.
  var hugePages: Bool { thp != "never" }

  /// How its kernel was set.
  var settings: KernelSettings {
    var settings = KernelSettings(policy)
    settings.transparentHugePages = hugePages
    return settings
  }

  /// The zones DMA, DMA32 and Normal, in this order; call `fault()` first.
  var modelledZones: [RecordedZone] {
    Zone.Kind.allCases.compactMap { kind in zones.first { $0.zone == kind.name } }
  }

  /// What is wrong with the entry, if anything: the field and the fault.
  ///
  /// The bounds keep every later computation far from overflow.
  func fault() -> (field: String, what: String)? {
    let most = 1 << 40
    if !(16...1 << 20).contains(guestMebibytes) {
      return ("guest_mb", "\(guestMebibytes) is not within 16 MiB and 1 TiB")
    }
    if !["always", "madvise", "never"].contains(thp) {
      return ("thp", "\"\(thp)\" is none of always, madvise, never")
    }
    let counts: [(CodingKeys, Int)] = [
      (.minFreeKilobytes, minFreeKilobytes), (.maxPFN, maxPFN), (.totalRAM, totalRAM),
      (.totalReserve, totalReserve),
    ]
    for (key, value) in counts where !(0...most).contains(value) {
      return (key.rawValue, "\(value) is not within 0 and 2^40")
    }
    for (index, zone) in zones.enumerated() {
      let numbers =
        [zone.min, zone.low, zone.high, zone.spanned, zone.present, zone.managed]
        + zone.protection
      let place = "zones[\(index)]"
      if numbers.contains(where: { !(0...most).contains($0) }) {
        return (place, "a count is not within 0 and 2^40")
      }
      if zone.managed > zone.present || zone.present > zone.spanned {
        return (place, "managed <= present <= spanned does not hold")
      }
      if let kind = Zone.Kind.allCases.first(where: { $0.name == zone.zone }) {
        if zone.protection.count <= kind.rawValue {
          return ("\(place).lowmem_reserve", "too short")
        }
      } else if zone.managed > 0 {
        return (place, "zone \"\(zone.zone)\" has pages, which is not modelled")
      }
    }
    for kind in Zone.Kind.allCases {
      let count = zones.count { $0.zone == kind.name }
      if count != 1 { return ("zones", "\(count) zones \(kind.name) instead of one") }
    }
    return nil
  }

  /// Reads a file that holds one entry or an array of them.
  static func read(_ bytes: [UInt8], file: String) throws(RecordedFileError) -> [RecordedGuest] {
    let isArray = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "[")
    try RecordedFileError.checkJSON(bytes, file: file)
    let guests: [RecordedGuest]
    do {
      let data = Data(bytes)
      let decoder = JSONDecoder()
      guests =
        isArray
        ? try decoder.decode([RecordedGuest].self, from: data)
        : [try decoder.decode(RecordedGuest.self, from: data)]
    } catch {
      throw RecordedFileError(error, file: file)
    }
    if guests.isEmpty { throw .malformed(file: file, place: "", what: "no entry") }
    for (index, guest) in guests.enumerated() {
      guard let (field, what) = guest.fault() else { continue }
      throw .malformed(file: file, place: isArray ? "[\(index)].\(field)" : field, what: what)
    }
    return guests
  }
}
