import Testing
import Units

@testable import Recording
@testable import Reporting
@testable import Text

@Suite("Tunables as they are set on a machine")
struct KernelTunablesTests {
  private func tunables(
    _ values: [(String, String)], boot: String = "tmem", driver: String = "4.19"
  )
    -> KernelTunables
  {
    KernelTunables(
      guest: "g",
      parameters: values.map {
        Parameter(path: "guests.g.tunables.\($0.0)", value: $0.1, number: nil)
      } + [
        Parameter(path: "guests.g.boot", value: boot, number: nil),
        Parameter(path: "guests.g.driver", value: driver, number: nil),
      ])
  }

  @Test(
    "What is no number never becomes a command, and no word with a shell's characters a boot option",
    arguments: ["2; touch X #", "$(id)", "`id`", "1\n2", "1s", "-1", "", "0x1", "\u{662}", "1;2"])
  func hostile(text: String) {
    let hostile = tunables([("selfballoon_downhysteresis", text)], boot: "tmem a;b $(id) quiet")

    #expect(hostile.sysfsWrites(always: []).isEmpty)
    #expect(hostile.bootOptions == "tmem quiet")
  }

  @Test(
    "What is as after boot is not written, what varies is, and what the kernel sets is left to it")
  func writes() {
    let tunables = tunables([
      ("selfballoon_interval", "5"), ("selfballoon_downhysteresis", "8"),
      ("selfballoon_uphysteresis", "2"), ("selfballoon_reserved_mb", "set at boot"),
    ])

    let folder = "/sys/devices/system/xen_memory/xen_memory0/selfballoon"
    #expect(
      tunables.sysfsWrites(always: ["guests.g.tunables.selfballoon_downhysteresis"]) == [
        "echo 8 > \(folder)/selfballoon_downhysteresis",
        "echo 2 > \(folder)/selfballoon_uphysteresis",
      ])
  }

  @Test("A value that the driver refused is not written: the run went without it")
  func zeros() {
    let values = [
      ("selfballoon_interval", "0"), ("selfballoon_reserved_mb", "4294967296"),
      ("frontswap_selfshrinking", "0"), ("selfballooning", "2"),
    ]

    // Docs/kernel.md 1.1: a plain 0 is refused with EINVAL, 4294967296 is stored as 0; the switches take 0 and 1. Driver 3.6 has
    // no reserve.
    func words(driver: String) -> [String] {
      tunables(values, driver: driver).sysfsWrites(always: [])
        .map { String($0.split(separator: " ")[1]) }
    }
    #expect(words(driver: "4.19") == ["4294967296", "0"])
    #expect(words(driver: "3.6") == ["0"])
  }

  @Test("A static guest has both parts off, and no tmem")
  func staticGuest() {
    let parameters = [("controller", "none"), ("boot", "quiet tmem tmem.cleancache=0")]
      .map { Parameter(path: "guests.g.\($0.0)", value: $0.1, number: nil) }

    let tunables = KernelTunables(guest: "g", parameters: parameters)

    let files = tunables.sysfsWrites(always: []).compactMap { $0.split(separator: "/").last }
    #expect(files == ["selfballooning", "frontswap_selfshrinking"])
    #expect(tunables.bootOptions == "quiet")
  }

  /// A guest of some kernel and balloon, with a target of 2 GiB at 2 minutes.
  private func guest(
    _ name: String = "vm", kernel: String, balloon: String, controller: String = "none",
    target: Double? = 524_288
  ) -> KernelTunables {
    let own = [("kernel", kernel), ("balloon.model", balloon), ("controller", controller)]
      .map { Parameter(path: "guests.\(name).\($0.0)", value: $0.1, number: nil) }
    let event = [
      Parameter(path: "events.0.at", value: "1min", number: nil),
      Parameter(path: "events.0.drop_caches", value: "true", number: nil),
      Parameter(path: "events.0.guest", value: name, number: nil),
      Parameter(path: "events.1.at", value: "2min", number: nil),
      Parameter(path: "events.1.guest", value: name, number: nil),
      Parameter(path: "events.1.balloon_target", value: "2GiB", number: target),
    ]
    return KernelTunables(guest: name, parameters: own + event)
  }

  @Test("A guest is set by what its own system has: sysfs, virsh and QMP, or xl")
  func systems() throws {
    let virtio = guest(kernel: "6.18", balloon: "virtio")
    let xen = guest(kernel: "6.1", balloon: "4.19")
    let old = guest(kernel: "4.19", balloon: "4.19")

    #expect(!virtio.hasDriver && !xen.hasDriver && old.hasDriver)
    #expect(virtio.sysfsWrites(always: []).isEmpty && xen.sysfsWrites(always: []).isEmpty)
    #expect(old.sysfsWrites(always: []).count == 2)
    #expect(
      virtio.hostCommands.map(\.line) == [
        "virsh setmem --domain=vm --size=2097152 --live",
        #"{"execute":"balloon","arguments":{"value":2147483648}}"#,
      ])
    #expect(virtio.hostCommands.allSatisfy { $0.at == "2min" })
    #expect(xen.hostCommands.map(\.line) == ["xl mem-set vm 2097152k"])
    #expect(virtio.lackingDriver.contains("Linux 6.18 with virtio's balloon, which has no"))
    let never = guest(kernel: "6.18", balloon: "virtio", controller: "selfballoon")
    #expect(never.sysfsWrites(always: []).isEmpty)
    #expect(never.lackingDriver.hasSuffix("what the runs set can be set nowhere."))
  }

  @Test(
    "A guest's name is one word of its command, whatever it is; a size beyond 64 bits gives no command",
    arguments: ["a; touch X #", "$(id)", "it's", "'\u{301}", "--live", "`id`"])
  func hostileNames(name: String) throws {
    let line = try #require(guest(name, kernel: "6.18", balloon: "virtio").hostCommands.first?.line)

    #expect(
      wordsOfCommand(line)
        == ["virsh", "setmem", "--domain=\(name)", "--size=2097152", "--live"])
    // What is not seen is in quotes of its own, and the line stays one.
    let lines = guest(name + "\n", kernel: "6.18", balloon: "virtio").hostCommands.map(\.line)
    #expect(lines.allSatisfy { !$0.contains("\n") })
    for target in [.infinity, .nan, -1, 0.5, 1e19] as [Double] {
      #expect(guest(name, kernel: "6.18", balloon: "virtio", target: target).hostCommands.isEmpty)
    }
  }

  @Test("The switches are boot options, by the names of the generation")
  func bootOptions() {
    let off = [("selfballooning", "1"), ("frontswap_selfshrinking", "0")]

    #expect(
      tunables(off, boot: "tmem tmem.selfshrinking=1").bootOptions
        == "tmem tmem.selfballooning=1 tmem.selfshrinking=0")
    #expect(tunables(off, driver: "3.6").bootOptions == "tmem noselfshrink")
    #expect(tunables([]).bootOptions == "tmem")
  }
}
