#!/usr/bin/env python3
"""Hold the simulator's speed against C programs that do one thing each.

Each pair runs in turn, ours and the bound, round after round; what counts is the median of the rounds' ratios, for
absolute figures of two moments cannot be compared. Needs the Swift toolchain, gcc and libsqlite3-dev.

Exits 1 if something was computed wrongly. A ratio that is not reached is shown and does not fail: it depends on
what else the machine does.
"""
import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / os.environ.get("BUILD", ".build")
WORK = BUILD / "benchmarks"
PROGRAM = BUILD / "release" / "Benchmarks"
BALLOONSIM = BUILD / "release" / "balloonsim"
SWIFT = os.environ.get("SWIFT", "swift")
CFLAGS = ["-O3", "-march=native", "-ffp-contract=off", "-pthread"]
EXACT_MISSES = {10_000: 20_746_465, 100_000: 11_052_984, 500_000: 3_682_574}
QUICK = "--quick" in sys.argv
problems = []


def call(*command):
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} exited {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def field(text, name):
    """The last number that stands behind `name=`."""
    found = re.findall(rf"\b{name}=([0-9.]+)", text)
    if not found:
        sys.exit(f"no {name}= in: {text}")
    return float(found[-1])


def build():
    for product in ("Benchmarks", "balloonsim"):
        subprocess.run(
            [SWIFT, "build", "-c", "release", "--product", product, "--scratch-path", BUILD],
            cwd=ROOT, check=True, stdout=sys.stderr)
    WORK.mkdir(parents=True, exist_ok=True)
    columns = int(field(call(PROGRAM, "columns"), "columns"))
    sources = ROOT / "Benchmarks" / "c"
    for name in ("zipfgen", "lru", "desheap", "selfballoon"):
        call("gcc", *CFLAGS, sources / f"{name}.c", "-o", WORK / name, "-lm")
    call("gcc", *CFLAGS, f"-DINTS={columns}", "-DREALS=0", sources / "sqlrows.c", "-o",
         WORK / "sqlrows", "-lsqlite3", "-lm")


def zipf(pages, requests):
    """A file of page numbers, drawn once."""
    file = WORK / f"zipf-{pages}-{requests}.u32"
    if not file.exists():
        call(WORK / "zipfgen", pages, requests, "1.0", 42, "u32", file)
    return file


def show(what, ours, bound, ratios, wanted, ok, unit=""):
    def number(value):
        return "-" if value is None else f"{value:.4g}"

    spread = "-"
    if ratios:
        spread = f"{statistics.median(ratios):.2f} [{min(ratios):.2f}-{max(ratios):.2f}]"
    # Small sizes show that everything works, not how fast it is.
    judged = wanted == "equal" or not QUICK
    verdict = "-" if ok is None or not judged else "yes" if ok else "NO"
    print(f"{what:<46} {number(ours):>9} {number(bound):>9} {unit:<9} {spread:<18} {wanted:<8} {verdict}",
          flush=True)


def compare(what, rounds, ours, bound, figure, unit, wanted, most=False, same=None):
    """Runs two commands in turn; `figure` names their figure, `same` a number that must be equal.

    A command may be a function that makes it, the bound's of what ours printed.
    """
    ours_seen, bound_seen, ratios = [], [], []
    for _ in range(rounds):
        mine = call(*(ours() if callable(ours) else ours))
        other = call(*(bound(mine) if callable(bound) else bound))
        if same and field(mine, same) != field(other, same):
            problems.append(f"{what}: {same} {field(mine, same):.0f}, the C program's {field(other, same):.0f}")
        ours_seen.append(field(mine, figure))
        bound_seen.append(field(other, figure))
        ratios.append(ours_seen[-1] / bound_seen[-1])
    middle = statistics.median(ratios)
    show(what, statistics.median(ours_seen), statistics.median(bound_seen), ratios,
         f"{'<=' if most else '>='} {wanted}", middle <= wanted if most else middle >= wanted, unit)


def page_accesses(rounds):
    sizes = [(1_000_000, 1_000, 0.6)] if QUICK else [(1_000_000, 1_000, 0.6), (16_000_000, 16_000, 0.7)]
    requests = 5_000_000 if QUICK else 50_000_000
    for pages, mebibytes, wanted in sizes:
        file = zipf(pages, requests)

        def bound(mine):
            return (WORK / "lru", "twolist", pages, int(field(mine, "cache")), file, requests, 1)

        compare(f"page accesses, {pages // 1_000_000} M pages, a quarter cached", rounds,
                (PROGRAM, "lru", pages, mebibytes, file, requests), bound, "cpu_Macc_s", "M/s", wanted)


def exact():
    requests = 5_000_000 if QUICK else 50_000_000
    file = zipf(1_000_000, requests)
    for cache in (100_000,) if QUICK else EXACT_MISSES:
        mine = call(PROGRAM, "exact", 1_000_000, cache, file, requests)
        other = call(WORK / "lru", "lru", 1_000_000, cache, file, requests, 1)
        misses = field(mine, "misses")
        right = misses == field(other, "misses") and (QUICK or misses == EXACT_MISSES[cache])
        if not right:
            problems.append(f"exact LRU, {cache} cached: {misses:.0f} misses")
        show(f"exact LRU misses, {cache} cached", misses / 1e6, field(other, "misses") / 1e6, [],
             "equal", right, "million")


def events(rounds):
    count = 2_000_000 if QUICK else 20_000_000
    for processes in (10, 1_000):
        compare(f"events, {processes} pending", rounds, (PROGRAM, "queue", processes, count),
                (WORK / "desheap", processes, count), "cpu_Mev_s", "M/s", 0.6, same="end_time")


def fresh(name):
    """A database file that is not there."""
    database = WORK / name
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    return database


def rows(rounds):
    count = 20_000 if QUICK else 500_000
    compare("rows recorded", rounds, lambda: (PROGRAM, "record", fresh("rows.sqlite"), count),
            lambda _: (WORK / "sqlrows", "insert", fresh("rows.sqlite"), count, "wal", "normal", 4096),
            "cpu_krows_s", "k/s", 0.7)
    fresh("rows.sqlite")


def recording(rounds):
    scenario = ROOT / "Scenarios" / "compile.yaml"
    extra = ("duration=60s",) if QUICK else ()
    plain, recorded, ratios = [], [], []
    for _ in range(rounds):
        without = call(PROGRAM, "run", scenario, "none", *extra)
        with_rows = call(PROGRAM, "run", scenario, fresh("compile.sqlite"), *extra)
        prints = [re.search(r"fingerprint=(\w+)", text).group(1) for text in (without, with_rows)]
        if prints[0] != prints[1]:
            problems.append(f"recording changed the run: {prints}")
        plain.append(field(without, "wall_s"))
        recorded.append(field(with_rows, "wall_s"))
        ratios.append(recorded[-1] / plain[-1])
    show("compile.yaml, wall time recorded / not", statistics.median(recorded), statistics.median(plain),
         ratios, "<= 1.25", statistics.median(ratios) <= 1.25, "s")


def days(rounds):
    compare("a committed-only day", rounds, (PROGRAM, "day", 1 if QUICK else 5),
            (WORK / "selfballoon", "day", 20, 1), "cpu_ms_day", "ms", 3, most=True)
    python = os.environ.get("SIMPY_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import simpy"], stderr=subprocess.DEVNULL).returncode:
        print("a committed-only day against SimPy: skipped, SimPy is not installed"
              " (python3 -m venv V && V/bin/pip install simpy, then SIMPY_PYTHON=V/bin/python)")
    elif not QUICK:
        program = ROOT / "Benchmarks" / "c" / "selfballoon_simpy.py"
        compare("a committed-only day against SimPy", rounds, (PROGRAM, "day", 5), (python, program, 1),
                "cpu_ms_day", "ms", 1 / 50, most=True)


