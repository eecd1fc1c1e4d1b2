import MemoryModel
import Policies
import Simulation
import TestSupport
import Testing
import Units

@testable import Scenarios
@testable import Traces

@Suite("Scenario files")
struct ScenarioReaderTests {
  @Test("Every key of a full scenario arrives in its place")
  func readsEveryKey() throws {
    let text = """
      name: swift-build
      description: A recorded compiler run.
      seed: 18446744073709551615
      duration: trace
      tick: 500ms
      host:
        memory: 8GiB
        tmem: { cleancache: true, frontswap: false, metadata: 0.01 }
        disks: { ssd: { random_read: 90us, write: 100us, bandwidth: 2GB/s, channels: 8 }, hdd: {} }
      guests:
        - name: build
          memory: 4GiB
          vcpus: 2
          kernel: "6.1"
          thp: true
          boot_reserved: 6168p
          late_freed: 100p
          dom0: true
          swap: [{ size: 4GiB, disk: hdd }, { size: 1GiB }]
          swappiness: 10
          slab_reclaimable: 1MiB
          kernel_unreclaimable: 2MiB
          boot: "tmem tmem.selfshrinking=1"
          driver: 3.6
          controller: none
          tunables:
            selfballoon_interval: 010
            frontswap_hysteresis: " 5"
          committed: { trace: traces/swift-build.csv, scale: 0.5, between: linear, times: 3 }
          anon:
            touched: trace
            cold: 0.3
            touch_rate: 20/ms
            release: proportional
            access: { rate: 20000/s, pattern: { hotcold: { hot: 0.1, access: 0.9 } }, writes: 0.25 }
          files:
            - { name: a, size: 900MiB, disk: hdd, rate: 4000/s, pattern: { zipf: 0.9 }, writes: 0.05 }
            - name: b
              size: 10p
              work: 2000000
              threads: 4
              phases:
                - { pattern: uniform, until: 10min }
                - { pattern: { mix: { zipf: 1.2, scan: 0.1 } }, accesses: 7 }
                - { pattern: scan }
          balloon: { model: "4.4" }
          costs: { hypercall: 600ns }
          counterfactual: true
      events:
        - { at: 10min, guest: build, write: { selfballoon_interval: 1 } }
        - { at: 11min, balloon_target: 512MiB }
        - { at: 12min, drop_caches: true }
      """

    let scenario = try ScenarioReader.read(text: text, file: Bundled.path("x.yaml")).scenario

    #expect(scenario.name == "swift-build")
    #expect(scenario.seed == .max)
    #expect(scenario.duration == .trace)
    #expect(scenario.tick == .milliseconds(500))
    #expect(scenario.host.memory == .gibibytes(8))
    #expect(
      scenario.host.tmem
        == TmemConfiguration(cleancache: true, frontswap: false, metadataPPM: 10_000))
    #expect(scenario.host.disks.map(\.name) == ["ssd", "hdd"])
    #expect(
      scenario.host.disks[0].parameters
        == DiskParameters(
          randomRead: .microseconds(90), write: .microseconds(100), bandwidth: 2_000_000_000,
          channels: 8))
    #expect(scenario.host.disks[1].parameters == .sataSSD)
    let guest = scenario.guests[0]
    #expect(guest.memory == .gibibytes(4))
    #expect(guest.kernel.vcpus == 2)
    #expect(guest.kernel.policy == .linux6_1)
    #expect(guest.kernel.transparentHugePages && guest.isInitialDomain)
    #expect(guest.bootReserved == .pages(6_168))
    #expect(guest.lateFreed == .pages(100))
    #expect(guest.swap.map(\.size) == [.gibibytes(4), .gibibytes(1)])
    #expect(guest.swap.map(\.disk) == ["hdd", "ssd"])
    #expect(guest.kernel.swappiness == 10)
    #expect(guest.slabReclaimable == .mebibytes(1))
    #expect(guest.kernelUnreclaimable == .mebibytes(2))
    #expect(guest.boot == "tmem tmem.selfshrinking=1")
    #expect(guest.driver == .linux3_6)
    #expect(guest.controller == .none)
    #expect(guest.tunables.map(\.attribute) == ["selfballoon_interval", "frontswap_hysteresis"])
    #expect(guest.tunables.map(\.text) == ["010", " 5"])
    #expect(guest.committed.scalePPM == 500_000)
    #expect(guest.committed.between == .linear)
    #expect(guest.committed.times == 3)
    #expect(guest.anon.touched == .trace)
    #expect(guest.anon.coldPPM == 300_000)
    #expect(guest.anon.touchRate == Rate(count: 20, per: .milliseconds(1)))
    #expect(guest.anon.release == .proportional)
    #expect(guest.anon.access?.rate == Rate(count: 20_000, per: .seconds(1)))
    #expect(guest.anon.access?.pattern == .hotcold(hotPPM: 100_000, accessPPM: 900_000))
    #expect(guest.anon.access?.writePPM == 250_000)
    #expect(guest.files.map(\.disk) == ["hdd", "ssd"])
    #expect(guest.files[0].load == .open(Rate(count: 4_000, per: .seconds(1))))
    #expect(guest.files[0].writePPM == 50_000)
    #expect(guest.files[1].load == .closed(work: 2_000_000, threads: 4))
    #expect(
      guest.files[1].phases.map(\.pattern) == [.uniform, .mix(alpha: 1.2, scanPPM: 100_000), .scan])
    #expect(
      guest.files[1].phases.map(\.end) == [
        .time(SimTime(nanoseconds: 600_000_000_000)), .accesses(7), .never,
      ])
    #expect(guest.kernel.balloon == .linux4_4)
    #expect(guest.kernel.costs.hypercall == .nanoseconds(600))
    #expect(guest.kernel.costs.tmemPut == .nanoseconds(2_000))
    #expect(scenario.events.map(\.at.nanoseconds) == [600, 660, 720].map { $0 * 1_000_000_000 })
  }

  @Test("What a scenario leaves out has the documented default")
  func fillsInDefaults() throws {
    let scenario = try ScenarioReader.read(text: smallScenario, file: "s.yaml").scenario

    #expect(scenario.seed == 1)
    #expect(scenario.tick == .seconds(1))
    #expect(scenario.host.memory == .mebibytes(1_280))
    #expect(scenario.host.tmem == TmemConfiguration())
    #expect(scenario.host.disks.map(\.name) == ["ssd"])
    let guest = scenario.guests[0]
    #expect(guest.kernel.vcpus == 1)
    #expect(guest.boot == "tmem")
    #expect(guest.driver == .linux4_19)
    #expect(guest.controller == .usual)
    #expect(guest.tunables.isEmpty && guest.swap.isEmpty && guest.files.isEmpty)
    #expect(guest.kernel.swappiness == 60)
    #expect(guest.bootReserved == nil)
    #expect(guest.anon.touched == .share(800_000))
    #expect(guest.anon.access == nil)
    #expect(guest.kernel.costs == Costs())
  }

  @Test("Touched memory follows the samples if they tell it", arguments: [true, false])
  func choosesTouched(hasTouched: Bool) throws {
    let touched = hasTouched ? ", touched: 10MiB" : ""
    let text = smallScenario.replacing(
      "constant: 80MiB", with: "points: [{ at: 0s, committed: 80MiB\(touched) }]")

    let guest = try ScenarioReader.read(text: text, file: "s.yaml").scenario.guests[0]

    #expect(guest.anon.touched == (hasTouched ? .trace : .share(800_000)))
  }

  @Test("Every scenario that comes with the program has no problem", arguments: Bundled.scenarios)
  func bundledScenariosRead(name: String) throws {
    let resolved = try ScenarioReader.read(file: Bundled.scenario(name))

    #expect(resolved.scenario.name == name)
    #expect(resolved.scenario.description.count > 100)
  }

  @Test("The template has no problem, nor has it with every comment made a value")
  func templateReads() {
    let template = ScenarioTemplate.text
    let lines = template.split(separator: "\n")
    // What stands instead of other keys stays a comment.
    let policy = lines.filter { $0.contains("# policy") || $0.contains("#   policy") }
    #expect(policy.count == 3)
    let uncommented = lines.filter { !policy.contains($0) }.map { line in
      let body = line.drop { $0 == " " }
      let indent = line.prefix(line.count - body.count)
      let value = body.dropFirst(2)
      let isValue = body.hasPrefix("# ") && value.contains(": ") && value.first?.isLowercase == true
      let isSection = body.wholeMatch(of: /# [a-z]+:/) != nil || body.hasPrefix("#   ")
      return isValue || isSection ? String(indent + value) : String(line)
    }.joined(separator: "\n")

    #expect(problems(of: template).isEmpty)
    #expect(uncommented.contains("\n    swappiness: 60"))
    #expect(uncommented.contains("\n  memory: 1280MiB"))
    #expect(problems(of: uncommented) == [])
  }

  @Test("A missing file and a folder cannot be read")
  func refusesUnreadableFiles() {
    #expect(throws: UnreadableFile.self) { try ScenarioReader.read(file: "/nowhere/x.yaml") }
    #expect(throws: UnreadableFile(path: Bundled.folder, reason: "is a directory")) {
      try ScenarioReader.read(file: Bundled.folder)
    }
    #expect(throws: UnreadableFile(path: "/dev/zero", reason: "is a device, not a file")) {
      try ScenarioReader.read(file: "/dev/zero")
    }
  }
}
