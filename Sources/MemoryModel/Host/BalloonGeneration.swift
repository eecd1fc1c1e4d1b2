// swift-format-ignore: AlwaysUseLowerCamelCase
/// The balloon driver: a generation of Xen's (Docs/kernel.md 2.9), or another.
public enum BalloonGeneration: String, CaseIterable, Sendable {
  /// Linux 4.4: retries without end, no availability clamp.
  case linux4_4 = "4.4"
  /// Linux 4.19: gives up after the fourth failure, asks si_mem_available first.
  case linux4_19 = "4.19"
  /// Linux 6.1, of 5.15 and later: a thread that a changed target wakes at once, and an unchanged one never.
  case linux6_1 = "6.1"
  /// virtio's of Linux 6.1, as in the recorded guests: tries again after 200 ms without end, never asks first.
  case virtio = "virtio"
}