def trace_import(rounds):
    """A CSV of a gigabyte: rows as of /proc/meminfo and /proc/vmstat, a second apart."""
    mebibytes = 32 if QUICK else 1024
    path = WORK / "import.csv"
    names = ("MemTotal,MemFree,MemAvailable,Buffers,Cached,Active,Inactive,AnonPages,Shmem,Committed_AS,"
             "vm_pgpgin,vm_pgfault")
    with open(path, "w") as file:
        written = file.write(f"time_s,{names}\n")
        second = 0
        while written < mebibytes << 20:
            rows = []
            for second in range(second + 1, second + 10_001):
                walk = second * 7919 % 1_000_003
                rows.append(f"{second}.003,24684084,{21862752 - walk},{24201232 - walk},24336,{2327012 + walk},830296,"
                            f"1541604,{42024 + walk},8876,{89852 + 3 * walk},{13670653 + 7 * second},"
                            f"{13780607 + 11 * second}\n")
            written += file.write("".join(rows))
    results = [call(PROGRAM, "import", path, written >> 20) for _ in range(rounds)]
    path.unlink()
    speed = statistics.median(field(text, "MB_s") for text in results)
    show(f"trace import, CSV of {mebibytes} MiB", speed, 150, [], ">= 150", speed >= 150, "MB/s")
    peak = max(field(text, "peak_MiB") for text in results)
    show("  its peak memory", peak, None, [], "<= 64", peak <= 64, "MiB")
    if any(field(text, "samples") != second for text in results):
        problems.append(f"trace import lost samples: {results} of {second}")


