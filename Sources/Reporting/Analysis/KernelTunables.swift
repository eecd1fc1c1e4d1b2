internal import Controllers
public import Recording

/// How a guest's tunables are set on a real machine.
///
/// Source: facts 1.1 for the files and what they take, 1.7 for the boot options.
public struct KernelTunables: Sendable {
  /// The guest.
  public let guest: String
  private let values: [(attribute: SelfBalloonAttribute, text: String)]
  private let boot: String
  private let driver: String
  private let isStatic: Bool

  /// The tunables of a guest among the parameters of a run.
  public init(guest: String, parameters: [Parameter]) {
    self.guest = guest
    func text(_ path: String) -> String? {
      parameters.first { $0.path == "guests.\(guest).\(path)" }?.value
    }
    values = SelfBalloonAttribute.allCases.compactMap { attribute in
      text("tunables.\(attribute.rawValue)").map { (attribute, $0) }
    }
    boot = text("boot") ?? "tmem"
    isStatic = text("controller") == "none"
    driver = text("driver") ?? DriverGeneration.linux4_19.rawValue
  }

  /// The guests that the parameters of a run are of, in alphabetical order.
  public static func guests(in parameters: [Parameter]) -> [String] {
    let names = parameters.compactMap { parameter -> String? in
      let steps = parameter.path.split(separator: ".")
      return steps.count == 3 && steps[0] == "guests" && steps[2] == "memory"
        ? String(steps[1]) : nil
    }
    return names.sorted()
  }

  /// The value that a tunable's parameter has when nobody sets it.
  public static func defaultText(of path: String) -> String? {
    let steps = path.split(separator: ".")
    guard steps.count == 4, steps[2] == "tunables",
      let attribute = SelfBalloonAttribute(rawValue: String(steps[3]))
    else { return nil }
    let defaults = SelfBalloonTunables()
    return switch attribute {
    case .selfballooning, .reservedMB, .selfshrinking: setAtBoot
    case .interval: "\(defaults.interval)"
    case .downHysteresis: "\(defaults.downHysteresis)"
    case .upHysteresis: "\(defaults.upHysteresis)"
    case .minUsableMB: "\(defaults.minUsableMB)"
    case .frontswapHysteresis: "\(defaults.frontswapHysteresis)"
    case .frontswapInertia: "\(defaults.frontswapInertia)"
    }
  }

  private static let setAtBoot = "set at boot"

  /// Whether the driver refuses a text that a run's parameter gives to a tunable; no other parameter is ever refused.
  ///
  /// What is as after boot was not written. A refused text leaves the value before it in force, so the run is one of
  /// that value.
  public static func isRefused(_ text: String, of path: String, driver: String) -> Bool {
    let steps = path.split(separator: ".")
    guard steps.count == 4, steps[2] == "tunables", text != defaultText(of: path) else {
      return false
    }
    var refusing = SelfBalloonDriver(
      generation: DriverGeneration(rawValue: driver) ?? .linux4_19)
    return refusing.write(String(steps[3]), text: Array(text.utf8)).status != .ok
  }

  /// The parameters of a run that its driver refused.
  public static func refused(in parameters: [Parameter], driver: String) -> [Parameter] {
    parameters.filter { isRefused($0.value, of: $0.path, driver: driver) }
  }

  /// The writes that set what is not as after boot, a shell command each.
  ///
  /// `always` are the paths of parameters that are written even if they are as after boot. What the driver refuses is left
  /// out, since the run went without it; so is a text that is no plain decimal number, for it may come from anybody's
  /// database, and the lines are pasted as root. What is set at boot is left to the kernel. A static guest
  /// (`controller: none`) has both parts switched off.
  public func sysfsWrites(always: Set<String>) -> [String] {
    if isStatic {
      return [SelfBalloonAttribute.selfballooning, .selfshrinking].map { write("0", to: $0) }
    }
    return values.compactMap { attribute, text -> String? in
      let path = "guests.\(guest).tunables.\(attribute.rawValue)"
      let isWritten = always.contains(path) || text != Self.defaultText(of: path)
      guard isWritten, text != Self.setAtBoot,
        !Self.isRefused(text, of: path, driver: driver),
        !text.isEmpty, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
      else {
        return nil
      }
      return write(text, to: attribute)
    }
  }

  private func write(_ text: String, to attribute: SelfBalloonAttribute) -> String {
    "echo \(text) > \(Self.folder)/\(attribute.rawValue)"
  }

  private static let folder =
    "/sys/devices/system/xen_memory/xen_memory0/\(SelfBalloonAttribute.directory)"

  /// The options for the kernel's command line: those of the run, and the two switches where they are set; none of
  /// tmem's for a static guest.
  ///
  /// Numbers have no boot option, so they have to be written after every boot.
  public var bootOptions: String {
    func isOff(_ attribute: SelfBalloonAttribute) -> Bool? {
      values.first { $0.attribute == attribute }.flatMap {
        $0.text == "0" ? true : $0.text == "1" ? false : nil
      }
    }
    // A word with anything but these characters is no boot option of Xen's or tmem's.
    let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._=-,"
    var words = boot.split(separator: " ").map(String.init)
      .filter { $0.unicodeScalars.allSatisfy(plain.unicodeScalars.contains) }
    if isStatic {
      return words.filter { $0 != "tmem" && !$0.hasPrefix("tmem.") }.joined(separator: " ")
    }
    if driver == "3.6" {
      if isOff(.selfballooning) == true { words.append("noselfballooning") }
      if isOff(.selfshrinking) == true { words.append("noselfshrink") }
    } else {
      for (attribute, name) in [
        (SelfBalloonAttribute.selfballooning, "tmem.selfballooning"),
        (.selfshrinking, "tmem.selfshrinking"),
      ] {
        guard let isOff = isOff(attribute) else { continue }
        words.removeAll { $0.hasPrefix(name + "=") }
        words.append("\(name)=\(isOff ? 0 : 1)")
      }
    }
    return words.joined(separator: " ")
  }
}
