import SimulationEngine
import Testing
import Units

/// The expected values are computed by separate programs: splitmix64 as published, and the mixing function
/// of `Fingerprint` restated with unbounded integers.
@Suite("Random streams and fingerprints")
struct RandomStreamTests {
  @Test(
    "The bare generator is splitmix64",
    arguments: [
      (0, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]),
      (1, [0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67, 0xF893_A2EE_FB32_555E]),
      // The state for which values are commonly published.
      (1_234_567, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 0x883E_BCE5_A3F2_7C77]),
      (.max, [0xE4D9_7177_1B65_2C20, 0xE99F_F867_DBF6_82C9, 0x382F_F84C_B272_81E9]),
    ] as [(UInt64, [UInt64])])
  func splitmix64(state: UInt64, expected: [UInt64]) {
    var random = RandomStream(state: state)

    let drawn = (0..<3).map { _ in random.next() }

    #expect(drawn == expected)
  }

  @Test("Unit and bounded numbers are the top 53 bits and the remainder")
  func derived() {
    var unit = RandomStream(state: 1)
    var bounded = RandomStream(state: 1)

    let units = (0..<3).map { _ in unit.unit() }
    let remainders = (0..<5).map { _ in bounded.below(1_000) }

    #expect(units == [0.5665615751722809, 0.7457817572627011, 0.9710027535867962])
    #expect(remainders == [465, 519, 590, 235, 761])
  }

  @Test(
    "A purpose's stream is a fixed function of seed and name, and another purpose's is unrelated")
  func purposes() {
    var arrivals = RandomStream(seed: 1, purpose: "arrivals")
    var departures = RandomStream(seed: 1, purpose: "departures")
    var later = RandomStream(seed: 2, purpose: "arrivals")

    let drawn = [arrivals.next(), arrivals.next()]
    let others = [departures.next(), later.next()]

    #expect(drawn == [0x8442_A912_396D_FF98, 0x54DC_B3D5_82AD_4D5C])
    #expect(!others.contains(drawn[0]))
  }

  @Test("A fingerprint is a fixed function of the numbers and their order")
  func fingerprint() {
    var hash = Fingerprint()
    var hashes = [hash.hexadecimal]
    for number in UInt64(0)..<3 {
      hash.combine(number)
      hashes.append(hash.hexadecimal)
    }
    var negative = Fingerprint()
    negative.combine(Int64(-1))
    var swapped = Fingerprint()
    for number in [UInt64(1), 0, 2] { swapped.combine(number) }
    var (fourth, fifth) = (hash, hash)
    fourth.combine(1, 2, 3, 4)
    fifth.combine(1, 3, 2, 4)
    var (text, otherText) = (hash, hash)
    text.combine("oom_kill")
    otherText.combine("oom_kill\0")

    #expect(
      hashes == ["cbf29ce484222325", "07f01a1d0e745544", "c7987d14e39710ed", "ecb3ee3e60ce4db5"])
    #expect(negative.hexadecimal == "585dc97d8fbf18ff")
    #expect(swapped != hash)
    #expect(fourth != fifth && text != otherText)
  }

  @Test("A text is hashed by its bytes: every eight of them, then the last eight and the count")
  func textFingerprint() {
    let letters = "no page is lost: 0123456789, Größe"
    for length in 0...letters.count {
      let text = String(letters.prefix(length))
      var expected = Fingerprint()
      var word: UInt64 = 0
      var count: UInt64 = 0
      for byte in text.utf8 {
        word = word << 8 | UInt64(byte)
        count += 1
        if count.isMultiple(of: 8) { expected.combine(word) }
      }
      expected.combine(word << 8 ^ count)

      var hash = Fingerprint()
      hash.combine(text)

      #expect(hash == expected, "\(text)")
    }
  }

  @Test("Times and lengths are added, repeated and compared in nanoseconds")
  func arithmetic() {
    let start = SimTime.zero + .seconds(5)
    var length = SimDuration.milliseconds(3) * 4
    length += .microseconds(7)

    #expect(start.nanoseconds == 5_000_000_000)
    #expect((start - .zero) == .seconds(5))
    #expect(length == .nanoseconds(12_007_000))
    #expect(length - .seconds(1) < .zero)
    #expect(start < .endOfTime)
  }
}
