private import MemoryModel
internal import Policies
public import Recording
internal import Scenarios
internal import Simulation
internal import Text

/// How what a run sets of a guest is set on a real machine: from within it by sysfs and boot options, from its host by the
/// balloon's target.
///
/// Source: Docs/kernel.md 1.1 for the files and what they take, 1.7 for the boot options.
public struct KernelTunables: Sendable {
  /// The guest.
  public let guest: String
  private let values: [(attribute: SelfBalloonAttribute, text: String)]
  private let boot: String
  private let driver: String
  private let isStatic: Bool
  /// What sets a policy that is not set by the selfballoon driver's files; nil: the guest has none.
  let setUp: PolicySetUp?
  private let kernel: KernelPolicy
  private let balloon: BalloonGeneration
  /// Whether a policy of the host moves its balloon.
  public let isMovedByHost: Bool
  private let targets: [(at: String, pages: UInt64)]

  /// The tunables of a guest among the parameters of a run.
  public init(guest: String, parameters: [Parameter]) {
    self.guest = guest
    func text(_ path: String) -> String? {
      let path = ParameterPath.of(guest: guest, path).description
      return parameters.first { $0.path == path }?.value
    }
    values = SelfBalloonAttribute.allCases.compactMap { attribute in
      text("tunables.\(attribute.rawValue)").map { (attribute, $0) }
    }
    boot = text("boot") ?? "tmem"
    isStatic = text("controller") == "none"
    isMovedByHost = parameters.contains { $0.path == "host.controller" && $0.value != "none" }
    let card = text("controller").flatMap(PolicyCatalogue.guestPolicy(named:))?.card
    let isOfSysfs =
      card?.settings.allSatisfy { SelfBalloonAttribute(rawValue: $0.name) != nil } ?? true
    setUp = isOfSysfs ? nil : PolicySetUp(guest: guest, parameters)
    driver = text("driver") ?? DriverGeneration.linux4_19.rawValue
    kernel = text("kernel").flatMap(KernelPolicy.init) ?? .linux4_19
    balloon = text("balloon.model").flatMap(BalloonGeneration.init) ?? .linux4_19
    targets = Self.targets(of: guest, in: parameters)
  }

  /// The balloon targets that events of a run give to a guest, in the order of the events.
  private static func targets(
    of guest: String, in parameters: [Parameter]
  ) -> [(at: String, pages: UInt64)] {
    let events = Dictionary(
      parameters.filter { $0.path.hasPrefix("events.") }.map { ($0.path, $0) },
      uniquingKeysWith: { first, _ in first })
    return (0..<events.count).compactMap { number in
      guard events["events.\(number).guest"]?.value == guest,
        let pages = events["events.\(number).balloon_target"]?.number.flatMap(
          UInt64.init(exactly:)),
        let at = events["events.\(number).at"]?.value
      else { return nil }
      return (at, pages)
    }
  }

  /// Whether a machine with the guest's kernel and balloon has the selfballoon driver.
  public var hasDriver: Bool { GuestSpec.hasTmem(KernelSettings(kernel, balloon: balloon)) }

  /// Why nothing is set from within a guest that cannot have the driver, a sentence.
  var lackingDriver: String {
    "Guest \(guest) is \(GuestSpec.systemText(KernelSettings(kernel, balloon: balloon))), which "
      + (isStatic
        ? "has no selfballoon driver: nothing is set from within it."
        : "never had the selfballoon driver: what the runs set can be set nowhere.")
  }

  /// What sets the targets of the guest's balloon from its host, in the order of time: the moment, what is spoken to, and a line
  /// for it.
  ///
  /// The guest's name is taken to be that of the domain. It may come from anybody's database, and is quoted.
  public var hostCommands: [(at: String, tool: String, line: String)] {
    targets.flatMap { at, pages -> [(at: String, tool: String, line: String)] in
      let (kibibytes, isTooLarge) = pages.multipliedReportingOverflow(by: 4)
      let (bytes, hasOverflow) = pages.multipliedReportingOverflow(by: 4096)
      if isTooLarge || hasOverflow { return [] }
      guard balloon == .virtio else {
        return [(at, "xl, in KiB", shellCommand(["xl", "mem-set", guest, "\(kibibytes)k"]))]
      }
      let words = ["virsh", "setmem", "--domain=\(guest)", "--size=\(kibibytes)", "--live"]
      return [
        (at, "libvirt, in KiB", shellCommand(words)),
        (
          at, "QEMU's monitor (QMP), in bytes",
          #"{"execute":"balloon","arguments":{"value":\#(bytes)}}"#
        ),
      ]
    }
  }

  /// The guests that the parameters of a run are of, in alphabetical order.
  public static func guests(in parameters: [Parameter]) -> [String] {
    let names = parameters.compactMap { parameter -> String? in
      let path = ParameterPath(parameter.path)
      return path.inGuest == ParameterPath("memory") ? path.guest : nil
    }
    return names.sorted()
  }

  /// The value that a tunable's parameter has when nobody sets it.
  static func defaultText(of path: String) -> String? {
    guard let name = ParameterPath(path).tunable,
      let setting = policy(with: name)?.card.setting(name), !setting.isKey
    else { return nil }
    return setting.initial ?? setAtBoot
  }

  /// The policy that has a setting of this name.
  private static func policy(with setting: String) -> (any MemoryPolicy.Type)? {
    PolicyCatalogue.all.first { policy in
      policy.card.settings.contains { $0.name == setting }
    }
  }

  private static let setAtBoot = "set at boot"

  /// Whether the driver refuses a text that a run's parameter gives to a tunable; no other parameter is ever refused.
  ///
  /// What is as after boot was not written. A refused text leaves the value before it in force, so the run is one of
  /// that value.
  static func isRefused(_ text: String, of path: String, driver: String) -> Bool {
    guard let name = ParameterPath(path).tunable, text != defaultText(of: path) else {
      return false
    }
    guard let policy = policy(with: name) else { return false }
    let versions = policy.card.versions
    var refusing = policy.init(version: versions.contains(driver) ? driver : versions[0])
    return refusing?.write(name, text).status != .ok
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
  /// (`controller: none`) has both parts switched off; one without the driver has nothing to write to.
  public func sysfsWrites(always: Set<String>) -> [String] {
    if !hasDriver { return [] }
    if isStatic {
      return [SelfBalloonAttribute.selfballooning, .selfshrinking].map { write("0", to: $0) }
    }
    return values.compactMap { attribute, text -> String? in
      let path = ParameterPath.tunable(attribute.rawValue, of: guest).description
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
    if isStatic || !hasDriver {
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
