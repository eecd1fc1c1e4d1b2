import Foundation
import GRDB
import Testing

@Suite(
  "Texts are data: one with every trick, as every name there is, does nothing",
  .timeLimit(.minutes(5))
)
struct HostileTextTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  /// Runs a command, to whom the text does nothing, and what it suggests, to which it does nothing either.
  @discardableResult
  private func expectNothing(
    of command: [String], isData: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Outcome {
    let outcome = try await workplace.start(command).outcome()
    HostileText.expectNothing(
      of: outcome, command, in: workplace, isData: isData, sourceLocation: sourceLocation)
    return outcome
  }

  /// Has a shell carry out a script in which the program is called, but not there.
  private func paste(
    _ script: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try workplace.write("balloonsim() { :; }\n" + script, to: "pasted.sh")
    _ = try await workplace.shell("bash pasted.sh")
    HostileText.expectNoCanary(of: name, in: workplace, sourceLocation: sourceLocation)
  }

  // MARK: - One's own names

  /// A scenario in which everything that may be any text is the hostile one, and its trace has such a name.
  private func writeScenario() throws {
    let trace = HostileText.fileName + ".csv"
    try workplace.write(Workplace.demand, to: trace)
    let path = HostileText.escaped(trace)
    let text = Workplace.small.replacing("demand.csv", with: path)
      .replacing(
        "seed: 3", with: "description: \(HostileText.escaped(HostileText.text + "\0"))\nseed: 3"
      )
      .replacing(
        "memory: 64MiB",
        with: "memory: 64MiB\n    boot: \(HostileText.escaped("tmem " + HostileText.text))")
    try workplace.write(text, to: "hostile.yaml")
  }

  @Test("Descriptions, boot options, traces, sweeps and files may be called so")
  func ownNames() async throws {
    try writeScenario()
    let database = HostileText.fileName + ".sqlite"
    let vary = ["--vary", "selfballoon_downhysteresis=1,8", "--db", database]
    let sweep = ["sweep", "hostile.yaml", "--name", HostileText.text] + vary

    try await expectNothing(of: ["scenario", "check", "hostile.yaml"]).expect(0)
    try await expectNothing(of: ["inspect", "hostile.yaml"]).expect(0)
    try await expectNothing(of: ["run", "hostile.yaml", "--db", database, "--verbose"]).expect(0)
    try await expectNothing(of: ["run", "hostile.yaml", "--json", "--db", database]).expect(0)
    try await expectNothing(of: sweep + ["--dry-run"]).expect(0)
    let made = try await expectNothing(of: sweep)
    let share = try await expectNothing(of: sweep + ["--shard", "0/2"])
    for outcome in [made, share] {
      outcome.expect(0)
      let commands = outcome.errors.drop { $0 != ":" }.dropFirst()
      #expect(commands.contains("balloonsim "))
      try await paste(String(commands), "what a sweep suggests")
    }
    for command in [
      ["runs"], ["show", "1"], ["sweeps"], ["show", "--sweep", HostileText.text],
      ["advise", "--sweep", "last"],
      [
        "search", "hostile.yaml", "--find", "guests.one.memory in 60MiB..64MiB step 2MiB",
        "--such-that",
        "oom_kills == 0",
      ],
      ["plot", "1", "-o", HostileText.fileName + ".svg"],
      ["plot", "1", "-o", HostileText.fileName + ".gp"],
      ["export", "1", "--gnuplot", "-o", HostileText.fileName + "2.gp"],
      ["report", "1", "-o", HostileText.fileName + ".html"], ["db", "check"],
      ["export", "1", "-o", HostileText.fileName + ".csv"],
    ] {
      let outcome = try await expectNothing(of: command + ["--db", database])
      // A search that finds no threshold says so.
      outcome.expect(command[0] == "search" ? 1 : 0)
      let words = outcome.lines.filter { $0.hasPrefix("repeat with") || $0.hasPrefix("command") }
      for line in words {
        try await paste(line.replacing(/^[a-z ]*?[ :]  +/, with: ""), "what show tells")
      }
    }
    try await expectNothing(of: ["db", "merge", "all\(database)", database]).expect(0)
    _ = try await workplace.shell("for file in *.gp; do gnuplot \"./$file\"; done")
    HostileText.expectNoCanary(of: "gnuplot", in: workplace)
  }

  @Test("Values that a driver would not take are never lines for root, in advice or on a page")
  func tunableValues() async throws {
    let values = ["2; touch CANARY #", "4`touch CANARY`", "8\ntouch CANARY", "16' $(touch CANARY)"]
    let list = (values + [HostileText.text]).map(HostileText.escaped).joined(separator: ", ")
    try workplace.write(
      Workplace.small + "sweep:\n  vary:\n    selfballoon_downhysteresis: [\(list), 9]\n",
      to: "values.yaml")

    try await expectNothing(of: ["sweep", "values.yaml", "--db", "a.sqlite"]).expect(0)
    let advice = try await expectNothing(of: ["advise", "--sweep", "1", "--db", "a.sqlite"])
    try await expectNothing(of: ["report", "--sweep", "1", "-o", "a.html", "--db", "a.sqlite"])
      .expect(0)

    let lines = advice.lines.drop { !$0.hasPrefix("As root") }.dropFirst()
    try await paste(
      lines.joined(separator: "\n").replacing("/sys/", with: "sys/"), "what advise tells")
    for line in lines where line.hasPrefix("echo") {
      #expect(line.contains(/^echo [0-9]+ > \/sys\/[a-z0-9_\/]+$/), "\(line)")
    }
    let page = try workplace.read("a.html")
    #expect(!page.contains(/echo [^<\n]*touch/))
  }

  @Test("The script for Slurm runs a sweep that is called so, and nothing else")
  func slurmScript() async throws {
    try writeScenario()
    try workplace.write(
      """
      #!/usr/bin/env bash
      cat > task.sh
      export SLURM_ARRAY_TASK_ID=0 SLURM_CPUS_PER_TASK=1
      bash task.sh >&2
      grep -q 'db merge' task.sh || SLURM_ARRAY_TASK_ID=1 bash task.sh >&2
      echo 7
      """, to: "sbatch")
    let database = HostileText.fileName + ".sqlite"

    let script = try await expectNothing(
      of: [
        "sweep", "hostile.yaml", "--name", HostileText.text, "--db", database, "--vary",
        "selfballoon_downhysteresis=1,8", "--emit", "slurm", "--shards", "2",
      ])
    script.expect(0)
    try workplace.write(script.output, to: "slurm.sh")
    let outcome = try await workplace.shell("chmod +x sbatch; PATH=.:$PATH bash slurm.sh")
    let sweeps = try await workplace.run("sweeps", "--json", "--db", database)

    outcome.expect(0)
    HostileText.expectNoCanary(of: "the script", in: workplace)
    let found = try #require(try sweeps.json() as? [[String: Any]])
    #expect(found.count == 1 && found[0]["name"] as? String == HostileText.text)
    #expect(found[0]["finished_runs"] as? Int == 2)
  }

  @Test("Where a name may not be so it is refused, and no message has more of it than letters")
  func refusedNames() async throws {
    try await workplace.run("sweep", "small.yaml", "--vary", "seed=1,2", "--quiet").expect(0)
    let text = HostileText.text
    let escaped = HostileText.escaped(text)
    for (place, name) in [
      ("name: small", "name: \(escaped)"), ("- name: one", "- name: \(escaped)"),
      ("name: data", "name: \(escaped)"), ("selfballoon_interval: 1", "\(escaped): \(escaped)"),
      ("memory: 64MiB", "memory: \(escaped)"), ("seed: 3", "\(escaped): 3"),
      ("swap: { size: 64MiB }", "swap: { size: 64MiB, disk: \(escaped) }"),
      ("seed: 3", "seed: 3\nhost: { disks: [{ name: \(escaped) }] }"),
    ] {
      try workplace.write(Workplace.small.replacing(place, with: name), to: "wrong.yaml")
      let outcome = try await expectNothing(of: ["scenario", "check", "wrong.yaml"])
      outcome.expect(65)
    }
    try workplace.write(text, to: HostileText.fileName)
    for command in [
      ["run", "small.yaml", "--set", "\(text)=\(text)"],
      ["run", "small.yaml", "--set", "seed=\(text)"],
      ["run", text + ".yaml"], ["run", HostileText.fileName], ["show", text],
      ["runs", "--sweep", text],
      ["show", "--sweep", text], ["export", "1", "--columns", text],
      ["export", "1", "--table", text],
      ["why", "1", "--guest", text], ["plot", "1", "--columns", text, "--terminal"],
      ["advise", "--sweep", "1", "--objective", text, "--objective", "stall"],
      ["advise", "--sweep", "1", "--constraint", text], ["compare", "1", "2", "--expect", text],
      ["sensitivity", "--sweep", "1", "--metric", text], ["runs", "--db", text],
      ["runs", "--db", HostileText.fileName], ["trace", "info", HostileText.fileName],
      ["trace", "import", HostileText.fileName],
      ["export", "1", "-o", HostileText.fileName + "/x.csv"],
      ["sweep", "small.yaml", "--vary", text],
      ["sweep", "small.yaml", "--vary", "seed=1", "--where", text],
      ["search", "small.yaml", "--find", text, "--such-that", text],
      ["db", "prune", "--sweep", text],
    ] {
      let outcome = try await workplace.start(command).outcome()
      HostileText.expectNothing(of: outcome, command, in: workplace)
      #expect(outcome.code != 0, "\(command)")
    }
  }

  @Test("Traces that have it as names of machines, columns and files")
  func traces() async throws {
    let name = HostileText.fileName.split(separator: "\n").joined(separator: " ")
    let title =
      "      kbmemfree   kbavail kbmemused  %memused kbbuffers  kbcached  kbcommit   %commit"
    try workplace.write(
      """
      Linux 6.1 (\(name)) \t11/23/26 \t_x86_64_\t(2 CPU)

      00:57:13\(title)
      00:57:15     20000000  21000000   4684084     18.98     10000   1000000   1102400      4.47
      00:57:17     20000000  21000000   4684084     18.98     10000   1000000   1102400      4.47

      """, to: "sar \(name)")
    try workplace.write(
      """
      # \(name)
      time_s,committed_kb,"\(name.replacing("\"", with: "\"\""))"
      0,20480,1
      8,51200,2
      14,10240,3

      """, to: "columns \(name).csv")
    for file in ["sar \(name)", "columns \(name).csv"] {
      for command in [
        ["trace", "info", file], ["trace", "info", file, "--json"], ["trace", "import", file],
        ["trace", "import", file, "-o", "out \(name).csv"],
        ["trace", "scale", file, "--memory", "2"],
        ["trace", "merge", file, file], ["trace", "slice", file, "--from", "0s"],
        ["run", file, "--duration", "1s"],
      ] {
        try await expectNothing(of: command)
      }
    }
    try await expectNothing(
      of: [
        "trace", "record", "-o", "own.csv", "--interval", "100ms", "--", "sh", "-c",
        ": " + "'\(name.replacing("'", with: ""))'",
      ])
    try await expectNothing(of: ["trace", "info", "own.csv"])
  }

  @Test("What goes to a terminal as data does nothing there", .enabled(if: hasTerminals))
  func dataOnTerminal() async throws {
    try await makeForeignDatabase()
    let spawn =
      "import pty, sys; sys.exit(pty.spawn(['balloonsim', 'export', '--all', '--table', 'runs', '--db', 'bad.sqlite']))"

    let outcome = try await workplace.shell("python3 -c \"\(spawn)\" | tr -d '\\r'")

    outcome.expect(0)
    #expect(outcome.output.contains("scenario_name"))
    HostileText.expectNothing(
      of: Outcome(
        code: 0, isKilled: false,
        output: outcome.output.replacing(HostileText.ownLine, with: "")
          .replacing("\t", with: " "),
        errors: ""),
      ["export"], in: workplace)
  }

  /// Whether the system has terminals to give.
  private static let hasTerminals = FileManager.default.fileExists(atPath: "/dev/ptmx")

  // MARK: - A database of somebody else

  /// A database as somebody makes it who means harm: every text that the program takes for a name is the hostile one.
  private func makeForeignDatabase() async throws {
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1,8", "--vary",
      "selfballoon_interval=1,5", "--repeat", "2", "--db", "good.sqlite", "--quiet"
    ).expect(0)
    try FileManager.default.copyItem(
      atPath: workplace.path("good.sqlite"), toPath: workplace.path("bad.sqlite"))
    let queue = try DatabaseQueue(path: workplace.path("bad.sqlite"))
    try await queue.writeWithoutTransaction { db in
      let arguments: StatementArguments = ["text": HostileText.text]
      for table in ["ticks", "decisions", "events", "metrics"] {
        try db.execute(
          sql: "UPDATE \(table) SET guest = :text WHERE guest IS NOT NULL", arguments: arguments)
      }
      for change in [
        """
        UPDATE runs SET guests = json_array(:text), scenario_name = :text, command = :text, version = :text, driver = :text,
          started_at = :text, finished_at = :text, fingerprint = :text || id, ingredients = :text, boot_id = :text,
          scenario_yaml = :text, host_facts = json_object('name', :text, 'system', :text, 'processors', 3, 'memory_bytes', 5),
          trace_provenance = json_array(json_object('path', :text, 'sha256', :text, 'rows', 3, 'understood', json_array(:text)))
        """,
        "UPDATE runs SET status = 'failed', error = :text, host_facts = :text WHERE id = 8",
        "UPDATE events SET detail = json_object(:text, :text, 'fault', :text, 'attribute', :text, 'text', :text)",
        "UPDATE events SET kind = :text WHERE id = (SELECT max(id) FROM events)",
        "UPDATE decisions SET fault = :text, rule = :text",
        "UPDATE sweeps SET name = :text, command = :text, created_at = :text, design = json_object(:text, :text)",
        "UPDATE metrics SET unit = :text WHERE name <> 'oom_kills'",
        "UPDATE metrics SET name = name || :text WHERE name LIKE 'p%'",
        """
        UPDATE parameters SET path = 'guests.' || :text || '.' || substr(path, length('guests.one.') + 1)
        WHERE path LIKE 'guests.one.%'
        """,
        "UPDATE parameters SET value = value || :text WHERE path LIKE '%tunables%'",
        "UPDATE parameters SET path = :text || path WHERE path LIKE 'host%'",
      ] {
        try db.execute(sql: change, arguments: change.contains(":text") ? arguments : [])
      }
    }
    try queue.close()
  }

  static let tables = [
    "runs", "parameters", "ticks", "host_ticks", "decisions", "worker", "events", "metrics",
    "sweeps",
    "sweep_points",
  ]

  @Test("A database full of it is listed, shown, compared, explained and advised on")
  func tables() async throws {
    try await makeForeignDatabase()
    for command in [
      ["runs"], ["runs", "--json"], ["sweeps"], ["sweeps", "--json"], ["show", "1"],
      ["show", "8"], ["show", "1", "--json"], ["show", "8", "--json"], ["show", "1", "2"],
      ["show", "--sweep", "1"], ["show", "--sweep", "1", "--json"], ["compare", "1", "2"],
      ["compare", "1", "2", "--json"], ["compare", "1-2", "3-4"], ["why", "1"],
      ["why", "1", "--json"], ["why", "1", "--at", "15s"], ["advise", "--sweep", "1"],
      ["advise", "--sweep", "1", "--json"], ["sensitivity", "--sweep", "1", "--metric", "memory"],
      ["sensitivity", "--sweep", "1", "--metric", "memory", "--json"], ["watch", "1"],
      ["watch", "1", "--json"], ["db", "check"], ["db", "check", "--json"],
      ["plot", "1", "--terminal"], ["plot", "--sweep", "1", "--terminal"],
      ["plot", "1", "--guest", HostileText.text, "--terminal"],
    ] {
      let outcome = try await expectNothing(of: command + ["--db", "bad.sqlite"])
      if command.contains("--json"), outcome.code == 0 {
        let texts = command[0] == "watch" ? outcome.lines : [outcome.output]
        for text in texts {
          #expect(throws: Never.self, "\(command): \(text.prefix(1000))") {
            try JSONSerialization.jsonObject(with: Data(text.utf8))
          }
        }
      }
      if command[0] == "advise" {
        let commands = outcome.lines.drop { !$0.contains("root") }.joined(separator: "\n")
        try await paste(commands.replacing("/sys/", with: "sys/"), "what advise suggests")
      }
    }
    try await expectNothing(of: ["db", "merge", "all.sqlite", "good.sqlite", "bad.sqlite"])
    try await expectNothing(of: ["db", "prune", "--sweep", HostileText.text, "--db", "bad.sqlite"])
  }

  @Test("What is exported of it reads back to the very texts")
  func exports() async throws {
    try await makeForeignDatabase()
    for format in ["csv", "tsv", "json", "ndjson"] {
      for table in Self.tables {
        try await expectNothing(
          of: [
            "export", "--all", "--table", table, "--format", format, "-o", "out/\(table).\(format)",
            "--db", "bad.sqlite",
          ])
      }
    }
    for (number, options) in [
      ["--all", "--table", "metrics", "--layout", "wide"],
      ["--all", "--table", "parameters", "--layout", "wide"],
      ["1-2", "--with", "parameters", "--every", "10s"], ["--sweep", "1"],
    ].enumerated() {
      try await expectNothing(
        of: ["export", "-o", "out/wide\(number).csv", "--db", "bad.sqlite"] + options)
    }

    try expect(Self.exportReader, "reads what was exported")
  }

  @Test("Pictures and pages of it have nothing in them but texts")
  func pictures() async throws {
    try await makeForeignDatabase()
    for (name, options) in [
      ("run.html", ["report", "1"]), ("runs.html", ["report", "1", "2"]),
      ("sweep.html", ["report", "--sweep", "1"]), ("run.svg", ["plot", "1"]),
      ("run.gp", ["plot", "1"]),
      ("columns.gp", ["plot", "1", "2", "--columns", "free_pages,pswpin"]),
      ("front.svg", ["plot", "--sweep", "1"]), ("front.gp", ["plot", "--sweep", "1"]),
      ("figure.svg", ["plot", "--sweep", "1", "--x", "selfballoon_interval", "--y", "memory"]),
      (
        "heat.svg",
        [
          "plot", "--sweep", "1", "--x", "selfballoon_interval", "--heat",
          "selfballoon_downhysteresis", "--y", "memory",
        ]
      ),
      ("data.gp", ["export", "1", "--gnuplot"]),
    ] {
      let outcome = try await expectNothing(
        of: options + ["-o", "bad-\(name)", "--db", "bad.sqlite"])
      outcome.expect(0)
      if name.hasSuffix(".html") {
        try await workplace.start(options + ["-o", "good-\(name)", "--db", "good.sqlite"]).outcome()
          .expect(0)
      }
      if name.hasSuffix(".gp") {
        _ = try await workplace.shell("gnuplot bad-\(name)")
        HostileText.expectNoCanary(of: name, in: workplace)
      }
    }

    try expect(Self.pageReader, "reads pages and pictures")
    // The commands that pages offer to be copied.
    try await paste(try workplace.read("commands.sh"), "what a page offers")
  }

  /// Expects that a script of Python finds nothing wrong with what is in the folder.
  private func expect(
    _ script: String, _ claim: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try workplace.write(script, to: "reader.py")
    try workplace.write(HostileText.text, to: "text")
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "reader.py"]
    process.currentDirectoryURL = workplace.folder
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let found = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(
      process.terminationStatus == 0 && found.isEmpty, "\(claim): \(found)",
      sourceLocation: sourceLocation)
  }

  /// Reads every table in every format and holds it against the database.
  private static let exportReader = """
    import csv, glob, io, json, sqlite3
    csv.field_size_limit(10**9)
    text = open("text", encoding="utf-8", newline="").read()
    db = sqlite3.connect("bad.sqlite")
    def plain(value): return value[1:] if value.startswith("'") else value
    nested = {"guests", "host_facts", "trace_provenance", "ingredients", "design", "detail", "terms"}
    for path in sorted(glob.glob("out/*")):
        table, ending = path[4:].split(".")
        data = open(path, encoding="utf-8", newline="").read()
        if ending in ("csv", "tsv"):
            rows = list(csv.reader(io.StringIO(data, newline=""), delimiter="," if ending == "csv" else "\\t", strict=True))
            names, rows = rows[0], rows[1:]
            if any(len(row) != len(names) for row in rows): print(path, "has rows of several lengths")
            if any(value[:1] in ("=", "@") for row in rows for value in row): print(path, "has a formula")
            rows = [[plain(value) for value in row] for row in rows]
        elif ending == "json":
            objects = json.loads(data); names = list(objects[0]); rows = [list(o.values()) for o in objects]
        else:
            objects = [json.loads(line) for line in data.split("\\n") if line]; names = list(objects[0]); rows = [list(o.values()) for o in objects]
        if table.startswith("wide"):
            if text not in data.replace('""', '"'): print(path, "has lost the text")
            continue
        wanted = list(db.execute(f"select {','.join(names)} from {table}"))
        if len(wanted) != len(rows): print(path, len(rows), "rows of", len(wanted))
        for place, name in enumerate(names):
            def shown(value, ours):
                if ending in ("csv", "tsv"): return "" if value is None else str(value) if not isinstance(value, float) else ours
                if name in nested and isinstance(value, str):
                    try: return json.loads(value)
                    except ValueError: return value
                return value
            got = sorted(repr(row[place]) for row in rows)
            due = sorted(repr(shown(w[place], None)) for w in wanted)
            if any(isinstance(w[place], float) for w in wanted): continue
            if got != due: print(path, name, [pair for pair in zip(got, due) if pair[0] != pair[1]][:1])
    """

  /// Holds every page against that of a harmless database, reads every SVG, and collects the commands of the pages.
  private static let pageReader = """
    import glob, html.parser, json, re, xml.dom.minidom
    class Page(html.parser.HTMLParser):
        def __init__(self, path):
            super().__init__(); self.tags, self.attributes, self.commands, self.inside = {}, set(), [], False
            self.feed(open(path, encoding="utf-8", newline="").read()); self.close()
        def handle_starttag(self, tag, attributes):
            self.tags[tag] = self.tags.get(tag, 0) + 1; self.attributes |= {name for name, _ in attributes}
            if tag == "pre": self.inside = True; self.commands.append("")
        def handle_endtag(self, tag):
            if tag == "pre": self.inside = False
        def handle_data(self, data):
            if self.inside: self.commands[-1] += data
    commands = []
    for path in sorted(glob.glob("bad-*.html")):
        bad, good = Page(path), Page(path.replace("bad-", "good-"))
        commands += bad.commands
        if set(bad.tags) - set(good.tags): print(path, "has elements", set(bad.tags) - set(good.tags))
        if bad.tags["script"] > good.tags["script"]: print(path, "has a script more")
        more = {name for name in bad.attributes - good.attributes if name != "xml:space"}
        if more: print(path, "has attributes", more)
        for data in re.findall('<script type="application/json"[^>]*>(.*?)</script>', open(path, encoding="utf-8", newline="").read(), re.S): json.loads(data)
        if "A-LINE-OF-ITS-OWN" not in open(path, encoding="utf-8").read(): print(path, "has lost the text")
    for path in sorted(glob.glob("bad-*.svg")):
        page = xml.dom.minidom.parse(path)
        if page.getElementsByTagName("script"): print(path, "has a script")
    if not commands: print("no commands in the pages")
    open("commands.sh", "w").write("\\n".join(commands) + "\\n")
    """
}
