import Foundation
import Testing

@Suite("policies", .timeLimit(.minutes(5)))
struct PoliciesTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test("Guests are run under each policy and version, once; a line each, least memory first")
  func table() async throws {
    let words = ["policies", "small.yaml", "--duration", "60s", "--db", "p.sqlite"]

    let all = try await workplace.start(words).outcome()
    let again = try await workplace.start(words).outcome()
    let some = try await workplace.start(
      words + ["--policy", "xenballoond=2008", "--policy", "selfballoon2011", "--repeat", "2"]
    ).outcome()
    let runs = try await workplace.run("runs", "--db", "p.sqlite")

    for outcome in [all, again, some] { outcome.expect(0) }
    let names = all.lines.map { $0.split(separator: " ").first.map(String.init) ?? "" }
    #expect(names.filter { $0 == "selfballoon" }.count == 3)
    #expect(names.filter { $0 == "xenballoond" }.count == 2)
    for name in [
      "selfballoon2011", "static", "bound", "squeezed", "mom", "vdsm", "proxmox", "static/virtio",
    ] { #expect(names.contains(name), "\(name)") }
    #expect(all.output.contains("mom, vdsm, proxmox were run with virtio's balloon"))
    #expect(all.output.contains("vdsm was run with balloonEnabled=true"))
    // What the database holds is not run again.
    #expect(again.output == all.output)
    #expect(some.output.contains("xenballoond 2008") && !some.output.contains("xenballoond 2009"))
    #expect(some.output.contains(" ± ") && some.output.contains("Means of 2 seeds"))
    // Seven at first; then static and two policies with two seeds, of which the first are there.
    #expect(runs.lines.filter { $0.contains("finished") || $0.contains("small") }.count >= 10)
  }

  @Test("A picture and JSON, without a database")
  func picture() async throws {
    let outcome = try await workplace.run(
      "policies", "small.yaml", "--duration", "30s", "--policy", "selfballoon=4.19", "--no-record",
      "--json", "-o", "p.gp")

    outcome.expect(0)
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let policies = try #require(json["policies"] as? [[String: Any]])
    #expect(Set(policies.compactMap { $0["policy"] as? String }) == ["static", "selfballoon 4.19"])
    #expect(json["bound_mib"] as? [String: Any] != nil)
    let script = try String(contentsOfFile: workplace.path("p.gp"), encoding: .utf8)
    #expect(script.contains("selfballoon 4.19") && script.contains("title 'bound'"))
  }

  @Test(
    "Of a trace alone stalls are not told, and what was saved by killing comes last and has no share"
  )
  func traceAlone() async throws {
    let text = """
      name: bare
      duration: 300s
      guests:
        - name: one
          memory: 256MiB
          committed:
            points: [{ at: 0s, committed: 20MiB }, { at: 200s, committed: 200MiB }]
          anon: { touched: 1 }
      """
    try text.write(toFile: workplace.path("bare.yaml"), atomically: true, encoding: .utf8)

    let outcome = try await workplace.run("policies", "bare.yaml", "--no-record")

    outcome.expect(0)
    #expect(outcome.output.contains("No access and no file is modelled, so nothing could stall"))
    let still = try #require(outcome.lines.first { $0.hasPrefix("static") })
    #expect(still.split(separator: " ").suffix(4) == ["-", "-", "-", "0"])
    let killing = try #require(outcome.lines.firstIndex { $0.contains("   by killing") })
    let last = try #require(
      outcome.lines.lastIndex { $0.hasPrefix("static") && !$0.contains("by killing") })
    #expect(killing > last)
    #expect(outcome.output.contains("was saved by killing"))
    #expect(outcome.output.contains("senpai, oomd-senpai go by what stalls"))
  }

  @Test("On a full host its policies take memory, and what that rests on is said")
  func fullHost() async throws {
    let words = [
      "policies", "small.yaml", "--duration", "120s", "--db", "h.sqlite", "--policy", "proxmox",
    ]

    let full = try await workplace.start(words + ["--set", "host.memory=64MiB"]).outcome()
    let roomy = try await workplace.start(words + ["--set", "host.memory=4GiB"]).outcome()

    for outcome in [full, roomy] { outcome.expect(0) }
    func held(_ outcome: Outcome) -> Double? {
      outcome.lines.first { $0.hasPrefix("proxmox") }?.split(separator: " ").dropFirst().first
        .flatMap { Double($0) }
    }
    let less = try #require(held(full))
    let all = try #require(held(roomy))
    #expect(less < all)
    #expect(roomy.output.contains("proxmox took nothing"))
    #expect(!full.output.contains("took nothing"))
    #expect(full.output.contains("down to a quarter of its memory, an assumption"))
  }

  @Test("A policy, a version or a picture that there is none of is refused with what there is")
  func refused() async throws {
    let wrong: [(words: [String], code: Int32, says: String)] = [
      (["--policy", "xenbaloond"], 64, "did you mean 'xenballoond'?"),
      (["--policy", "xenballoond=2010"], 64, "unknown version of xenballoond '2010'"),
      (["--repeat", "0"], 64, "--repeat takes a number"),
      (["-o", "p.bmp"], 64, "pictures end in .svg or .png"),
    ]
    for (words, code, says) in wrong {
      let outcome = try await workplace.start(["policies", "small.yaml"] + words).outcome()
      #expect(outcome.code == code && outcome.errors.contains(says), "\(words)")
    }
    let missing = try await workplace.run("policies", "missing.yaml")
    #expect(missing.code == 66 && missing.errors.contains("missing.yaml"))
  }

  @Test("A guest whose machine never had a policy is run static alone, and why is said")
  func leftOut() async throws {
    let text = """
      name: late
      duration: 10s
      guests:
        - { name: one, memory: 256MiB, kernel: "6.1", committed: { constant: 20MiB } }
      """
    try text.write(
      toFile: workplace.path("late.yaml"), atomically: true, encoding: .utf8)

    let outcome = try await workplace.run("policies", "late.yaml", "--no-record")

    outcome.expect(0)
    #expect(
      outcome.errors.contains("left out: selfballoon 4.19, selfballoon 4.4, selfballoon 3.6:"))
    #expect(outcome.output.contains("static"))
    #expect(!outcome.output.contains("selfballoon 4.19"))
  }
}
