import Foundation
import Testing

@Suite("plot and report", .timeLimit(.minutes(5)))
struct PictureTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  private func record() async throws {
    for hysteresis in ["1", "8"] {
      try await workplace.run(
        "run", "small.yaml", "--db", "a.sqlite", "--set", "selfballoon_downhysteresis=\(hysteresis)"
      ).expect(0)
    }
  }

  @Test("Pictures are SVG, PNG, scripts or characters, of runs one by one or together")
  func runs() async throws {
    try await record()
    let svg = Array("<?xml".utf8)
    for (arguments, file, start) in [
      (["1"], "one.svg", svg), (["1"], "one.png", [0x89] + Array("PNG".utf8)),
      (["1", "2"], "both.svg", svg),
      (["1", "--columns", "free_pages,pgmajfault"], "columns.svg", svg),
      (["last", "--guest", "one"], "one.gp", Array("set terminal svg".utf8)),
    ] {
      let outcome = try await workplace.start(
        ["plot"] + arguments + ["-o", file, "--db", "a.sqlite"]
      )
      .outcome()
      outcome.expect(0)
      let bytes = try Data(contentsOf: workplace.folder.appending(path: file))
      #expect(bytes.starts(with: start), "\(file)")
      #expect(bytes.count < 200_000, "\(file)")
    }
    let both = try workplace.read("both.svg")
    #expect(both.contains("run 1 total_ram") && both.contains("run 2 total_ram"))
    #expect(both.contains("simulated time (s)") && both.contains(">MiB<"))
    let terminal = try await workplace.run("plot", "1", "--terminal", "--db", "a.sqlite")
    terminal.expect(0)
    #expect(terminal.lines.allSatisfy { $0.count <= 80 } && terminal.output.contains("RAM"))
    #expect(!terminal.output.contains("\u{1B}"))
  }

  @Test("A sweep is drawn as curves, as a map or by its front; wrong words are named")
  func sweeps() async throws {
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1,2,8", "--vary",
      "selfballoon_interval=1,5", "--record", "metrics", "--db", "a.sqlite"
    ).expect(0)
    let x = ["--x", "selfballoon_downhysteresis", "--y", "memory"]
    for (arguments, text) in [
      (x, "selfballoon_interval=5"),
      (x + ["--heat", "selfballoon_interval"], "memory_held_mean (MiB)"),
      ([], "recommended"), (["--objective", "saved", "--objective", "harm"], "memory_saved"),
    ] {
      let outcome = try await workplace.start(
        ["plot", "--sweep", "last", "-o", "s.svg", "--db", "a.sqlite"] + arguments
      ).outcome()
      outcome.expect(0)
      #expect(try workplace.read("s.svg").contains(text), "\(arguments)")
    }
    for (arguments, code, text) in [
      (
        ["--x", "nonsense", "--y", "memory"], 64,
        "'nonsense' is not one of the parameters that vary"
      ),
      (["--x", "selfballoon_interval", "--y", "stal"], 64, "did you mean"),
      (["--x", "selfballoon_interval"], 64, "--x and --y belong together"),
      (["--heat", "selfballoon_interval"], 64, "--heat needs --x and --y"),
      (
        x + ["--heat", "selfballoon_downhysteresis"], 64, "--heat takes another parameter than --x"
      ),
    ] as [([String], Int32, String)] {
      let outcome = try await workplace.start(
        ["plot", "--sweep", "last", "-o", "s.svg", "--db", "a.sqlite"] + arguments
      ).outcome()
      outcome.expect(code)
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
  }

  @Test(
    "What cannot be drawn is said: other endings, unknown columns and guests, no ticks, no gnuplot")
  func refusals() async throws {
    try await record()
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_interval=2", "--record", "metrics", "--db",
      "a.sqlite"
    ).expect(0)
    for (arguments, code, text) in [
      (["1", "-o", "x.gif"], 64, "'x.gif': pictures end in .svg or .png, scripts in .gp"),
      (["1", "--columns", "fre_pages", "-o", "x.svg"], 64, "did you mean 'free_pages'?"),
      (["1", "--guest", "two", "-o", "x.svg"], 64, "run 1 has no guest 'two': one"),
      (["3", "-o", "x.svg"], 64, "no ticks of run 3 are kept"),
      (["1"], 64, "give -o or --terminal"), ([], 64, "give runs, or --sweep"),
      (["1", "-o", "a.sqlite/x.svg"], 73, "a.sqlite"),
    ] as [([String], Int32, String)] {
      let outcome = try await workplace.start(["plot"] + arguments + ["--db", "a.sqlite"]).outcome()
      outcome.expect(code)
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
    try await workplace.start(
      ["plot", "1", "-o", "x.svg", "--db", "a.sqlite"], environment: ["PATH": "/nonexistent"]
    ).outcome().expect(66, saying: "gnuplot is not installed; Debian has it as gnuplot-nox")
  }

  @Test("A report is one page that names no other file, of runs with and without ticks")
  func reports() async throws {
    try await record()
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1,4", "--vary",
      "selfballoon_interval=2,3", "--record", "metrics", "--db", "a.sqlite"
    ).expect(0)
    let runs = try await workplace.run(
      "report", "1", "2", "3", "-o", "r.html", "--db", "a.sqlite", "--json")
    runs.expect(0)
    let page = try workplace.read("r.html")
    let said = try #require(try runs.json() as? [String: Any])
    #expect(said["bytes"] as? Int == page.utf8.count)
    #expect(page.hasPrefix("<!doctype html>"))
    for text in [
      "What was asked", "Memory of run 1, one", "No ticks of run 3 are kept",
      "selfballoon_downhysteresis",
      "balloonsim run small.yaml --set selfballoon_downhysteresis=8",
      "selfballoon_interval written: 1 (ok)",
    ] { #expect(page.contains(text), "\(text)") }
    // Images of the charts' library stand in the page themselves.
    let links = page.matches(of: /(?:src|href)="([^"#][^"]*)"/).map { String($0.output.1) }
    #expect(
      links.allSatisfy { $0.hasPrefix("data:") }, "\(links)")

    let sweep = try await workplace.run("report", "--sweep", "last", "-o", "-", "--db", "a.sqlite")
    sweep.expect(0)
    for text in [
      "Which setting to choose", "What moves memory_held_mean", "All 4 runs", "class=\"heat\"",
    ] {
      #expect(sweep.output.contains(text), "\(text)")
    }
    let wrong = try await workplace.run("report", "9", "-o", "r.html", "--db", "a.sqlite")
    wrong.expect(64)
    let nowhere = try await workplace.run("report", "1", "--db", "a.sqlite")
    nowhere.expect(64)
    try await workplace.run("report", "1", "-o", "a.sqlite", "--db", "a.sqlite")
      .expect(73, saying: "a.sqlite: is the database itself")
  }

  @Test("export --gnuplot writes a script that draws the data beside it")
  func scripts() async throws {
    try await record()
    try await workplace.run("export", "1", "--gnuplot", "-o", "m.gp", "--db", "a.sqlite").expect(0)
    try await workplace.run(
      "export", "1", "2", "--gnuplot", "--columns", "free_pages,pgfault", "-o", "c.gp", "--every",
      "2s", "--db",
      "a.sqlite"
    ).expect(0)

    for name in ["m", "c"] {
      let drawn = try await workplace.shell("gnuplot \(name).gp > \(name).svg")
      drawn.expect(0)
      #expect(drawn.errors.isEmpty, "\(drawn.errors)")
    }
    // 20 s, a tick a second and one at 0, below the header; every second one of two runs.
    #expect(try workplace.read("m.csv").split(separator: "\n").count == 22)
    #expect(try workplace.read("c.csv").split(separator: "\n").count == 1 + 2 * 11)
    let layers = try workplace.read("m.svg")
    #expect(layers.contains("anonymous") && layers.contains("memory (MiB)"))
    #expect(try workplace.read("c.svg").contains("run 2 one: free (MiB)"))
    for (arguments, text) in [
      (["1", "--gnuplot"], "--gnuplot needs -o FILE.gp"),
      (["1", "--gnuplot", "-o", "x.gp", "--table", "worker"], "--gnuplot draws ticks"),
      (["1", "--gnuplot", "-o", "x.gp", "--columns", "fre_pages"], "did you mean 'free_pages'?"),
    ] {
      let outcome = try await workplace.start(["export"] + arguments + ["--db", "a.sqlite"])
        .outcome()
      outcome.expect(64)
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
  }

  @Test("The front goes through the recommended setting, also where it is drawn apart")
  func front() async throws {
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1,2,4,8,16", "--vary",
      "selfballoon_interval=1,2,5", "--record", "metrics", "--db", "a.sqlite"
    ).expect(0)
    try await workplace.run("plot", "--sweep", "last", "-o", "f.gp", "--db", "a.sqlite").expect(0)
    let advice = try await workplace.run("advise", "--sweep", "last", "--json", "--db", "a.sqlite")

    let object = try #require(try advice.json() as? [String: Any])
    let front = try #require(object["front"] as? [[String: Any]])
    let script = try workplace.read("f.gp")
    let line = try #require(
      script.split(separator: "$line << END\n").last?.split(separator: "END").first)
    #expect(line.split(separator: "\n").count == front.count)
    // Every block of data has a name of its own.
    let names = script.matches(of: /(\$\w+) << END/).map { String($0.output.1) }
    #expect(Set(names).count == names.count)
  }

  @Test("A design that is no grid has no map; a page of it stays small and says so")
  func noGrid() async throws {
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1..60", "--vary",
      "selfballoon_reserved_mb=1..60", "--design", "lhs", "--samples", "40", "--record", "metrics",
      "--duration",
      "2s", "--db", "a.sqlite"
    ).expect(0)
    let map = try await workplace.run(
      "plot", "--sweep", "last", "--x", "selfballoon_downhysteresis", "--heat",
      "selfballoon_reserved_mb", "--y",
      "memory", "-o", "m.svg", "--db", "a.sqlite")
    let page = try await workplace.run(
      "report", "--sweep", "last", "-o", "p.html", "--db", "a.sqlite")

    map.expect(1)
    #expect(map.errors.contains("give --heat a grid of at most 400 cells"), "\(map.errors)")
    page.expect(0)
    let text = try workplace.read("p.html")
    #expect(
      text.contains("There is no picture of it: a map of the two would have")
        && text.utf8.count < 400_000)
  }

  @Test("A run that was killed is drawn as far as it got, in as few moments as others")
  func unfinished() async throws {
    let running = try workplace.start([
      "run", "small.yaml", "--duration", "1000000s", "--set", "guests.files.0.rate=1/h", "--set",
      "guests.anon.access.rate=1/h", "--db", "a.sqlite",
    ])
    // Until there are ticks; then it is killed.
    for _ in 0..<400 {
      let plot = try await workplace.run("plot", "1", "-o", "early.svg", "--db", "a.sqlite")
      if plot.code == 0 { break }
      #expect([1, 64, 66].contains(plot.code), "\(plot)")
      try await Task.sleep(for: .milliseconds(50))
    }
    try await Task.sleep(for: .milliseconds(500))
    running.send(SIGKILL)
    _ = try await running.outcome()

    try await workplace.run("plot", "1", "-o", "late.svg", "--db", "a.sqlite").expect(0)
    try await workplace.run("report", "1", "-o", "late.html", "--db", "a.sqlite").expect(0)
    #expect(try workplace.read("late.svg").utf8.count < 500_000)
    #expect(try workplace.read("late.html").utf8.count < 2_000_000)
  }
}
