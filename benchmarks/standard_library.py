"""Runs `generate` over the pure-Python modules of the standard library, each on a tiny budget, and counts what failed.

    python benchmarks/standard_library.py [MODULE …] [--budget 0.5] [--every 1] [--from 0] [--jobs 2] [--minutes 25]

Prints one line a module, and closes with what must be 0 each: internal errors (exit 3, a traceback, a stumble of the
engine), escapes (a file that appeared or changed in the home folder, the project or the temporary folder, a process
left behind), and modules with a test that plain pytest, outside of any sandbox of ours, does not pass in three runs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
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


def target(module: str) -> str:
    """A package by the file of its own: by its name, all that is in it would be meant."""
    own = LIBRARY.joinpath(*module.split("."), "__init__.py")
    return str(own) if own.exists() else module


def run(module: str, budget: str) -> dict[str, object]:
    """What one module gave; `failing` names emitted tests that plain pytest does not pass."""
    with tempfile.TemporaryDirectory() as place:
        ground = Ground(Path(place).resolve())
        done = ground.run(
            "-m", "testwright", "generate", target(module), "--budget", budget, "-o", str(ground.tests), "--json", "-q"
        )
        row: dict[str, object] = {"module": module, "code": done.returncode, "kept": 0}
        row["internal"] = "Traceback" in done.stderr or done.returncode == 3
        try:
            report = json.loads(done.stdout)["modules"][0]
            row |= {key: report[key] for key in ("kept", "crashes", "engine_failures", "executions")}
        except (ValueError, LookupError):
            row["problem"] = done.stderr.strip()[-300:]
        row["escapes"] = ground.changes()
        row["failing"] = ground.failing()
        row["escapes_of_tests"] = ground.changes()
    return row


class Ground:
    """A home, a project and a temporary folder, in which whatever appears is an escape."""

    def __init__(self, root: Path) -> None:
        self.root, self.tests = root, root / "tests"
        for name in ("home", "project", "temporary"):
            (root / name).mkdir()
            (root / name / "kept").write_text("as it was", encoding="utf-8")
        self.before = self.state()

    def environment(self) -> dict[str, str]:
        folders = {"HOME": str(self.root / "home"), "TMPDIR": str(self.root / "temporary")}
        return {**os.environ, **folders, "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root / "project",
            env=self.environment() | environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def state(self) -> dict[str, str]:
        """Files with their content, but for where results are remembered and where pytest makes its `tmp_path`."""
        paths = (p for name in ("home", "project", "temporary") for p in (self.root / name).rglob("*"))
        return {
            str(p.relative_to(self.root)): p.read_text("utf-8", "replace") if p.is_file() else ""
            for p in paths
            if ".testwright" not in p.parts and not str(p.relative_to(self.root)).startswith("temporary/pytest-of-")
        }

    def changes(self) -> list[str]:
        now = self.state()
        files = [path for path in now.keys() | self.before.keys() if now.get(path) != self.before.get(path)]
        return sorted(files) + [told for told in processes() if str(self.root) in told]

    def failing(self) -> list[str]:
        files = sorted(map(str, self.tests.rglob("test_*.py"))) if self.tests.exists() else []
        failed: set[str] = set()
        for seed in ("0", "1", "999") if files else ():
            again = ("-m", "pytest", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", *files)
            done = self.run(*again, PYTHONHASHSEED=seed)
            failed |= {line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))}
            if done.returncode and not failed:
                failed.add(f"pytest ended with {done.returncode}: {done.stdout[-200:]}")
        return sorted(failed)


def processes() -> list[str]:
    """Each with its command line and working folder."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                found.append(f"process {folder.name} {words} in {os.readlink(folder / 'cwd')}")
            except OSError:  # it ended meanwhile
                continue
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="these alone")
    parser.add_argument("--budget", default="0.5")
    parser.add_argument("--every", type=int, default=1, help="take each Nth module")
    parser.add_argument("--from", type=int, default=0, dest="first", help="leave out so many before")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e9, help="start no further module after so many")
    given = parser.parse_args()
    deadline = time.monotonic() + 60 * given.minutes
    rows: list[dict[str, object]] = []

    def one(module: str) -> dict[str, object] | None:
        return run(module, given.budget) if time.monotonic() < deadline else None

    with ThreadPoolExecutor(given.jobs) as pool:
        for row in pool.map(one, given.modules or modules()[given.first :: given.every]):
            if row is not None:
                rows.append(row)
                print(json.dumps(row), flush=True)
    internal = [row["module"] for row in rows if row["internal"] or row.get("engine_failures")]
    escapes = [row["module"] for row in rows if row["escapes"] or row["escapes_of_tests"]]
    failing = [row["module"] for row in rows if row["failing"]]
    kept, crashes = (sum(int(str(row.get(key, 0))) for row in rows) for key in ("kept", "crashes"))
    print(
        f"{len(rows)} modules, {kept} tests kept, {crashes} children lost, without a file {sum(not r['kept'] for r in rows)}"
    )
    print(f"internal errors {internal}; escapes {escapes}; modules with a failing test {failing}")
    sys.exit(1 if internal or escapes or failing else 0)


if __name__ == "__main__":
    main()
