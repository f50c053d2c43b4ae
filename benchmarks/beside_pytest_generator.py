"""The same replies of a model, put together as pytest-generator does and as `testwright compat pytest-generator` does.

    python benchmarks/beside_pytest_generator.py [--module tests/replies/thirty.py] [--replies tests/replies/thirty.toml]

The replies were written by hand, as a middling model would answer: some right, some wrong, cut, in prose, endless.
pytest-generator writes all replies of a module into one file and never runs it; its rules are repeated here, as its
documentation and its source have them. "Each apart" is the best case for it: a file and a process for each reply.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.propose.from_model.pytest_generator_prompt import asked_code
from testwright.python_source.dependency_comment import KnownClasses
from testwright.python_source.signature_text import SignatureText, signatures_of

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Count:
    """Of the tests that pytest found; `broken` are files that it could not collect or finish."""

    passed: int = 0
    failed: int = 0
    broken: int = 0

    def plus(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.broken + other.broken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", type=Path, default=HERE / "tests" / "replies" / "thirty.py")
    parser.add_argument("--replies", type=Path, default=HERE / "tests" / "replies" / "thirty.toml")
    given = parser.parse_args()
    replies = {each["function"]: each for each in tomllib.loads(given.replies.read_text("utf-8"))["reply"]}
    functions = [f for f in signatures_of(given.module.read_text("utf-8")) if f.qualname in replies]
    theirs = [f for f in functions if not f.is_method]
    stem = given.module.stem
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / given.module.name).write_bytes(given.module.read_bytes())
        (root / "pyproject.toml").write_text(f'[project]\nname = "{stem}"\nversion = "1"\n')
        snippets = [(f.qualname, processed(replies[f.qualname]["text"], stem)) for f in theirs]
        together = counted(root, {f"test_{stem}.py": concatenated(stem, snippets)})
        apart = Count()
        for number, snippet in enumerate(snippets):
            apart = apart.plus(counted(root, {f"test_{number}.py": concatenated(stem, [snippet])}))
        strict, rejected_strict = ours(root, given.module, script(theirs, replies), "--strict-compat")
        whole, rejected = ours(root, given.module, script(functions, replies))
    print(f"{len(functions)} functions, of which {len(theirs)} are asked about by pytest-generator")
    print("| | tests in files | pass | pass rate | files that cannot be collected |\n| --- | --- | --- | --- | --- |")
    shown("pytest-generator, as it writes them", together)
    shown("pytest-generator, each reply apart", apart)
    shown("compat, the same functions", strict)
    shown("compat, methods too", whole)
    print(f"rejected by compat: {rejected_strict} of the same functions, {rejected} in all, each with its reason")


def shown(name: str, count: Count) -> None:
    tests = count.passed + count.failed
    rate = f"{100 * count.passed / tests:.0f} %" if tests else "none"
    print(f"| {name} | {tests} | {count.passed} | {rate} | {count.broken} |")


# ── pytest-generator's way ───────────────────────────────────────────────────────────────────────────────────────────


def processed(reply: str, stem: str) -> str:
    """Without thoughts and fences, with the file's stem for `module`, and an import of AsyncMock if it is used."""
    text = re.sub(r"<think>.*?</think>", "", reply, flags=re.DOTALL)
    text = re.sub(r"```python\n?", "", text).replace("```", "").strip()
    for quote in ('"', "'"):
        text = text.replace(f"import_module({quote}module{quote})", f"import_module({quote}{stem}{quote})")
        text = text.replace(f"@patch({quote}module.", f"@patch({quote}{stem}.")
    text = text.replace("from module import", f"from {stem} import")
    text = re.sub(r"\bimport module\b", f"import {stem}", text)
    if "AsyncMock" in text and not re.search(r"import .*AsyncMock", text):
        known = "from unittest.mock import "
        text = text.replace(known, f"{known}AsyncMock, ", 1) if known in text else f"{known}AsyncMock\n{text}"
    return text


def concatenated(stem: str, snippets: Sequence[tuple[str, str]]) -> str:
    head = f'"""\nTests for {stem}.py\n(all replies, one after the other)\n"""\n'
    return head + "".join(f"\n\n# Test {n}: {name}\n{text}\n" for n, (name, text) in enumerate(snippets, start=1))


def counted(root: Path, files: Mapping[str, str]) -> Count:
    """With a conftest that puts the source's folder on the path, as pytest-generator writes it."""
    with tempfile.TemporaryDirectory(dir=root) as folder:
        place = Path(folder)
        (place / "conftest.py").write_text(f"import sys\nsys.path.insert(0, {str(root)!r})\n")
        for name, text in files.items():
            (place / name).write_text(text, encoding="utf-8")
        return run_pytest(root, place)


def run_pytest(root: Path, place: Path) -> Count:
    report = place / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", str(place)]
    subprocess.run(command, cwd=root, capture_output=True, timeout=300, check=False)
    if not report.exists():  # the process ended before pytest did
        return Count(broken=1)
    cases = list(ElementTree.parse(report).iter("testcase"))
    broken = [case for case in cases if case.get("classname") == "" or case.get("name") == ""]
    bad = [c for c in cases if c not in broken and (c.find("failure") is not None or c.find("error") is not None)]
    return Count(len(cases) - len(bad) - len(broken), len(bad), len(broken))


# ── ours ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def script(functions: Sequence[SignatureText], replies: Mapping[str, dict[str, Any]]) -> str:
    """A scripted model: each reply for its own question, which ends the prompt."""
    lines = []
    for function in functions:
        in_class = function.qualname.rpartition(".")[0] if function.is_method else ""
        code = asked_code(function, KnownClasses(), in_class=in_class)
        reply = replies[function.qualname]
        when = f"<question>\n{code}\n</question>\n\n<|im_end|>"
        lines.append(json.dumps({"when": when, "text": reply["text"], "finish": reply.get("finish", "stop")}))
    return "\n".join(lines) + "\n"


def ours(root: Path, module: Path, replies: str, *flags: str) -> tuple[Count, int]:
    """What of the written file passes, run by plain pytest, and how many tests or replies were rejected."""
    (root / "replies.jsonl").write_text(replies, encoding="utf-8")
    output = root / f"ours{len(flags)}"
    arguments = ["-m", "testwright", "compat", "pytest-generator", module.name, "--no-index", "--json", *flags]
    arguments += ["-o", str(output), "--model", "scripted:replies.jsonl", "--replies", "off"]
    environment = {**os.environ, "PYTHONPATH": str(HERE / "src")}
    done = subprocess.run([sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True)
    (result,) = json.loads(done.stdout)["modules"]
    rejected = [each for each in result["rejected"] if each["slug"] != "replies-used-up"]
    return run_pytest(root, output), len(rejected)


if __name__ == "__main__":
    main()
