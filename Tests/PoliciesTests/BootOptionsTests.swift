import Policies
import Testing

@Suite("Boot options")
struct BootOptionsTests {
  @Test("Nothing is on without tmem, everything with it")
  func tmemIsTheSwitch() throws {
    let without = try BootOptions(commandLine: "quiet root=/dev/xvda1", generation: .linux4_19)
    let with = try BootOptions(commandLine: "quiet tmem", generation: .linux4_19)

    #expect(!without.isTmemEnabled && !without.isCleancacheOn && !without.isFrontswapOn)
    #expect(with.isTmemEnabled && with.isCleancacheOn && with.isFrontswapOn)
    #expect(with.useSelfballooning && with.useSelfshrinking)
  }

  @Test("Frontswap off forces both parts off, cleancache off does not")
  func forcedOff() throws {
    let noFrontswap = try BootOptions(
      commandLine: "tmem tmem.frontswap=0 tmem.selfshrinking=1", generation: .linux4_19)
    let noCleancache = try BootOptions(
      commandLine: "tmem tmem.cleancache=0", generation: .linux4_19)

    #expect(!noFrontswap.isFrontswapOn && noFrontswap.isCleancacheOn)
    #expect(!noFrontswap.useSelfballooning && !noFrontswap.useSelfshrinking)
    #expect(noCleancache.isFrontswapOn && !noCleancache.isCleancacheOn)
    #expect(noCleancache.useSelfballooning && noCleancache.useSelfshrinking)
  }

  @Test(
    "A Boolean is read as the kernel reads it",
    arguments: [
      ("0", false), ("1", true), ("y", true), ("Y", true), ("n", false), ("N", false),
      ("on", true), ("off", false), ("ON", true), ("Off", false),
    ])
  func booleans(text: String, value: Bool) throws {
    let options = try BootOptions(
      commandLine: "tmem tmem.selfshrinking=\(text)", generation: .linux4_19)

    #expect(options.useSelfshrinking == value)
  }

  @Test("Anything else is an error that names option and value", arguments: ["2", "", "true", "o"])
  func badBoolean(text: String) {
    #expect(throws: BootOptionError.notABoolean(option: "tmem.selfshrinking", value: text)) {
      try BootOptions(commandLine: "tmem tmem.selfshrinking=\(text)", generation: .linux4_19)
    }
  }

  @Test("Unknown options are passed over, the last mention counts, and -- ends the kernel's part")
  func mentions() throws {
    let options = try BootOptions(
      commandLine: "tmem\ttmem.selfshrink=0 note=\"a tmem.frontswap=0 b\" "
        + "tmem.selfballooning=0 tmem.selfballooning=1 tmem.cleancache=0 tmem.cleancache "
        + "-- tmem.selfshrinking=0",
      generation: .linux4_19)

    #expect(options.isTmemEnabled && options.isFrontswapOn && options.isCleancacheOn)
    #expect(options.useSelfballooning && options.useSelfshrinking)
  }

  @Test("3.6 has names of its own, and frontswap off forces nothing there")
  func namesIn3_6() throws {
    let options = try BootOptions(
      commandLine: "tmem noselfshrink nofrontswap tmem.selfballooning=0", generation: .linux3_6)
    let noBallooning = try BootOptions(
      commandLine: "tmem noselfballooning nocleancache", generation: .linux3_6)

    #expect(options.useSelfballooning && !options.useSelfshrinking)
    #expect(!options.isFrontswapOn && options.isCleancacheOn)
    #expect(!noBallooning.useSelfballooning && noBallooning.useSelfshrinking)
    #expect(noBallooning.isFrontswapOn && !noBallooning.isCleancacheOn)
  }

  @Test("3.6 without frontswap balloons only if asked to")
  func noFrontswapIn3_6() throws {
    let silent = try BootOptions(
      commandLine: "tmem", generation: .linux3_6, frontswapCompiledIn: false)
    let asked = try BootOptions(
      commandLine: "tmem selfballooning", generation: .linux3_6, frontswapCompiledIn: false)

    #expect(!silent.useSelfballooning)
    #expect(asked.useSelfballooning)
  }
}
