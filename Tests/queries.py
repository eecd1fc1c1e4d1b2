#!/usr/bin/env python3
"""Runs the commands of Docs/queries.md one after another in an empty folder, and compares what they print with what stands there.

The program is $BALLOONSIM. A command begins with `$ ` and goes on until its quotation marks are closed; how long a sweep took
may differ.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "Docs/queries.md"


def is_open(command):
    """Whether a quotation mark of the command is not closed."""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return False


def steps():
    """Every command of the page with what stands below it."""
    for block in re.findall(r"^```\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE):
        command, shown = "", ""
        for line in block.splitlines():
            if command and is_open(command):
                command += f"\n{line}"
            elif line.startswith("$ "):
                if command:
                    yield command, shown
                command, shown = line[2:], ""
            else:
                shown += f"{line}\n"
        yield command, shown


def plain(text):
    return re.sub(r"failed in [0-9.,]+ m?s", "failed in TIME", text)


def main():
    wrong, questions = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(ROOT / "Scenarios", Path(folder) / "Scenarios")
        os.symlink(os.path.abspath(os.environ["BALLOONSIM"]), Path(folder) / "balloonsim")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BALLOONSIM_")}
        environment["PATH"] = f"{folder}:{environment['PATH']}"
        for command, shown in steps():
            questions += command.startswith("sqlite3")
            done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode or plain(done.stdout) != plain(shown):
                wrong += 1
                print(f"$ {command}\nshown:\n{shown}printed ({done.returncode}):\n{done.stdout}", file=sys.stderr)
    if wrong or questions < 10:
        sys.exit(f"{PAGE.name}: {questions} questions, {wrong} outputs differ")
    print(f"{questions} questions of {PAGE.name} are answered as it says")


if __name__ == "__main__":
    main()
