import Glibc

/// The simulator's part of a benchmark; `Benchmarks/run.py` runs it in turn with the C programs.
let arguments = Arguments(Array(CommandLine.arguments.dropFirst(2)))
switch CommandLine.arguments.dropFirst().first {
case "lru": try PageAccess.run(arguments)
case "exact": try PageAccess.runExact(arguments)
case "queue": try EventLoop.run(arguments)
case "record": try RowRecording.run(arguments)
case "columns": RowRecording.printColumns()
case "day": try WholeRun.runDay(arguments)
case "import": try TraceImport.run(arguments)
case "turns": PolicyTurns.run(arguments)
case "run": try WholeRun.runScenario(arguments)
default:
  print("Benchmarks lru|exact|queue|record|columns|day|import|turns|run ...")
  exit(64)
}
