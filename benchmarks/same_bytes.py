"""Generates twice with --max-executions, under conditions that must not matter, and compares the bytes.

    python benchmarks/same_bytes.py MODULE[,MODULE…][=PYTHON] … [--max-executions 2000] [--seed 1] [--runs 2]

The modules of one argument are one run of `generate`; PYTHON is the interpreter that can import them. The first run has
one job and hash seed 0; each further one two jobs, another hash seed, folder, temporary folder and time zone, and with
--load a busy machine. Prints a line a module, and the first difference; ends with 1 when there is one.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
ZONES = ("UTC0", "AAA-9:30", "BBB5")


def generated(modules: list[str], python: str, given: argparse.Namespace, folder: Path, number: int) -> dict[str, str]:
    """Texts of the test files by name."""
    output, temporary = folder / f"run{'x' * number}" / "tests", folder / f"tmp{'y' * number}"
    temporary.mkdir()
    output.parent.mkdir()
    command = [sys.executable, "-m", "testwright", "generate", *modules, "--python", python, "-o", str(output)]
    command += ["--max-executions", str(given.max_executions), "--seed", str(given.seed)]
    command += ["--jobs", "1" if number == 0 else "2"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "PYTHONHASHSEED": str(number * 4711),
        "TMPDIR": str(temporary),
        "TZ": ZONES[number % len(ZONES)],
    }
    done = subprocess.run(command, cwd=output.parent, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  exit {done.returncode}: {done.stderr[-300:]}", file=sys.stderr)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(output.rglob("test_*.py"))}


def under_load(wanted: bool) -> ExitStack:
    """With `wanted`, every processor is kept busy until it is closed."""
    stack = ExitStack()
    for _ in range((os.cpu_count() or 1) if wanted else 0):
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        stack.callback(busy.wait)
        stack.callback(busy.kill)
    return stack


def differences(modules: list[str], python: str, given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        first = generated(modules, python, given, folder, 0)
        different = 0 if first else 1
        for number in range(1, given.runs):
            with under_load(given.load):
                again = generated(modules, python, given, folder, number)
            for name in sorted(first.keys() | again.keys()):
                different += not same(name, first.get(name, ""), again.get(name, ""))
    return different


def same(name: str, one: str, other: str) -> bool:
    print(f"{name:<40} {len(one):7d} characters  {'the same' if one == other else 'DIFFERENT'}", flush=True)
    for line in list(difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=1))[:40]:
        print("   ", line)
    return one == other


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+", metavar="MODULE[,MODULE…][=PYTHON]")
    parser.add_argument("--max-executions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--load", action="store_true", help="keep all processors busy during all runs but the first")
    given = parser.parse_args()
    different = 0
    for named in given.modules:
        modules, _, python = named.partition("=")
        different += differences(modules.split(","), python or sys.executable, given)
    print(f"{different} files differ")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