def timed(*command):
    """Wall and processor seconds of a command, and what it printed."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    start, before = time.monotonic(), used()
    text = call(*command)
    return time.monotonic() - start, used() - before, text


def sweep(scenario, database, what, *options):
    """Makes a sweep, and notes a problem unless it ends as `what` says; its wall and processor seconds."""
    wall, cpu, text = timed(BALLOONSIM, "sweep", scenario, "--db", database, *options)
    if f"{what}, 0 failed" not in text:
        problems.append(f"sweep {' '.join(map(str, options))}: not {what}: {text}")
    return wall, cpu


def two_workers(rounds):
    """A sweep that records every tick, with one worker and with two; and what two programs at once gain here."""
    scenario = ROOT / "Scenarios" / "compile.yaml"
    runs = 2 if QUICK else 16
    options = ("--vary", f"selfballoon_downhysteresis=1..{runs}", "--quiet")
    alone = (BALLOONSIM, "run", scenario, "--no-record", "--quiet")
    seen, bounds = [], []
    for _ in range(rounds):
        one, two = (sweep(scenario, fresh("sweep.sqlite"), f"{runs} computed, 0 reused", *options, "--jobs", jobs)[0]
                    for jobs in (1, 2))
        seen.append(one / two)
        start = time.monotonic()
        for _ in range(runs):
            call(*alone)
        one = time.monotonic() - start
        start = time.monotonic()
        for _ in range(runs // 2):
            pair = [subprocess.Popen(alone, stdout=subprocess.DEVNULL) for _ in range(2)]
            if any(process.wait() for process in pair):
                problems.append("two runs at once: one failed")
        bounds.append(one / (time.monotonic() - start))
    fresh("sweep.sqlite")
    middle = statistics.median(seen)
    show("sweep by two workers, every tick recorded", middle, statistics.median(bounds),
         [ours / bound for ours, bound in zip(seen, bounds)], ">= 1.85", middle >= 1.85, "times one")


def committed_only_day():
    """The day of `selfballoon.h` as a scenario with a trace: a random walk, and 80,000 pages up or down every 300 s."""
    state, committed = 1, 200_000
    with open(WORK / "day.csv", "w") as file:
        file.write("time_s,committed_kb\n0,800000\n")
        for second in range(1, 86_401):
            state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
            committed += (state >> 33) % 8193 - 4096
            committed += {0: 80_000, 300: -80_000}.get(second % 600, 0)
            committed = min(max(committed, 65_536), 600_000)
            file.write(f"{second},{4 * committed}\n")
    scenario = WORK / "day.yaml"
    scenario.write_text("name: day\nduration: 24h\nhost: { memory: 4GiB }\nguests:\n  - name: guest\n    memory: 2GiB\n"
                        "    tunables: { selfballoon_interval: 5 }\n    committed: { trace: day.csv }\n"
                        "    anon: { touched: 0 }\n")
    return scenario


def big_sweeps():
    scenario = committed_only_day()
    days = (8, 5) if QUICK else (40, 25)
    hysteresis = ("--vary", "selfballoon_downhysteresis=1..{}", "--vary", "selfballoon_uphysteresis=1..{}")

    def grid(down, up):
        return [text.format(number) for text, number in zip(hysteresis, ("", down, "", up))] + [
            "--record", "metrics", "--quiet"]

    count = days[0] * days[1]
    wall, cpu = sweep(scenario, fresh("sweep.sqlite"), f"{count} computed, 0 reused", *grid(*days))
    show(f"sweep, {count:,} points of a day", wall, None, [], "< 10", wall < 10, "s")
    bound = field(call(WORK / "selfballoon", "day", 20, 1), "cpu_ms_day")
    show("  processor time a run", 1000 * cpu / count, bound, [1000 * cpu / count / bound], "", None, "ms")
    seconds = (20, 10) if QUICK else (125, 80)
    count = seconds[0] * seconds[1]
    options = (*grid(*seconds), "--duration", "1s")
    database = fresh("sweep.sqlite")
    wall, cpu = sweep(scenario, database, f"{count} computed, 0 reused", *options)
    show(f"sweep, {count:,} points of a second, a run", 1000 * cpu / count, None, [], "< 0.5",
         1000 * cpu / count < 0.5, "ms")
    wall, _ = sweep(scenario, database, f"0 computed, {count} reused", *options)
    show("  again, all reused", wall, None, [], "< 2", wall < 2, "s")
    fresh("sweep.sqlite")


def turns():
    """A turn of each policy by itself; of a host's policy, its share of a turn for each of 16 guests."""
    for line in call(PROGRAM, "turns").splitlines():
        place, name = line.split()[:2]
        nanoseconds = field(line, "ns")
        what = f"a turn of {name}" + (", for each guest" if place == "host" else "")
        show(what, nanoseconds, None, [], "<= 100", nanoseconds <= 100, "ns")


