"""Audits a large project whose coverage is given, and compares the CPU with that of reading and parsing the same files.

    python benchmarks/audit_size.py [--modules 5000] [--lines 200] [--covered 0.6] [--like made|library] [--json] [--keep FOLDER]

The project is made: of functions, methods and classes in a dozen shapes, or (`--like library`) of the modules of the
standard library, over and over. What is covered is drawn by lot with a fixed seed, and written as `coverage json` of
coverage.py 7 has it, functions and classes left out. Measured, each in a process of its own, once testwright's modules are
compiled: `json.loads` and `ast.parse` alone, before and after the first audit; the first audit; a second one, and a third
after one module was edited. Prints CPU-seconds (user and system, of the process and its children), their ratio to the first
row, and the largest memory. Ends with 1 when the first audit takes more than 2.6 times as long, the second more than a tenth
of the first, or one of them 1 GB.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
BYTECODE = tempfile.TemporaryDirectory()
ALONE = """
import ast, json
told = json.loads(open("coverage.json", "rb").read())
for path in told["files"]:
    with open(path, "rb") as stream:
        ast.parse(stream.read())
"""
AUDIT = [sys.executable, "-m", "testwright", "audit", "--coverage", "coverage.json", "-q"]
SHAPES = (
    '''
def {name}(items, limit=10):
    """Adds up what is not above the limit."""
    total = 0
    for item in items:
        if item is None or item > limit:
            continue
        total += item * {number}
    return total
''',
    '''
class {Name}:
    """Keeps entries by their key."""

    def __init__(self, size: int = {number}) -> None:
        self.size = size
        self.entries: dict[str, int] = {{}}

    def add(self, key: str, value: int) -> bool:
        if len(self.entries) >= self.size:
            return False
        # The first one wins.
        self.entries.setdefault(key, value)
        return True

    @property
    def largest(self) -> int | None:
        return max(self.entries.values(), default=None)

    def matching(self, start: str) -> list[str]:
        return [key for key in sorted(self.entries) if key.startswith(start) and key != start]
''',
    '''
def {name}(path, encoding="utf-8"):
    """The lines of a file that say something."""
    found = []
    try:
        with open(path, encoding=encoding) as stream:
            for line in stream:
                if line.strip() and not line.startswith("#"):
                    found.append(line.rstrip("\\n"))
    except FileNotFoundError:
        return None
    else:
        return found[:{number}]
''',
    """
async def {name}(client, names):
    results = {{}}
    for name in names:
        answer = await client.get(name, timeout={number})
        results[name] = answer.text if answer.ok else ""
    return results
""",
    """
def {name}(text: str) -> tuple[int, int]:
    number, _, unit = text.partition(" ")
    match unit:
        case "s":
            factor = 1
        case "m" | "min":
            factor = 60
        case _:
            raise ValueError(f"{{unit!r}} is no unit")
    while number.startswith("0") and len(number) > 1:
        number = number[1:]
    return int(number) * factor, {number}
""",
    """
{NAME} = {{"a": {number}, "b": ({number}, "two"), "c": [1, 2, 3]}}


def {name}(first, second=None, *rest, **options):
    if second is None:
        second = {NAME}.get(first)
    assert first != second or rest, "they are the same"

    def inner(value):
        return value if value else options.get("default", {number})

    return {{key: inner(value) for key, value in zip(rest, options.values(), strict=False)}}
