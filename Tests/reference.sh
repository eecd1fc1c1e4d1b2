#!/usr/bin/env bash
# Compares the fingerprints of the bundled scenarios with the reference file, or writes it with --write.
# The program is $BALLOONSIM. The debug build is held against the same file by SimulationTests.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${BALLOONSIM:?names the program}
file=Tests/SimulationTests/Reference/fingerprints.tsv
# Short enough for the debug build, long enough for reclaim, cleancache and frontswap to have had their part.
shorten() { case $1 in pgbench) echo 120s ;; two-guests) echo 300s ;; *) echo whole ;; esac; }
found=$(mktemp)
trap 'rm -f "$found"' EXIT
printf 'scenario\tduration\tfingerprint\tevents\tsamples\tdraws\tsummary\n' >"$found"
for scenario in Scenarios/*.yaml; do
  name=$(basename "$scenario" .yaml)
  duration=$(shorten "$name")
  options=(--no-record --quiet --json)
  [ "$duration" = whole ] || options+=(--duration "$duration")
  "$program" run "$scenario" "${options[@]}" |
    python3 -c '
import json, sys
run = json.load(sys.stdin)[0]
parts = run["ingredients"]
print(*sys.argv[1:], run["fingerprint"], *(parts[k] for k in ("events", "samples", "draws", "summary")), sep="\t")
' "$name" "$duration" >>"$found"
done
if [ "${1-}" = --write ]; then
  mkdir -p "$(dirname "$file")"
  cp "$found" "$file"
  echo "wrote $file"
  exit
fi
if ! diff -u "$file" "$found"; then
  echo "fingerprints differ from $file; if results were meant to change: make reference, and CHANGELOG.md" >&2
  exit 1
fi
echo "$(($(wc -l <"$found") - 1)) passed, 0 failed"