def comparison():
    """Two runs of a million ticks that part near their end."""
    ticks = 20_000 if QUICK else 1_000_000
    scenario = WORK / "long.yaml"
    scenario.write_text(f"name: long\nduration: {ticks}s\nguests:\n  - name: g\n    memory: 256MiB\n"
                        "    tunables: { selfballoon_interval: 60 }\n    anon: { touched: 0 }\n"
                        "    committed: { points: [{ at: 0s, committed: 60MiB }, "
                        f"{{ at: {ticks * 9 // 10}s, committed: 61MiB }}] }}\n")
    database = fresh("compare.sqlite")
    for megabytes in (61, 62):
        call(BALLOONSIM, "run", scenario, "--db", database, "--quiet", "--set",
             f"guests.committed.points.1.committed={megabytes}MiB")
    walls = [timed(BALLOONSIM, "compare", "1", "2", "--db", database) for _ in range(3)]
    if f"They part at tick {ticks * 9 // 10}" not in walls[0][2]:
        problems.append(f"compare: not where they part: {walls[0][2]}")
    wall = min(wall for wall, _, _ in walls)
    show(f"compare of two runs of {ticks:,} ticks", wall, None, [], "< 0.5", wall < 0.5, "s")
    fresh("compare.sqlite")


def export(rounds):
    """All ticks of a run as CSV, by `export` and by sqlite3's shell; what they print must be the same."""
    ticks = 20_000 if QUICK else 400_000
    scenario = WORK / "export.yaml"
    scenario.write_text(f"name: long\nduration: {ticks}s\nguests:\n  - name: g\n    memory: 256MiB\n"
                        "    anon: { touched: 0 }\n    committed: { points: [{ at: 0s, committed: 60MiB }] }\n")
    database = fresh("export.sqlite")
    call(BALLOONSIM, "run", scenario, "--db", database, "--quiet")
    mine, other = WORK / "ours.csv", WORK / "theirs.csv"
    columns = call(BALLOONSIM, "export", "1", "--to", "0s", "--db", database).splitlines()[0]
    query = f"SELECT {columns} FROM ticks WHERE id BETWEEN 1 << 41 AND (1 << 41) + 2199023255551 ORDER BY id"
    ours, bound = [], []
    for _ in range(rounds):
        ours.append(timed("sh", "-c", f"'{BALLOONSIM}' export 1 --db '{database}' > '{mine}'")[0])
        bound.append(timed("sh", "-c", f"sqlite3 -csv -header '{database}' '{query}' > '{other}'")[0])
    # The shell ends lines as RFC 4180 has it.
    if mine.read_bytes() != other.read_bytes().replace(b"\r\n", b"\n"):
        problems.append("export: not what sqlite3 -csv prints")
    ratios = [there / here for here, there in zip(ours, bound)]
    show(f"export of {ticks:,} ticks, of sqlite3 -csv", (ticks + 1) / statistics.median(ours) / 1e3,
         (ticks + 1) / statistics.median(bound) / 1e3, ratios, ">= 0.7", statistics.median(ratios) >= 0.7, "k/s")
    fresh("export.sqlite")
    for file in (mine, other):
        file.unlink()


