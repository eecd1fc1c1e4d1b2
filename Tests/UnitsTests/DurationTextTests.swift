import SimulationEngine
import Testing
import Units

@Suite("Durations as text")
struct DurationTextTests {
  @Test(
    "A number with a unit is read to the nanosecond",
    arguments: [
      ("0s", 0), ("90us", 90_000), ("1.5s", 1_500_000_000), ("10min", 600_000_000_000),
      ("24h", 86_400_000_000_000), ("1d", 86_400_000_000_000), ("7ns", 7), ("1.0ns", 1),
      ("0.001us", 1), ("0.000000001s", 1), ("0.5min", 30_000_000_000),
      ("1.000h", 3_600_000_000_000), ("100ms", 100_000_000), ("007s", 7_000_000_000),
      ("9223372036854775807ns", Int64.max), ("9223372036.854775807s", Int64.max),
      ("106751d", 9_223_286_400_000_000_000),
    ] as [(String, Int64)])
  func reads(text: String, nanoseconds: Int64) {
    #expect(SimDuration(text)?.nanoseconds == nanoseconds)
  }

  @Test(
    "What has no unit, is negative, is not whole in nanoseconds or too long is not read",
    arguments: [
      "", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "5sec", "5m", "1.s", ".5s", "1.2.3s",
      "1,5s", "1e3s", "0x5s", "0.5ns", "1.0000000001s", "1.0005us", "9223372036854775808ns",
      "9223372036.854775808s", "106752d", "99999999999999999999s", "\u{0665}s", "5\u{B5}s",
      "\u{FF11}s",
    ])
  func refuses(text: String) {
    #expect(SimDuration(text) == nil)
  }

  @Test(
    "A duration is written in the largest unit that divides it",
    arguments: [
      (0, "0s"), (5_000_000_000, "5s"), (1_500_000, "1500us"), (600_000_000_000, "10min"),
      (90_000_000_000, "90s"), (86_400_000_000_000, "1d"), (1, "1ns"),
      (Int64.max, "9223372036854775807ns"), (5_400_000_000_000, "90min"), (-5_000_000_000, "-5s"),
    ] as [(Int64, String)])
  func writes(nanoseconds: Int64, text: String) {
    #expect(SimDuration(nanoseconds: nanoseconds).text == text)
  }

  @Test("What is written is read back as it was")
  func roundTrip() {
    for seed in UInt64(0)..<500 {
      var random = RandomStream(seed: seed, purpose: "duration")
      let length = Int64(random.next() >> (1 + random.below(62)))
      let duration = SimDuration(
        nanoseconds: seed % 2 == 0 ? length : length / 1_000_000 * 1_000_000)

      #expect(SimDuration(duration.text) == duration, "seed \(seed)")
    }
  }
}
