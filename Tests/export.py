#!/usr/bin/env python3
"""Reads what `balloonsim export` writes back with Python's csv and json, with pandas and with DuckDB, and compares it with the
database, cell by cell. Makes its database itself. The program is $BALLOONSIM.

Also: the memory that an export takes does not grow with its rows, and the line of Docs/database.md that makes Parquet works.
"""

import csv
import io
import json
import math
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

import duckdb
import pandas

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ["BALLOONSIM"]).resolve()
# Tables whose rows belong to sweeps, and columns that are JSON in the database.
SWEEPS = {"sweeps", "sweep_points"}
NESTED = {"ingredients", "guests", "host_facts", "trace_provenance", "detail", "design", "terms"}
# What may go wrong on the way: quotes, separators, ends of lines, formulas, what looks like another value.
TEXTS = ["=1+1", "+1 800", "-1", "-1+2", "@SUM(A1)", "'quoted'", "a,b\t\"c\"\nd\r\ne", "\t=1", "", " ", "NULL", "NA", "1e5",
         "größer ≥ 1", "＝1", "0x10", "true", "2026-01-31"]
problems = 0


def call(*words, **options):
    done = subprocess.run([PROGRAM, *words], stdout=subprocess.PIPE, check=True, **options)
    return done.stdout.decode()


def check(what, found, wanted):
    """Compares rows, and shows the first that differ."""
    global problems
    if found == wanted:
        return
    problems += 1
    print(f"{what}: {len(found)} rows, wanted {len(wanted)}", file=sys.stderr)
    for one, other in zip(found, wanted):
        if one != other:
            print(f"  found  {one}\n  wanted {other}", file=sys.stderr)
            break


def plain(text):
    """A cell of a CSV file as it was before it was kept from being a formula."""
    return text[1:] if text.startswith("'") else text


def same(cell, value):
    """Whether a cell, as a text, reads back as the value of the database."""
    if value is None:
        return cell == ""
    if isinstance(value, float):
        return float(cell) == value
    return cell == str(value) if isinstance(value, int) else plain(cell) == value


def strict(rows):
    """Rows in which 1 and 1.0, and a number and its text, differ."""
    return [tuple((type(value).__name__, value) for value in row) for row in rows]


def by_csv(what, text, names, rows, delimiter):
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    check(f"{what}: header", [plain(name) for name in lines[0]], names)
    cells = lines[1:]
    check(f"{what}: number of rows", len(cells), len(rows)) if len(cells) != len(rows) else None
    for line, row in zip(cells, rows):
        if len(line) != len(row) or not all(map(same, line, row)):
            return check(what, [line], [list(row)])


def by_json(what, found, names, rows):
    def value(name, cell):
        if isinstance(cell, float) and math.isinf(cell):
            return None  # JSON has no infinity
        return json.loads(cell) if name in NESTED and cell is not None else cell

    wanted = [{name: value(name, cell) for name, cell in zip(names, row)} for row in rows]
    check(what, strict(map(dict.items, found)), strict(map(dict.items, wanted)))


def kinds(rows, column):
    return {type(row[column]) for row in rows} - {type(None)}


def by_pandas(what, file, names, rows, delimiter):
    frame = pandas.read_csv(file, sep=delimiter, keep_default_na=False, na_values=[""],
                            dtype={n: str for i, n in enumerate(names) if str in kinds(rows, i)})
    check(f"{what}: columns", list(frame.columns), names)
    for index, name in enumerate(names):
        wanted = [row[index] for row in rows]
        column = frame[name]
        if kinds(rows, index) == {int} and None not in wanted:
            check(f"{what}: kind of {name}", str(column.dtype), "int64")
        found = [None if pandas.isna(cell) else cell for cell in column.tolist()]
        if str in kinds(rows, index):
            # pandas cannot tell an empty text from nothing.
            found, wanted = ([plain(str(c or "")) for c in found], [str(c if c is not None else "") for c in wanted])
        check(f"{what}: {name}", found, wanted)