def pictures(rounds):
    """A picture and a page of a recorded day; its ticks are those of `committed_only_day`."""
    scenario = committed_only_day()
    database = fresh("pictures.sqlite")
    call(BALLOONSIM, "run", scenario, "--duration", "10min" if QUICK else "24h", "--db", database, "--quiet")
    for command, name in (("plot", "day.svg"), ("report", "day.html")):
        file = WORK / name
        walls = [timed(BALLOONSIM, command, "1", "--db", database, "-o", file)[0] for _ in range(rounds)]
        show(f"{command} of a recorded day", statistics.median(walls), None, [], "< 3 s", max(walls) < 3, "s")
        size = file.stat().st_size
        if size > 2_000_000:
            problems.append(f"{name} has {size} bytes, more than 2 MB")
        file.unlink()
    fresh("pictures.sqlite")


def compile_day():
    text = call(PROGRAM, "run", ROOT / "Scenarios" / "compile.yaml", fresh("day.sqlite"), "duration=24h",
                "guests.build.committed.times=240", "selfballoon_interval=5")
    show("a day of the compile guest, recorded", field(text, "wall_s"), None, [], "seconds", None, "s")
    show("  its peak memory a simulated GiB", field(text, "peak_MiB") / field(text, "simulated_GiB"), None,
         [], "", None, "MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: for `make check`")
    parser.add_argument("--rounds", type=int, help="rounds of each pair (default 5, 1 with --quick)")
    options = parser.parse_args()
    if not shutil.which("gcc"):
        sys.exit("gcc is not installed")
    rounds = options.rounds or (1 if QUICK else 5)
    build()
    print(f"{'what':<46} {'ours':>9} {'bound':>9} {'unit':<9} {'ratio':<18} {'wanted':<8} ok")
    page_accesses(rounds)
    exact()
    events(rounds)
    rows(rounds)
    recording(rounds)
    days(rounds)
    two_workers(min(rounds, 3))
    big_sweeps()
    turns()
    comparison()
    export(rounds)
    pictures(rounds)
    trace_import(min(rounds, 3))
    if not QUICK:
        compile_day()
    for problem in problems:
        print(f"wrong: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
