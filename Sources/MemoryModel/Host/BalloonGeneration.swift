// swift-format-ignore: AlwaysUseLowerCamelCase
/// The generation of the Xen balloon driver (facts, 2.9).
public enum BalloonGeneration: String, CaseIterable, Sendable {
  /// Linux 4.4: retries without end, no availability clamp.
  case linux4_4 = "4.4"
  /// Linux 4.19: gives up after the fourth failure, asks si_mem_available first.
  case linux4_19 = "4.19"
}
