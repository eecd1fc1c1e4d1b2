#!/usr/bin/env python3
"""Hold this build's speed against that of another one, such as the build of the commit before a change.

    git worktree add ../before HEAD~1 && make -C ../before build && swift build --package-path ../before -c release --product Benchmarks
    Benchmarks/against.py ../before

Each pair runs in turn, round after round; what counts is the median of the rounds' ratios of processor time, for absolute
figures of two moments cannot be compared. Above 1 this build is slower. Run `make bench` before: it makes this build's
programs and the files that both read.
"""
import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / os.environ.get("BUILD", ".build")
WORK = BUILD / "benchmarks"


def timed(command):
    """Processor seconds of a command, and what it printed."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} exited {done.returncode}: {done.stderr}")
    return used() - before, done.stdout


def cost(command, figure):
    """What one round costs: the inverse of a speed, a time that the program says, or processor seconds of the whole."""
    seconds, text = timed(command)
    if figure is None:
        return seconds
    value = float(re.findall(rf"\b{figure}=([0-9.]+)", text)[-1])
    return value if figure.startswith("cpu_ms") else 1 / value


def zipf(pages, requests):
    file = WORK / f"zipf-{pages}-{requests}.u32"
    if not file.exists():
        timed((WORK / "zipfgen", pages, requests, "1.0", 42, "u32", file))
    return file


def fresh(release):
    """A database file that is not there, for each build its own."""
    database = WORK / f"against-{abs(hash(str(release)))}.sqlite"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    return database


def pairs():
    """What is run: a name, the command for a build's folder, and the figure that counts."""
    accesses = zipf(1_000_000, 50_000_000)
    many = zipf(16_000_000, 50_000_000)
    scenarios = sorted((ROOT / "Scenarios").glob("*.yaml"))

    def bench(*arguments):
        return lambda release: (release / "Benchmarks", *arguments)

    def program(*arguments):
        return lambda release: (release / "balloonsim", *arguments)

    yield "page accesses, 1 M pages", bench("lru", 1_000_000, 1_000, accesses, 50_000_000), "cpu_Macc_s"
    yield "page accesses, 16 M pages", bench("lru", 16_000_000, 16_000, many, 50_000_000), "cpu_Macc_s"
    yield "events, 1,000 pending", bench("queue", 1_000, 20_000_000), "cpu_Mev_s"
    yield "rows recorded", lambda release: (release / "Benchmarks", "record", fresh(release), 500_000), "cpu_krows_s"
    yield "a committed-only day", bench("day", 20), "cpu_ms_day"
    for scenario in scenarios:
        yield scenario.stem, program("run", scenario, "--no-record", "--quiet"), None
    yield "compile, recorded", lambda release: (
        release / "balloonsim", "run", ROOT / "Scenarios" / "compile.yaml", "--quiet", "--db", fresh(release)), None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="the other build's repository, or its folder of programs")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each pair (default 7)")
    parser.add_argument("--only", default="", help="those whose name has this text")
    options = parser.parse_args()
    other = options.other / ".build" / "release"
    other = (other if other.exists() else options.other).resolve()
    ours = (BUILD / "release").resolve()
    print(f"{'what':<28} ratio of processor time, this build to the other")
    for name, command, figure in pairs():
        if options.only not in name:
            continue
        ratios = []
        for number in range(options.rounds):
            order = (ours, other) if number % 2 == 0 else (other, ours)
            costs = {release: cost(command(release), figure) for release in order}
            ratios.append(costs[ours] / costs[other])
        print(f"{name:<28} {statistics.median(ratios):.3f} [{min(ratios):.3f}-{max(ratios):.3f}]", flush=True)


if __name__ == "__main__":
    main()
