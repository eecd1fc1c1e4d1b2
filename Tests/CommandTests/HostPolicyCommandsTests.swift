import Foundation
import Testing

/// A policy of the host through all commands that ask about settings.
@Suite("A host's policy on the command line", .timeLimit(.minutes(5)))
struct HostPolicyCommandsTests {
  let workplace: Workplace

  init() throws {
    workplace = try Workplace()
    let text = """
      name: shared
      duration: 120s
      host: { memory: 600MiB, policy: proxmox }
      guests:
        - name: web
          memory: 256MiB
          minimum_memory: 64MiB
          kernel: "6.1"
          committed: { constant: 60MiB }
          files: [ { name: x, size: 30MiB, rate: 50/s } ]
        - { name: batch, memory: 256MiB, minimum_memory: 64MiB, kernel: "6.1", committed: { constant: 20MiB } }
      """
    try text.write(toFile: workplace.path("shared.yaml"), atomically: true, encoding: .utf8)
  }

  @Test("run and why: the round, its arithmetic, and what came of it")
  func why() async throws {
    let run = try await workplace.run("run", "shared.yaml", "--db", "h.sqlite")
    let why = try await workplace.run(
      "why", "1", "--guest", "batch", "--at", "15s", "--db", "h.sqlite")

    run.expect(0)
    why.expect(0)
    #expect(why.output.contains("batch, run 1 of pvestatd, at 10.0 s."))
    #expect(why.output.contains("more than its target") && why.output.contains("the balloon took"))
  }

  @Test(
    "A kill: no goal is made up that the policy never had, and what would have prevented it is tried"
  )
  func kill() async throws {
    let text = """
      name: k
      duration: 400s
      host: { memory: 560MiB, policy: { vdsm: { enabled: true } } }
      guests:
        - name: a
          memory: 256MiB
          minimum_memory: 32MiB
          kernel: "6.1"
          committed: { points: [ { at: 0s, committed: 40MiB }, { at: 300s, committed: 220MiB } ] }
          anon: { touched: 1 }
        - { name: b, memory: 256MiB, minimum_memory: 32MiB, kernel: "6.1", committed: { constant: 100MiB } }
      """
    try text.write(toFile: workplace.path("kill.yaml"), atomically: true, encoding: .utf8)
    let run = try await workplace.run("run", "kill.yaml", "--db", "k.sqlite")
    let why = try await workplace.run("why", "1", "--worst", "--try", "20s", "--db", "k.sqlite")

    #expect(run.code == 0 && why.code == 0, "\(why.errors)")
    #expect(why.output.contains("A process was killed"))
    #expect(!why.output.contains("Its goal had become"))
    #expect(why.output.contains("were free at the tick before"))
    #expect(why.output.contains("host.controller=none"))
  }

  @Test("sweep, advise, sensitivity and search vary its settings; advise ends in its commands")
  func sweep() async throws {
    let sweep = try await workplace.start([
      "sweep", "shared.yaml", "--vary", "host.policy.proxmox.target=50,60,70,80", "--db",
      "h.sqlite",
    ]).outcome()
    let advice = try await workplace.run("advise", "--sweep", "1", "--db", "h.sqlite")
    let sensitivity = try await workplace.run(
      "sensitivity", "--sweep", "1", "--metric", "memory_held_mean", "--db", "h.sqlite")
    let search = try await workplace.start([
      "search", "shared.yaml", "--find", "host.policy.proxmox.target in 40..90", "--such-that",
      "web.memory_held_least < 200MiB", "--db", "h.sqlite",
    ]).outcome()

    for outcome in [sweep, advice, sensitivity] { outcome.expect(0) }
    #expect(advice.output.contains("pvenode config set --ballooning-target"))
    #expect(advice.output.contains("qm set \"$(qm list | awk -v name=web"))
    #expect(advice.output.contains("The policy's defaults"))
    #expect(!advice.output.contains("selfballoon"))
    #expect(
      sensitivity.output.contains("ballooning-target") || sensitivity.output.contains("target"))
    #expect([0, 1].contains(search.code), "\(search.errors)")
    #expect(search.output.contains("host.policy.proxmox.target="))
  }

  @Test("What cannot be is refused in one sentence with its place")
  func refused() async throws {
    let wrong: [(setting: String, says: String)] = [
      ("host.policy=mon", "unknown policy 'mon'"),
      ("host.policy=xenballoond", "decides in a guest"),
      ("guests.web.policy=mom", "decides on the host"),
      ("host.policy={proxmox: {interval: 5}}", "unknown setting 'interval'"),
      ("host.policy={proxmox: {target: 101}}", "does not take '101'"),
      ("guests.web.balloon.model=\"6.1\"", "moves virtio's balloon"),
      ("guests.web.minimum_memory=1GiB", "more than the guest may have"),
      ("guests.web.maximum_memory=1GiB", "more than the guest was built with"),
      ("host.policy=smartmem-like", "this guest has none"),
      ("interval=5", "unknown parameter 'interval'"),
      ("guests.web.tunables.ballooning-target=70", "unknown tunable"),
    ]
    for (setting, says) in wrong {
      let outcome = try await workplace.run("run", "shared.yaml", "--no-record", "--set", setting)
      // A scenario that an option made wrong is a wrong use of the option.
      #expect([64, 65].contains(outcome.code), "\(setting): \(outcome.code)")
      #expect(outcome.errors.contains(says), "\(setting): \(outcome.errors)")
    }
    let old = try await workplace.run(
      "run", "shared.yaml", "--no-record", "--set", "host.policy=senpai", "--set",
      "guests.web.kernel=\"4.19\"", "--set", "guests.web.balloon.model=virtio")
    #expect(old.errors.contains("came with Linux 4.20"), "\(old.errors)")
    #expect(old.errors.contains("shared.yaml:") || old.errors.contains("--set"))
  }
}
