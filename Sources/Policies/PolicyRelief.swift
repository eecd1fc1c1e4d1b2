/// Values of a setting that leave a guest more memory or give it back sooner, for who asks what would have kept it alive.
public struct PolicyRelief: Hashable, Sendable {
  /// The setting's name on a real machine.
  public var setting: String
  /// From the one nearest to what is set to the farthest; never empty.
  public var values: [Int]

  /// Values of a setting; nil: there are none.
  public init?(_ setting: String, _ values: [Int]) {
    if values.isEmpty { return nil }
    self.setting = setting
    self.values = values
  }

  /// Every number below one that is set, down to 1.
  static func below(_ own: some BinaryInteger) -> [Int] {
    own > 1 && own <= 100_000 ? (1..<Int(own)).reversed() : []
  }

  /// A divisor doubled, ten times.
  static func above(_ divisor: some BinaryInteger) -> [Int] {
    let own = max(1, min(Int(clamping: divisor), 1 << 20))
    return (1...10).map { own << $0 }
  }

  /// Amounts of MiB up to a guest's memory, a thousand of them at most.
  static func sizes(upTo mebibytes: Int) -> [Int] {
    Array(stride(from: 1, through: mebibytes, by: max(1, mebibytes / 1024)))
  }
}
