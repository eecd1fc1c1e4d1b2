#!/bin/sh
# Runs the fuzzer on each format for a number of seconds, from the corpus in the repository.
# usage: Fuzzing/run.sh FUZZER SECONDS [FORMAT ...]
# What is found is kept in .build-fuzz/findings; new inputs in .build-fuzz/corpus.
set -eu
fuzzer=$1 seconds=$2
shift 2
here=$(dirname "$0")
work=$here/../.build-fuzz
[ $# -gt 0 ] || set -- $(ls "$here/Corpus")
status=0
mkdir -p "$work/findings"
for format; do
  mkdir -p "$work/corpus/$format"
  log=$work/$format.log
  BALLOONSIM_FUZZ_FORMAT=$format SWIFT_BACKTRACE=enable=no "$fuzzer" \
    -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$work/findings/$format-" "$work/corpus/$format" "$here/Corpus/$format" \
    >"$log" 2>&1 || {
    echo "$format: a finding, see $log" >&2
    tail -n 5 "$log" >&2
    status=1
    continue
  }
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  echo "$format: $runs inputs, $edges edges, nothing found"
done
exit $status
