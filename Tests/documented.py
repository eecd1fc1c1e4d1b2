#!/usr/bin/env python3
"""Runs the commands that the documentation shows and compares what they print with what it shows.

The program is $BALLOONSIM. In a block of code a line that begins with `$ ` is a command, a line `...` stands for lines that are
left out, and the other lines must be printed one after another, by whichever command they stand below. A command goes on to the
line `END` of its here-document, or to where its quotation marks close. How long a sweep took may differ. A block with `trace record` is left out, since it tells of the machine it ran on; comments are not run.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Headings, or whole pages, and the least number of outputs that are compared below them.
SECTIONS = [("Docs/tutorial.md", None, 20), ("README.md", "## Why did it do that?", 3),
            ("README.md", "## Bring your own trace", 3), ("README.md", "## Tuning: from a trace to settings", 2), ("README.md", "## Which policy?", 1),
            ("Docs/tuning.md", "## 5. Does a setting hunt?", 10),
            ("Docs/tuning.md", "## 6. Search", 1), ("Docs/queries.md", "## Ten questions", 11)]


def blocks(document, heading):
    """The blocks of code below a heading, each a list of commands with the lines shown below them."""
    section = (ROOT / document).read_text()
    if heading:
        section = section.split(f"{heading}\n", 1)[1].split("\n## ", 1)[0]
    for code in re.findall(r"^```\n(.*?)^```$", section, re.DOTALL | re.MULTILINE):
        if "trace record" in code:
            continue
        steps = []
        for line in code.replace("\\\n", "").splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif is_open(steps[-1][0]):
                steps[-1] = (f"{steps[-1][0]}\n{line}", [])
            else:
                steps[-1][1].append(line)
        yield [(command, lines) for command, lines in steps if not command.lstrip().startswith("#")]


def is_open(command):
    """Whether a command goes on in the next line."""
    if "<< 'END'" in command:
        return not command.endswith("\nEND")
    return command.count('"') % 2 == 1


def plain(text):
    return re.sub(r"failed in [0-9.,]+ m?s", "failed in TIME", text)


def chunks(lines):
    """The pieces between lines `...`."""
    text = "\n".join(lines).strip("\n")
    return [piece.strip("\n") for piece in re.split(r"^\.\.\.$", text, flags=re.MULTILINE) if piece.strip("\n")]


def check(document, heading, least):
    """Every difference as a text; one folder and one database for all blocks of a section."""
    problems, compared = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("Scenarios", "Tests"):
            os.symlink(ROOT / name, Path(folder) / name)
        os.symlink(os.environ["BALLOONSIM"], Path(folder) / "balloonsim")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BALLOONSIM_")}
        environment["PATH"] = f"{folder}:{environment['PATH']}"
        for block in blocks(document, heading):
            for command, lines in block:
                if setting := re.fullmatch(r"export (\w+)=(\S+)", command):
                    environment[setting[1]] = setting[2]
                    continue
                done = subprocess.run(
                    ["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                printed = plain(done.stdout)
                # A refusal is shown as one; everything else has to succeed.
                if done.returncode and not any(line.startswith("balloonsim:") for line in lines):
                    problems.append(f"$ {command}\nexited {done.returncode}:\n{done.stdout}")
                for chunk in chunks(lines):
                    compared += 1
                    if f"\n{plain(chunk)}\n" not in f"\n{printed}\n":
                        problems.append(f"$ {command}\nshown:\n{chunk}\nprinted:\n{done.stdout}")
    if compared < least:
        problems.append(f"{document}, {heading or 'all of it'}: {compared} outputs compared, not {least}")
    print(f"{document}, {(heading or 'all of it').lstrip('# ')}: {compared} outputs compared, {len(problems)} differ")
    return problems


def main():
    problems = [problem for section in SECTIONS for problem in check(*section)]
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
