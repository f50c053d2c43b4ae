"""Runs `generate` over the pure-Python modules of the standard library, each on a tiny budget, and counts what failed.

    python benchmarks/standard_library.py [--budget 0.5] [--every 1] [--jobs 2]

Prints one line a module and closes with: internal errors, escapes, failing tests (each must be 0). The tests are run
once more by plain pytest, outside of any sandbox of ours.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
LEFT_OUT = (
    "test",
    "idlelib",
    "site-packages",
    "lib2to3",
    "turtledemo",
    "__pycache__",
    "config-",
    "ensurepip",
    "pydoc_data",
)


def modules() -> list[str]:
    """Dotted names, without the interpreter's own test suite and demonstrations."""
    found = []
    for path in sorted(LIBRARY.rglob("*.py")):
        parts = path.relative_to(LIBRARY).with_suffix("").parts
        if any(p.startswith(LEFT_OUT) or p in ("tests", "__main__") for p in parts):
            continue
        found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def run(module: str, budget: str) -> dict[str, object]:
    """What one module gave; `failing` counts emitted tests that plain pytest does not pass."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "testwright",
            "generate",
            module,
            "--budget",
            budget,
            "-o",
            folder,
            "--json",
            "-q",
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
        row: dict[str, object] = {"module": module, "code": done.returncode, "kept": 0, "failing": 0}
        row["internal"] = done.returncode == 3 or "Traceback" in done.stderr
        try:
            row["kept"] = json.loads(done.stdout)["modules"][0]["kept"]
        except (ValueError, LookupError):
            row["problem"] = done.stderr.strip()[-200:]
        files = [str(p) for p in Path(folder).rglob("test_*.py")]
        if files:
            again = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
            row["failing"] = int(subprocess.run(again, cwd=folder, capture_output=True, check=False).returncode != 0)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", default="0.5")
    parser.add_argument("--every", type=int, default=1, help="take each Nth module")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    rows = []
    with ThreadPoolExecutor(given.jobs) as pool:
        for row in pool.map(lambda m: run(m, given.budget), modules()[:: given.every]):
            rows.append(row)
            print(json.dumps(row), flush=True)
    internal = sum(bool(r["internal"]) for r in rows)
    failing = [str(r["module"]) for r in rows if r["failing"]]
    kept = sum(int(str(r["kept"])) for r in rows)
    print(f"{len(rows)} modules, {kept} tests kept; internal errors {internal}; modules with a failing test {failing}")
    sys.exit(1 if internal or failing else 0)


if __name__ == "__main__":
    main()
