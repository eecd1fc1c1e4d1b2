public import Units

/// Something done to a guest, or to the host, at a time.
public struct EventSpec: Sendable {
  /// What is done.
  public enum Action: Sendable {
    /// sysfs writes, in order.
    case write([(attribute: String, text: String)])
    /// An administrator's balloon target.
    case balloonTarget(PageCount)
    /// `echo 1 > /proc/sys/vm/drop_caches`.
    case dropCaches
    /// Something goes wrong for some time.
    case fault(FaultSpec, for: SimDuration)
  }
  /// When.
  public var at: SimTime
  /// The guest's place in `Scenario.guests`; of no meaning for a fault of the host.
  public var guest: Int
  /// What.
  public var action: Action

  /// Something done at a time.
  public init(at: SimTime, guest: Int, action: Action) {
    self.at = at
    self.guest = guest
    self.action = action
  }
}
