public import ArgumentParser
import Traces
public import Units

/// What a foreign file leaves open, as options of every command that reads traces.
struct ImportArguments: ParsableArguments {
  @Option(help: "The format, if it should not be recognised: a name of `balloonsim trace formats`.")
  var format: String?

  @Option(
    help: ArgumentHelp(
      """
      What stands for Committed_AS where the file has none: used, used-minus-cache, used-minus-cache-plus-swap, \
      total-minus-available, anon or active.
      """))
  var committedFrom: CommittedSource?

  @Option(help: "What becomes of gaps: left, held or interpolated.")
  var gaps = GapRule.left

  @Option(help: "The machine, domain or series to read, where the file has several.")
  var host: String?

  @Option(
    help: ArgumentHelp("Time between samples, where the file tells no times.", valueName: "time"))
  var step: SimDuration?

  @Option(
    help: ArgumentHelp("The machine's memory, where the file does not tell it.", valueName: "size"))
  var memory: PageCount?

  @Option(help: ArgumentHelp("The column of the time, in plain CSV.", valueName: "name"))
  var timeColumn: String?

  @Option(
    help: ArgumentHelp(
      "s, ms, us or ns, for times that are numbers, in plain CSV.", valueName: "unit"))
  var timeUnit: TimeUnit?

  @Option(help: ArgumentHelp("The column of committed memory, in plain CSV.", valueName: "name"))
  var committedColumn: String?

  @Option(
    help: """
      The unit of amounts where the file does not tell it: bytes, kB (1,024), KiB, MB, MiB, GB, GiB, pages, share or \
      percent (of --memory).
      """)
  var unit: MemoryUnit?

  /// The options as the importer takes them.
  func options() throws(Failure) -> ImportOptions {
    var options = ImportOptions()
    (options.format, options.committedFrom, options.gaps) = (format, committedFrom, gaps)
    (options.host, options.step) = (host, step)
    (options.timeColumn, options.timeUnit) = (timeColumn, timeUnit)
    (options.committedColumn, options.unit) = (committedColumn, unit)
    if let step, step <= .zero { throw Failure(.usage, "--step takes a time above zero") }
    if let memory {
      guard memory.pages > 0, memory.pages <= 1 << 38 else {
        throw Failure(.usage, "--memory takes a size above zero and up to 1024TiB")
      }
      options.memory = Int64(memory.pages) * 4
    }
    return options
  }
}

extension CommittedSource: ExpressibleByArgument {}
extension GapRule: ExpressibleByArgument {}
extension TimeUnit: ExpressibleByArgument {}
extension MemoryUnit: ExpressibleByArgument {}
extension PageCount: ExpressibleByArgument {
  /// A size with its unit.
  public init?(argument: String) { self.init(argument) }

  /// The size with its unit, as it is typed.
  public var defaultValueDescription: String { text }
}