def by_duckdb(what, file, names, rows, delimiter):
    types = {n: "VARCHAR" if str in kinds(rows, i) else "DOUBLE" if float in kinds(rows, i) else "BIGINT"
             for i, n in enumerate(names)}
    found = duckdb.execute(
        f"SELECT * FROM read_csv(?, delim='{delimiter}', header=true, quote='\"', escape='\"', auto_detect=false, "
        f"allow_quoted_nulls=false, columns={json.dumps(types)}, max_line_size=10000000)", [str(file)]).fetchall()
    mended = [tuple(plain(cell) if isinstance(cell, str) else cell for cell in row) for row in found]
    wanted = [tuple(str(c) if types[n] == "VARCHAR" and c is not None else c for n, c in zip(names, row)) for row in rows]
    check(what, mended, wanted)


def everything(what, options, names, rows, place):
    """Exports in all formats and reads every one back."""
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        file = place / f"export.{form}"
        call("export", *options, "--format", form, "-o", file)
        text = file.read_bytes().decode()
        by_csv(f"{what}, {form}, csv", text, names, rows, delimiter)
        by_pandas(f"{what}, {form}, pandas", file, names, rows, delimiter)
        by_duckdb(f"{what}, {form}, DuckDB", file, names, rows, delimiter)
    by_json(f"{what}, json", json.loads(call("export", *options, "--format", "json")), names, rows)
    lines = call("export", *options, "--format", "ndjson").splitlines()
    by_json(f"{what}, ndjson", [json.loads(line) for line in lines], names, rows)


def whole_tables(database, place):
    """Every table, all of its rows; row_hashes and policies are of use in their own file alone."""
    tables = [name for name, in database.execute(
        """SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
           AND name NOT IN ('grdb_migrations', 'row_hashes', 'policies')""")]
    for table in tables:
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        if "run_id" in names and "id" in names:
            names.remove("id")
        columns, order = ", ".join(f'"{name}"' for name in names), "rowid"
        if table == "tick_hashes":
            names = ["run_id", "guest", "tick", "hash"]
            columns = """id >> 41, (SELECT value FROM runs r, json_each(r.guests) g
                         WHERE r.id = t.id >> 41 AND g.key = (t.id >> 32) % 512), id % 4294967296, hash"""
        if table in ("parameters", "sweep_points"):
            order = "1, 2, 3"
        rows = database.execute(f"SELECT {columns} FROM {table} t ORDER BY {order}").fetchall()
        if not rows:
            check(f"{table}: has rows", [], ["some"])
        everything(table, ["--table", table] if table in SWEEPS else ["--all", "--table", table], names, rows, place)
    return len(tables)


def choices(database, place):
    """Columns, times, both layouts, parameters on every row, and no row at all."""
    columns = ["time_ns", "free_pages", "guest"]
    where = "run_id = 1 AND time_ns BETWEEN 10000000000 AND 20000000000 AND time_ns % 5000000000 = 0"
    rows = database.execute(f"SELECT {', '.join(columns)} FROM ticks WHERE {where} ORDER BY id").fetchall()
    window = ["1", "--from", "10s", "--to", "20s", "--every", "5s"]
    everything("window", [*window, "--columns", ",".join(columns)], columns, rows, place)
    everything("no rows", ["1", "--from", "1000h", "--columns", "tick,guest"], ["tick", "guest"], [], place)

    chosen = database.execute(f"SELECT run_id, guest, tick, time_ns, free_pages, pgfault FROM ticks WHERE {where} ORDER BY id")
    rows = [(*row[:4], name, value) for row in chosen for name, value in zip(["free_pages", "pgfault"], row[4:])]
    everything("long", [*window, "--layout", "long", "--columns", "free_pages,pgfault"],
               ["run_id", "guest", "tick", "time_ns", "name", "value"], rows, place)

    metrics = pandas.DataFrame(database.execute(
        "SELECT run_id, coalesce(guest || '.', '') || name, value FROM metrics WHERE run_id <= 2 ORDER BY id"),
        columns=["run_id", "name", "value"])
    pivot = metrics.pivot(index="run_id", columns="name", values="value").reset_index()
    names = call("export", "1", "2", "--table", "metrics", "--layout", "wide").splitlines()[0].split(",")
    check("wide: the names", sorted(names), sorted(pivot.columns))
    rows = [tuple([int(row[0]), *(None if math.isnan(v) else v for v in row[1:])])
            for row in pivot[names].itertuples(index=False)]
    everything("wide", ["1", "2", "--table", "metrics", "--layout", "wide"], names, rows, place)

    # A number is a number if it is written as one; a time or a size is a text.
    values = database.execute("SELECT path, value FROM parameters WHERE run_id = 1 ORDER BY path").fetchall()
    tail = [int(v) if re.fullmatch(r"-?(0|[1-9][0-9]*)", v) else float(v) if re.fullmatch(r"[0-9]+\.[0-9]+", v) else v
            for _, v in values]
    rows = [(*row, *tail) for row in database.execute("SELECT tick, free_pages FROM host_ticks WHERE run_id = 1 ORDER BY id")]
    everything("with parameters", ["1", "--table", "host_ticks", "--columns", "tick,free_pages", "--with", "parameters"],
               ["tick", "free_pages", *(f"parameters.{path}" for path, _ in values)], rows, place)


