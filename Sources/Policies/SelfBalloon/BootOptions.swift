/// An option of the kernel command line whose value the kernel refuses.
public enum BootOptionError: Error, Hashable, Sendable {
  /// The value is no Boolean as the kernel reads one.
  case notABoolean(option: String, value: String)
}

/// What the kernel command line says about transcendent memory and selfballooning.
///
/// The last mention of an option counts, and options that belong to something else are passed over, as the
/// kernel does. Source: Docs/kernel.md 1.7; for 3.6, whose options have other names and no values, Docs/kernel.md 1.8.
public struct BootOptions: Hashable, Sendable {
  /// `tmem`: transcendent memory is switched on; off unless named.
  public private(set) var isTmemEnabled = false
  /// Whether the cleancache backend is wanted.
  private(set) var useCleancache = true
  /// Whether the frontswap backend is wanted.
  private(set) var useFrontswap = true
  /// Whether the balloon part is wanted.
  public private(set) var useSelfballooning = true
  /// Whether the frontswap part is wanted.
  public private(set) var useSelfshrinking = true

  /// Reads a command line as a user writes it, such as `quiet tmem tmem.selfshrinking=0`.
  ///
  /// From 4.4 on, frontswap off switches both parts off. Throws if a `tmem.` option has a value that is
  /// no Boolean.
  public init(
    commandLine: String, generation: DriverGeneration, frontswapCompiledIn: Bool = true
  ) throws(BootOptionError) {
    useFrontswap = frontswapCompiledIn
    switch generation {
    case .linux3_6:
      useSelfballooning = frontswapCompiledIn
      for option in Self.split(commandLine) {
        readNamed(option.name, frontswapCompiledIn: frontswapCompiledIn)
      }
    case .linux4_4, .linux4_19:
      for option in Self.split(commandLine) {
        try readParameter(option, frontswapCompiledIn: frontswapCompiledIn)
      }
    }
    if generation.isStartedByTmemDriver && !useFrontswap {
      useSelfballooning = false
      useSelfshrinking = false
    }
  }

  /// Whether the cleancache backend is registered in a Xen guest.
  public var isCleancacheOn: Bool { isTmemEnabled && useCleancache }
  /// Whether the frontswap backend is registered in a Xen guest.
  public var isFrontswapOn: Bool { isTmemEnabled && useFrontswap }

  /// The flags that the driver's init gets in a Xen guest that was booted so.
  public func initFlags(isInitialDomain: Bool) -> SelfBalloonDriver.InitFlags {
    SelfBalloonDriver.InitFlags(
      useSelfballooning: useSelfballooning, useSelfshrinking: useSelfshrinking, isXenDomain: true,
      isInitialDomain: isInitialDomain, isTmemEnabled: isTmemEnabled,
      isFrontswapRegistered: isFrontswapOn)
  }

  /// An option of 3.6, which takes no value.
  private mutating func readNamed(_ name: String, frontswapCompiledIn: Bool) {
    switch name {
    case "tmem": isTmemEnabled = true
    case "nocleancache": useCleancache = false
    case "nofrontswap": useFrontswap = false
    case "noselfballooning" where frontswapCompiledIn: useSelfballooning = false
    case "noselfshrink" where frontswapCompiledIn: useSelfshrinking = false
    case "selfballooning" where !frontswapCompiledIn: useSelfballooning = true
    default: break
    }
  }

  /// An option of 4.4 or 4.19: `tmem`, or a parameter of the tmem driver.
  private mutating func readParameter(
    _ option: (name: String, value: String?), frontswapCompiledIn: Bool
  ) throws(BootOptionError) {
    switch option.name {
    case "tmem": isTmemEnabled = true
    case "tmem.cleancache": useCleancache = try Self.boolean(option)
    case "tmem.frontswap" where frontswapCompiledIn: useFrontswap = try Self.boolean(option)
    case "tmem.selfballooning": useSelfballooning = try Self.boolean(option)
    case "tmem.selfshrinking": useSelfshrinking = try Self.boolean(option)
    default: break
    }
  }

  /// A Boolean as the kernel reads one: the first letter decides, or the first two of `on` and `off`; an
  /// option without a value is on.
  ///
  /// Source: Linux 4.19, lib/string.c, kstrtobool() (from memory).
  private static func boolean(
    _ option: (name: String, value: String?)
  ) throws(BootOptionError) -> Bool {
    guard let value = option.value else { return true }
    switch value.lowercased().prefix(2) {
    case let start where start.first == "1" || start.first == "y": return true
    case let start where start.first == "0" || start.first == "n": return false
    case "on": return true
    case "of": return false
    default: throw .notABoolean(option: option.name, value: value)
    }
  }

  /// The options of a command line: separated by blanks outside double quotes, up to a lone `--`.
  private static func split(_ commandLine: String) -> [(name: String, value: String?)] {
    var isQuoted = false
    let words = commandLine.split { character in
      if character == "\"" { isQuoted.toggle() }
      return character.isWhitespace && !isQuoted
    }
    return words.prefix { $0 != "--" }.map { word in
      let parts = word.filter { $0 != "\"" }.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }
  }
}
