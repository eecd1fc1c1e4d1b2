#!/usr/bin/env python3
"""Compares the tables in Docs/validation.md with what the program says of the recordings, or writes them with --write.

Fails as well if a recording is outside its tolerance that was not before.

The program is $BALLOONSIM. A table stands between <!-- KIND --> and <!-- end -->.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "Docs/validation.md"
TRUTH = "Tests/ValidationTests/GroundTruth"
# Each table: the subcommand of `validate` and the files it is given.
TABLES = {
    "driver": ("driver", "Tests/ValidationTests/Vectors/*.jsonl"),
    "zones": ("zones", f"{TRUTH}/zones/*.json"),
    "pagecache": ("pagecache", f"{TRUTH}/pagecache/runs/*.json"),
    "guestcache": ("pagecache", f"{TRUTH}/guestcache/*.json"),
    "anonswap": ("swap", f"{TRUTH}/anonswap/runs/*.json"),
    "guestanon": ("swap", f"{TRUTH}/guestanon/*.json"),
    "closedloop": ("closedloop", f"{TRUTH}/closedloop/*.json"),
    "balloonlatency": ("closedloop", f"{TRUTH}/balloonlatency/*.json"),
    "xenballoon": ("xenballoon", f"{TRUTH}/xenballoon/*.json"),
    "psi": ("psi", f"{TRUTH}/psi/*.json"),
}
# The recordings that the page explains why they are outside their tolerance; no other may be.
MISSES = {
    "xenballoon": {"anon_file_zram_noboost", "anon_zram", "cache_down", "loop_bursts_d8u1i5"},
    "psi": {
        "c_thrash1",
        "c_thrash3",
        "c_thrash3_rep1",
        "c_thrash3_rep2",
        "d_swap_spin80",
        "senpai_anon",
        "senpai_hotfile",
        "senpai_hotfile_rep1",
    },
}


def table(kind):
    command, pattern = TABLES[kind]
    files = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))
    program = os.path.abspath(os.environ["BALLOONSIM"])
    done = subprocess.run(
        [program, "validate", command, "--markdown", *files], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    # 1: something is outside its tolerance, as the table then says.
    if done.returncode not in (0, 1):
        sys.exit(f"validate {command} ended with {done.returncode}")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()]
    outside = {row[0] for row in rows if row and row[-1] == "NO"}
    if outside != MISSES.get(kind, set()):
        sys.exit(f"{kind}: outside the tolerance are {sorted(outside)}, known are {sorted(MISSES.get(kind, set()))}")
    return done.stdout


old = PAGE.read_text()
new = old
for kind in TABLES:
    place = re.compile(f"<!-- {kind} -->\n.*?<!-- end -->", re.DOTALL)
    text = f"<!-- {kind} -->\n\n{table(kind)}\n<!-- end -->"
    new, places = place.subn(lambda _: text, new)
    if places != 1:
        sys.exit(f"{PAGE.name} has {places} places for {kind}")
if "--write" in sys.argv[1:]:
    PAGE.write_text(new)
    print(f"wrote {PAGE.relative_to(ROOT)}")
elif new != old:
    sys.stdout.writelines(
        difflib.unified_diff(old.splitlines(True), new.splitlines(True), str(PAGE.name), "now")
    )
    sys.exit(f"the tables in {PAGE.name} are not current; if results were meant to change: make validate")
else:
    print(f"{len(TABLES)} tables of {PAGE.name} are current")
