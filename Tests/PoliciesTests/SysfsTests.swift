import Policies
import SimulationEngine
import Testing
import Units

@Suite("sysfs")
struct SysfsTests {
  @Test("Behaviour 14: validation of what is written")
  func validation() {
    let table: [(attribute: String, text: String, status: SelfBalloonDriver.WriteStatus)] = [
      ("selfballoon_downhysteresis", "0", .invalid),
      ("selfballoon_downhysteresis", "abc", .invalid),
      ("selfballoon_downhysteresis", " 5", .invalid),
      ("selfballoon_downhysteresis", "5\n\n", .invalid),
      ("selfballoon_downhysteresis", "-5", .invalid),
      ("selfballoon_downhysteresis", "0x10", .invalid),
      ("selfballoon_downhysteresis", "+", .invalid),
      ("selfballoon_downhysteresis", "", .invalid),
      ("selfballoon_downhysteresis", "18446744073709551616", .outOfRange),
      ("selfballoon_downhysteresis", "18446744073709551616x", .outOfRange),
      ("selfballooning", "2", .invalid),
      ("selfballoon", "1", .noAttribute),
    ]

    for row in table {
      var driver = SelfBalloonDriver(generation: .linux4_19)
      let before = driver
      let outcome = driver.write(row.attribute, text: row.text.utf8)

      #expect(outcome.status == row.status, "\(row)")
      #expect(outcome.bytesAccepted == nil, "\(row)")
      #expect(driver == before, "\(row)")
    }
  }

  @Test("Behaviour 14: +5 with a newline stores 5")
  func plusAndNewline() {
    var driver = SelfBalloonDriver(generation: .linux4_19)

    let outcome = driver.write("selfballoon_downhysteresis", text: "+5\n".utf8)

    #expect(outcome.status == .ok)
    #expect(outcome.bytesAccepted == 3)
    #expect(driver.read("selfballoon_downhysteresis") == "5\n")
  }

  @Test("Behaviour 14: the capability is asked for before the text is looked at")
  func capabilityFirst() {
    var driver = SelfBalloonDriver(generation: .linux4_19)

    let outcome = driver.write("selfballooning", text: "abc".utf8, hasCapability: false)

    #expect(outcome.status == .notPermitted)
  }

  @Test("Behaviour 14: 2^32 as downhysteresis shows 0 and kills the worker at the next way down")
  func storedZeroKills() {
    var g1 = G1()

    let outcome = g1.write("selfballoon_downhysteresis", "4294967296")
    let decision = g1.tick()

    #expect(outcome.status == .ok)
    #expect(g1.driver.read("selfballoon_downhysteresis") == "0\n")
    #expect(decision.fault == .divideByZero)
    #expect(!g1.driver.isWorkerPending)
  }

  @Test("3.6 reports every parse failure as EINVAL and has no reserve")
  func parsingIn3_6() {
    var driver = SelfBalloonDriver(generation: .linux3_6)

    let tooBig = driver.write("selfballoon_interval", text: "18446744073709551616".utf8)
    let reserve = driver.write("selfballoon_reserved_mb", text: "5".utf8)

    #expect(tooBig.status == .invalid)
    #expect(reserve.status == .noAttribute)
    #expect(driver.read("selfballoon_reserved_mb") == nil)
    #expect(driver.attributes.count == 8)
  }

  @Test("A build without frontswap has six attributes")
  func attributesWithoutFrontswap() {
    var driver = SelfBalloonDriver(generation: .linux4_19, frontswapCompiledIn: false)

    let outcome = driver.write("frontswap_inertia", text: "5".utf8)

    #expect(outcome.status == .noAttribute)
    #expect(
      driver.attributes == [
        .selfballooning, .interval, .downHysteresis, .upHysteresis, .minUsableMB, .reservedMB,
      ])
  }

  @Test("Inertia is cut to 32 bits as a tunable and whole as the countdown")
  func inertiaSetsTheCountdown() {
    var driver = SelfBalloonDriver(generation: .linux4_19)

    let outcome = driver.write("frontswap_inertia", text: "4294967296".utf8)

    #expect(outcome.status == .ok)
    #expect(driver.tunables.frontswapInertia == 0)
    #expect(driver.countdown == 4_294_967_296)
  }

  @Test("Any positive number reads back as its low 32 bits, signed")
  func readsBackSigned() {
    let attributes = SelfBalloonAttribute.allCases.filter {
      $0 != .selfballooning && $0 != .selfshrinking
    }
    for seed in UInt64(0)..<500 {
      var random = RandomStream(seed: seed, purpose: "sysfs")
      let value = max(1, random.next() >> random.below(64))
      let attribute = attributes[Int(random.below(UInt64(attributes.count)))]
      var driver = SelfBalloonDriver(generation: .linux4_4)

      let outcome = driver.write(attribute.rawValue, text: "\(value)\n".utf8)

      #expect(outcome.status == .ok, "seed \(seed)")
      #expect(
        driver.read(attribute.rawValue) == "\(Int32(truncatingIfNeeded: value))\n", "seed \(seed)")
    }
  }

  @Test("No text makes a write trap, and a refused one changes nothing")
  func anyBytes() {
    let alphabet = Array("+-0123456789\n x\0".utf8) + [0xFF]
    for seed in UInt64(0)..<500 {
      var random = RandomStream(seed: seed, purpose: "bytes")
      let text = (0..<random.below(24)).map { _ in
        alphabet[Int(random.below(UInt64(alphabet.count)))]
      }
      for attribute in SelfBalloonAttribute.allCases {
        var driver = SelfBalloonDriver(generation: .linux4_19)
        let before = driver

        let outcome = driver.write(attribute.rawValue, text: text)

        #expect(outcome.status == .ok || driver == before, "seed \(seed)")
      }
    }
  }
}
