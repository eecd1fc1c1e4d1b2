/// Recorded floors and reports of the driver's own functions.
public enum HyperVReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "hyperv"

  /// Told by its outcomes, which no other kind has.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["floor_pages", "reported_committed_pages"])
  }

  /// Compares the floor and what is reported.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    let guest = HyperVGuest.Sight(
      totalRAM: try line.number("total_ram_pages"), committed: try line.number("committed_pages"),
      ballooned: try line.number("ballooned_pages"), added: try line.number("added_pages"),
      onlined: try line.number("onlined_pages"))
    var driver = HyperVGuest()
    driver.reportDelay = 0
    let got: VectorFields = [
      "floor_pages": VectorValue(HyperVGuest.floor(totalRAM: guest.totalRAM)),
      "reported_committed_pages": VectorValue(driver.report(guest)?.committed),
    ]
    return VectorDifference.between(line.filter { got[$0.key] != nil }, got, at: "")
  }
}