# A process begins with the peak of the one that starts it, so a small one starts the program.
MEASURE = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def memory(place):
    """The memory of an export of 200,000 rows beside that of 500."""
    scenario = place / "long.yaml"
    scenario.write_text(
        "name: long\nduration: 200000s\nguests:\n  - { name: g, memory: 256MiB, anon: { touched: 0 }, "
        "committed: { points: [{ at: 0s, committed: 60MiB }] } }\n")
    peaks = []
    for duration in ("500s", "200000s"):
        call("run", scenario, "--duration", duration, "--quiet")
        for more in ([], ["--layout", "long", "--columns", "free_pages,pgfault"]):
            words = [sys.executable, "-c", MEASURE, PROGRAM, "export", "last", "--with", "parameters", *more]
            peaks.append(int(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout) / 1024)
    growth = max(peaks) - min(peaks)
    print(f"peak memory {max(peaks):.1f} MiB, growth over 400 times the rows {growth:.1f} MiB")
    # Rows of 400 times the run would take 60 MiB.
    if growth > 8:
        check("growth of memory in MiB", growth, 8)


def parquet(database, place):
    """The documented line, run as it stands there."""
    page = (ROOT / "Docs/database.md").read_text()
    lines = [line.strip() for line in page.splitlines() if "PARQUET" in line.upper() and "duckdb.sql" in line]
    check("Parquet: lines in Docs/database.md", len(lines), 1)
    path = f"{PROGRAM.parent}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["bash", "-c", lines[0].replace("last", "1")], cwd=place, check=True, env={**os.environ, "PATH": path})
    names = [row[1] for row in database.execute("PRAGMA table_info(ticks)")][1:]
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(place / "ticks.parquet")])
    check("Parquet: columns", [column[0] for column in found.description], names)
    rows = database.execute(f"SELECT {', '.join(names)} FROM ticks WHERE run_id = 1 ORDER BY id").fetchall()
    check("Parquet", strict(found.fetchall()), strict(rows))


def main():
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        file = place / "runs.sqlite"
        os.environ["BALLOONSIM_DB"] = str(file)
        call("run", ROOT / "Scenarios/two-guests.yaml", "--duration", "300s", "--quiet")
        call("run", ROOT / "Scenarios/burst-without-reserve.yaml", "--quiet")
        call("sweep", ROOT / "Scenarios/steps.yaml", "--duration", "30s", "--vary", "selfballoon_interval=1,5", "--quiet")
        database = sqlite3.connect(file)
        with database:
            for text in TEXTS:
                run, = database.execute("SELECT max(id) + 1 FROM runs").fetchone()
                names = [row[1] for row in database.execute("PRAGMA table_info(runs)")][1:]
                database.execute(
                    f"INSERT INTO runs ({', '.join(names)}) SELECT {', '.join(n if n != 'error' else '?' for n in names)} "
                    "FROM runs WHERE id = 1", [text])
                database.execute("INSERT INTO metrics (id, run_id, guest, name, value, unit) VALUES (? << 41, ?, ?, ?, ?, ?)",
                                 [run, run, text, text, [0.1, -1e300, 5e-324, None, math.inf, 1 / 3][run % 6], text])
            database.execute("UPDATE runs SET seed = '18446744073709551615' WHERE id = (SELECT max(id) FROM runs)")
            database.execute("UPDATE decisions SET goal_pages = -9223372036854775808 WHERE id = (SELECT max(id) FROM decisions)")
        tables = whole_tables(database, place)
        choices(database, place)
        parquet(database, place)
        memory(place)
        database.close()
        print(f"{tables} tables read back by csv, json, pandas {pandas.__version__} and DuckDB {duckdb.__version__}")
    sys.exit(f"{problems} differences" if problems else 0)


if __name__ == "__main__":
    main()
