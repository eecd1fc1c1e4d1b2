import Foundation
import Policies

/// A line of any of the four schemas of driver vectors.
struct DriverVector: Decodable {
  let id: String
  let category: String
  let frontswapCompiledIn: Bool
  let environment: VectorFields?
  let tunables: VectorFields?
  let stateBefore: VectorFields?
  let expected: VectorFields?
  let steps: [Step]?
  let sysfsCompiledIn: Bool?
  let totalramPages: VectorValue?
  let writesBefore: [Write]?
  let flags: Flags?

  /// A write before an init.
  struct Write: Decodable {
    let attribute: String
    let text: String
  }

  /// What an init is told.
  struct Flags: Decodable {
    let useSelfballooning: Bool
    let useFrontswapSelfshrink: Bool
    let xenDomain: Bool
    let initialDomain: Bool
    let tmemEnabled: Bool

    var initFlags: SelfBalloonDriver.InitFlags {
      SelfBalloonDriver.InitFlags(
        useSelfballooning: useSelfballooning, useSelfshrinking: useFrontswapSelfshrink,
        isXenDomain: xenDomain, isInitialDomain: initialDomain, isTmemEnabled: tmemEnabled)
    }
  }

  /// One of the things that happen in a list of steps.
  struct Step: Decodable {
    enum Operation: String, Decodable {
      case initialise = "init"
      case write, read, list, advance, tick
    }
    let op: Operation
    let flags: Flags?
    let attribute: String?
    let text: String?
    let capSysAdmin: Bool?
    let environment: VectorFields?
    let jiffies: VectorValue?
    let expected: VectorFields?
  }
}

extension GuestView {
  static let zero = GuestView(
    totalRAM: 0, totalReserve: 0, maxPFN: 0, committed: 0, frontswap: 0, balloonCurrent: 0)

  /// Takes over the fields that a vector's `environment` names.
  mutating func update(
    _ environment: VectorFields, at path: String
  ) throws(BadVectorField) {
    for (name, value) in environment {
      let pages: UInt64 = try value.number(at: "\(path).\(name)")
      switch name {
      case "totalram_pages": totalRAM = pages
      case "totalreserve_pages": totalReserve = pages
      case "max_pfn_pages": maxPFN = pages
      case "committed_pages": committed = pages
      case "frontswap_pages": frontswap = pages
      case "balloon_current_pages": balloonCurrent = pages
      default: throw BadVectorField(path: "\(path).\(name)")
      }
    }
  }
}

extension SelfBalloonDriver {
  /// Takes over the fields that a vector's `tunables` names.
  mutating func setTunables(_ fields: VectorFields) throws(BadVectorField) {
    for (name, value) in fields {
      let path = "tunables.\(name)"
      let number: UInt32 = try value.number(at: path)
      switch name {
      case "selfballooning" where number <= 1: tunables.isSelfballooning = number == 1
      case "frontswap_selfshrinking" where number <= 1: tunables.isSelfshrinking = number == 1
      case "selfballoon_interval_seconds": tunables.interval = number
      case "selfballoon_downhysteresis": tunables.downHysteresis = number
      case "selfballoon_uphysteresis": tunables.upHysteresis = number
      case "selfballoon_min_usable_mb": tunables.minUsableMB = number
      case "selfballoon_reserved_mb": tunables.reservedMB = number
      case "frontswap_hysteresis": tunables.frontswapHysteresis = number
      case "frontswap_inertia_ticks": tunables.frontswapInertia = number
      default: throw BadVectorField(path: path)
      }
    }
  }

  /// Takes over the fields that a vector's `state_before` names.
  mutating func setState(_ fields: VectorFields) throws(BadVectorField) {
    for (name, value) in fields {
      let path = "state_before.\(name)"
      let number: UInt64 = try value.number(at: path)
      switch name {
      case "previous_frontswap_pages": previousFrontswap = number
      case "inertia_counter_ticks": countdown = number
      default: throw BadVectorField(path: path)
      }
    }
  }
}
