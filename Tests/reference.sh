#!/usr/bin/env bash
# Compares fingerprints and figures of the bundled scenarios with the reference files, or writes those with --write.
# The program is $BALLOONSIM. The debug build is held against the same files by the tests, in ReferenceTests.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${BALLOONSIM:?names the program}
folder=Tests/SimulationTests/Reference
# Short enough for the debug build, long enough for reclaim, cleancache and frontswap to have had their part.
shorten() { case $1 in pgbench) echo 120s ;; two-guests) echo 300s ;; *) echo whole ;; esac; }
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
for scenario in Scenarios/*.yaml; do
  name=$(basename "$scenario" .yaml)
  duration=$(shorten "$name")
  options=(--no-record --quiet --json)
  [ "$duration" = whole ] || options+=(--duration "$duration")
  "$program" run "$scenario" "${options[@]}" >"$found/$name@$duration.json"
done
python3 - "$folder" "$found" "${1-}" <<'END'
import json, pathlib, sys

folder, found = map(pathlib.Path, sys.argv[1:3])
parts = ["events", "samples", "draws"]
prints, figures = {}, {}
for file in sorted(found.iterdir()):
    scenario, duration = file.stem.split("@")
    run = json.loads(file.read_text())[0]
    assert list(run["ingredients"]) == parts, run["ingredients"]
    prints[scenario] = [duration, run["fingerprint"], *run["ingredients"].values()]
    for metric in run["metrics"]:
        value = metric["value"]
        figures[scenario, metric["guest"] or "-", metric["name"], metric["unit"]] = \
            float("nan" if value is None else value)

files = {
    "fingerprints.tsv": (["scenario", "duration", "fingerprint", *parts],
                         [[name, *fields] for name, fields in prints.items()]),
    "figures.tsv": (["scenario", "guest", "figure", "unit", "value"],
                    [[*key, repr(value)] for key, value in figures.items()]),
}
if sys.argv[3] == "--write":
    for name, (header, rows) in files.items():
        (folder / name).write_text("".join("\t".join(row) + "\n" for row in [header, *rows]))
        print(f"wrote {folder / name}")
    sys.exit()

def rows(name):
    return [line.split("\t") for line in (folder / name).read_text().splitlines()[1:]]

faults = []
known = {row[0]: row[1:] for row in rows("fingerprints.tsv")}
for scenario in sorted(known.keys() | prints.keys()):
    if known.get(scenario) != prints.get(scenario):
        faults.append(f"{scenario}: the course was {known.get(scenario)}, is {prints.get(scenario)}")
known = {tuple(row[:4]): float(row[4]) for row in rows("figures.tsv")}
for key in sorted(known.keys() | figures.keys()):
    was, now = known.get(key), figures.get(key)
    near = None not in (was, now) and (abs(was - now) <= 1e-12 * abs(was) or was != was and now != now)
    if not near:
        scenario, guest, figure, unit = key
        faults.append(f"{scenario}, guest {guest}: {figure} was {was}, is {now} {unit}")
for fault in faults:
    print(fault, file=sys.stderr)
if faults:
    sys.exit("the reference runs differ; if results were meant to change: make reference, and CHANGELOG.md")
print(f"{len(prints)} courses and {len(figures)} figures passed, 0 failed")
END