""",
)


def texts(given: argparse.Namespace) -> Iterator[str]:
    if given.like == "made":
        for number in range(given.modules):
            yield made(random.Random(number), given.lines)
        return
    library = Path(sysconfig.get_paths()["stdlib"])
    known = [path.read_text("utf-8", "replace") for path in sorted(library.glob("*.py"))]
    known = [text for text in known if "\ufffd" not in text]
    for number in range(given.modules):
        yield known[number % len(known)]


def made(chance: random.Random, lines: int) -> str:
    parts = ['"""Holds what it is asked to hold."""\n\nimport os\nimport time\nfrom collections import Counter\n']
    while sum(part.count("\n") for part in parts) < lines:
        name = f"part_{len(parts)}"
        shape = chance.choice(SHAPES)
        parts.append(
            "\n" + shape.format(name=name, Name=name.title(), NAME=name.upper(), number=chance.randrange(2, 99))
        )
    return "".join(parts)


def covered(tree: ast.Module, chance: random.Random, share: float) -> dict[str, object]:
    """As coverage.py has it, near enough: the outline of the audit accepts it as it is."""
    statements = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt) and not is_nothing(node)}
    statements |= {node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)}
    statements |= {node.pattern.lineno for node in ast.walk(tree) if isinstance(node, ast.match_case)}
    ran = {line for line in sorted(statements) if chance.random() < share}
    arcs = [
        (node.lineno, end)
        for node in ast.walk(tree)
        if isinstance(node, ast.If | ast.For | ast.While) and node.body[0].lineno != node.lineno
        for end in (node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
    ]
    taken = [arc for arc in arcs if arc[0] in ran and chance.random() < share]
    lost = [arc for arc in arcs if arc not in taken]
    return {
        "executed_lines": sorted(ran),
        "summary": {
            "covered_lines": len(ran),
            "num_statements": len(statements),
            "percent_covered": 0.0,
            "missing_lines": len(statements - ran),
            "excluded_lines": 0,
            "num_branches": len(arcs),
            "num_partial_branches": 0,
            "covered_branches": len(taken),
            "missing_branches": len(lost),
        },
        "missing_lines": sorted(statements - ran),
        "excluded_lines": [],
        "executed_branches": taken,
        "missing_branches": lost,
    }


def is_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    return isinstance(node, ast.Global | ast.Nonlocal)


def make(root: Path, given: argparse.Namespace) -> int:
    files: dict[str, object] = {}
    lines = 0
    for number, text in enumerate(texts(given)):
        path = root / "src" / "large" / f"part{number // 100}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        lines += text.count("\n")
        files[str(path.relative_to(root))] = covered(ast.parse(text), random.Random(number), given.covered)
    for folder in {root / "src" / "large", *(root / "src" / "large").glob("part*")}:
        (folder / "__init__.py").write_text("", encoding="utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "large"\n', encoding="utf-8")
    meta = {"format": 2, "version": "7.6.0", "branch_coverage": True, "show_contexts": False}
    (root / "coverage.json").write_text(json.dumps({"meta": meta, "files": files}), encoding="utf-8")
    return lines


def small_project() -> Path:
    """One to audit unmeasured, so that testwright's own modules are compiled, as they are once installed."""
    folder = Path(BYTECODE.name, "project")
    made = argparse.Namespace(like="made", modules=1, lines=50, covered=0.5)
    make(folder, made)
    return folder


def measured(command: list[str], folder: Path, output: Path) -> tuple[float, float]:
    """CPU-seconds and the largest resident memory in MB of one process and its children."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src"), "PYTHONPYCACHEPREFIX": BYTECODE.name}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with output.open("wb") as stream:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.PIPE)
        told = process.stderr.read().decode() if process.stderr else ""
        _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{command} failed:\n{told}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, default=5000)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--covered", type=float, default=0.6)
    parser.add_argument("--like", choices=("made", "library"), default="made")
    parser.add_argument("--json", action="store_true", help="print all of it, instead of the report")
    parser.add_argument("--keep", type=Path, help="make the project there, and leave it")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as place:
        root = (given.keep or Path(place)).resolve()
        root.mkdir(parents=True, exist_ok=True)
        print(f"{given.modules} modules, {make(root, given)} lines, {(root / 'coverage.json').stat().st_size} bytes")
        measured(AUDIT, small_project(), root / "out.txt")
        alone, memory = measured([sys.executable, "-c", ALONE], root, root / "out.txt")
        shutil.rmtree(root / ".testwright", ignore_errors=True)
        print(f"{'read and parse':<24}{alone:8.2f} s{memory:8.0f} MB")
        audit = [*AUDIT, *(["--json"] * given.json)]
        rows = []
        first = 0.0
        for name in ("first audit", "second audit", "after one edit"):
            if name == "after one edit":
                with next((root / "src" / "large" / "part0").glob("module*.py")).open("a", encoding="utf-8") as stream:
                    stream.write("\nEDITED = True\n")
            used, memory = measured(audit, root, root / "out.json")
            if not first:
                # Once before and once after: what else the machine does in between is then in both.
                alone = (alone + measured([sys.executable, "-c", ALONE], root, root / "out.txt")[0]) / 2
                first = used
            rows.append((used, memory))
            print(
                f"{name:<24}{used:8.2f} s{memory:8.0f} MB{used / alone:8.2f} ×{first / used:8.1f} × less than the first"
            )
        enough = first <= 2.6 * alone and 10 * rows[1][0] <= first and max(memory for _, memory in rows) < 1024
        sys.exit(0 if enough else 1)


if __name__ == "__main__":
    main()
