"""Figures of modules and functions: by hand, and equal to what `coverage json` says of real runs."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testwright.assess.module_figures import ModuleFigures, module_figures
from testwright.assess.statement_survey import survey_of
from testwright.nouns import BranchPoint, FileCoverage, FunctionCoverage, ModuleCoverage

STANDARD = (
    "argparse",
    "ast",
    "dataclasses",
    "difflib",
    "fractions",
    "inspect",
    "pprint",
    "shlex",
    "string",
    "textwrap",
)
ODD = '''\
"""Odd shapes."""
import contextlib
from typing import overload

class Cart:
    @property
    def total(self):
        return 1

    @total.setter
    def total(self, value):
        if value:
            self.value = value

@overload
def f(x: int) -> int: ...
@overload
def f(x: str) -> str: ...
def f(x):
    def inner(y):
        if y: return 1
        return 2
    if x:
        return inner(x)
    return [i for i in range(3) if i]

def skipped():  # pragma: no cover
    if 1 > 2:
        pass

def flow(items):
    for item in items:
        try:
            if item > 2:
                break
            elif item:
                continue
        except TypeError:
            return 1
        except ValueError:
            pass
        finally:
            item = 0
    else:
        return 3
    while items:
        with contextlib.suppress(Exception):
            match items.pop():
                case 1 | 2:
                    return 4
                case [a, b] if a:
                    return 5
                case _:
                    pass
    return 6

def only_inner():
    def inner(): return 1
'''
RUN = """\
import fractions_, textwrap_, string_, shlex_, pprint_, argparse_, dataclasses_, ast_, difflib_, inspect_, json_, odd
textwrap_.wrap("some words to wrap here", 9); textwrap_.dedent(" a\\n b"); textwrap_.shorten("a b c d", 5)
json_.loads('{"a": [1, 2.5, null, "x"]}'); json_.dumps({"b": [1, {"c": None}]}, indent=1)
p = argparse_.ArgumentParser(); p.add_argument("-x", type=int, default=1); p.add_argument("rest", nargs="*")
p.parse_args(["-x", "3", "a"]); p.format_help()
D = dataclasses_.make_dataclass("D", ["x", ("y", int, 3)]); dataclasses_.asdict(D(1))
fractions_.Fraction(1, 3) + fractions_.Fraction("2.5"); shlex_.split("a 'b c' d"); pprint_.pformat({"a": list(range(40))})
ast_.unparse(ast_.parse("def f(x): return x + 1")); list(difflib_.ndiff(["a"], ["b"]))
inspect_.signature(p.parse_args); string_.Template("$a").safe_substitute(a=1)
c = odd.Cart(); c.total = 1; odd.f(0); odd.flow([1]); odd.flow([]); odd.flow([3, 1, 0])
"""


@dataclass(frozen=True)
class Measured:
    """A file, and what coverage.py's JSON says of it."""

    path: Path
    told: dict[str, Any]

    @property
    def coverage(self) -> FileCoverage:
        ends: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for which, name in enumerate(("executed_branches", "missing_branches")):
            for start, end in self.told[name]:
                ends[start][which].append(end)
        return FileCoverage(
            path=str(self.path),
            statements=frozenset(self.told["executed_lines"]) | frozenset(self.told["missing_lines"]),
            covered=frozenset(self.told["executed_lines"]),
            branches=tuple(
                BranchPoint(line, len(done) + len(left), len(done), tuple(left)) for line, (done, left) in ends.items()
            ),
        )

    def figures(self) -> ModuleCoverage:
        found = module_figures(
            self.coverage, survey_of(self.path.read_bytes()), module=self.path.stem, root=str(self.path.parent)
        )
        return found.rated()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measured]:
    """Copies under other names: coverage.py has imported the originals before it measures."""
    folder = tmp_path_factory.mktemp("measured").resolve()
    for name in STANDARD:
        shutil.copy(str(importlib.import_module(name).__file__), folder / f"{name}_.py")
    shutil.copytree(str(Path(json.__file__).parent), folder / "json_", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "odd.py").write_text(ODD)
    (folder / "run.py").write_text(RUN)
    (folder / ".coveragerc").write_text("[run]\nbranch = True\nsource = .\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    for words in (["run", "run.py"], ["json", "-q", "-o", "report.json"]):
        command = [sys.executable, "-m", "coverage", *words]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=120)
    files = json.loads((folder / "report.json").read_text())["files"]
    return {Path(name).as_posix(): Measured(folder / name, told) for name, told in files.items()}


def test_functions_equal_those_that_coverage_reports(measured: dict[str, Measured]) -> None:
    compared = 0
    for name, each in measured.items():
        theirs = {key: told for key, told in each.told["functions"].items() if key}
        mine = {function.qualname: function for function in each.figures().functions}
        assert list(mine) == list(theirs), name
        for key, told in theirs.items():
            assert seen(mine[key]) == counted(told), (name, key)
        compared += len(theirs)
    assert compared > 500
    assert set(measured) >= {"odd.py", "json_/decoder.py", "argparse_.py"}


def seen(function: FunctionCoverage) -> tuple[object, ...]:
    ways = sorted((way.line, way.end) for way in function.missing_branches)
    figures = (function.statements, function.covered, function.branches, function.taken)
    return (*figures, list(function.missing_lines), ways, round(100 * function.fraction, 6))


def counted(told: dict[str, Any]) -> tuple[object, ...]:
    summary = told["summary"]
    figures = (
        summary["num_statements"],
        summary["covered_lines"],
        summary["num_branches"],
        summary["covered_branches"],
    )
    ways = sorted((start, end) for start, end in told["missing_branches"])
    return (*figures, told["missing_lines"], ways, round(summary["percent_covered"], 6))


def test_modules_equal_those_that_coverage_reports(measured: dict[str, Measured]) -> None:
    for name, each in measured.items():
        mine, summary = each.figures(), each.told["summary"]
        assert (mine.statements, mine.covered) == (summary["num_statements"], summary["covered_lines"]), name
        assert (mine.branches, mine.taken) == (summary["num_branches"], summary["covered_branches"]), name
        assert mine.percent == pytest.approx(summary["percent_covered"]), name
        assert list(mine.missing_lines) == each.told["missing_lines"], name


def test_words_say_the_same_way_as_coverage_does(measured: dict[str, Measured]) -> None:
    """True and false, entered and ended: of each way that both have words for, over all measured files."""
    from coverage import Coverage
    from coverage.python import PythonFileReporter

    both = 0
    for name, each in measured.items():
        reporter = PythonFileReporter(str(each.path), Coverage(data_file=None, config_file=False))
        for function in each.figures().functions:
            for way in function.missing_branches:
                theirs = reporter.missing_arc_description(way.line, way.end)
                expected = next((ours for said, ours in SAME if said in theirs), None)
                if expected and not way.words.startswith("line "):
                    assert any(word in way.words for word in expected), (name, way, theirs)
                    both += 1
    assert both > 300


SAME = [
    ("was never true", ("is never true",)),
    ("was always true", ("is never false",)),
    ("never started", ("is never entered",)),
    ("didn't complete", ("ends by itself",)),
    ("never matched", ("never matches",)),
    ("always matched", ("matches always",)),
    ("didn't happen", ("lets an exception pass", "catches anything")),
]

SOURCE = """\
import subprocess

def pay(rows, how):
    if not rows:
        return 0
    for row in rows:
        if row:
            break
    return subprocess.run(how)

def done():
    return 1
"""


def covered(*lines: int, branches: tuple[BranchPoint, ...] | None = (), **more: Any) -> FileCoverage:
    return FileCoverage(
        "/p/src/shop.py", frozenset({1, 3, 4, 5, 6, 7, 8, 9, 11, 12}), frozenset(lines), branches, **more
    )


def figures(file: FileCoverage, **more: Any) -> ModuleCoverage:
    found = module_figures(file, survey_of(SOURCE), module="shop", root="/p")
    return found.rated(**more)


PARTLY = covered(
    *(1, 3, 4, 6, 7, 9, 11, 12),
    branches=(BranchPoint(4, 2, 1, (5,)), BranchPoint(6, 2, 2), BranchPoint(7, 2, 1)),
    tests={1: ("import",), 4: ("test_b", "test_a"), 9: ("test_c", "test_a")},
)


def test_a_function_is_told_with_all_its_figures() -> None:
    pay, done = figures(PARTLY, commits=3, importers=1).functions

    assert (pay.module, pay.path, pay.qualname, pay.line, pay.end_line) == ("shop", "src/shop.py", "pay", 3, 9)
    assert (pay.statements, pay.covered, pay.missing_lines, pay.branches, pay.taken) == (6, 4, (5, 8), 6, 4)
    assert pay.complexity == 4
    assert pay.risk == pytest.approx(16 * (1 / 3) ** 3)
    assert pay.crap == pytest.approx(pay.risk + 4)
    assert pay.priority == pytest.approx(pay.risk * 3 * 1.25)
    assert (pay.effort.tests, pay.effort.size, pay.effort.hard_inputs) == (2, "S", ("subprocesses",))
    assert pay.tests == ("test_a", "test_b", "test_c")
    assert not pay.is_tested
    assert done.is_tested
    assert (done.effort.tests, done.effort.hard_inputs, done.risk, done.tests) == (0, (), 0, ())


def test_missing_ways_are_in_words_and_counts_alone_are_said_as_such() -> None:
    assert [(way.line, way.end, way.words) for way in figures(PARTLY).functions[0].missing_branches] == [
        (4, 5, "`if not rows` is never true"),
        (7, 0, "1 of 2 ways on from line 7 is never taken"),
    ]


def test_a_module_sums_up_its_functions_and_its_own_lines() -> None:
    module = figures(PARTLY)

    assert (module.module, module.path, module.statements, module.covered) == ("shop", "src/shop.py", 10, 8)
    assert (module.missing_lines, module.branches, module.taken) == ((5, 8), 6, 4)
    assert module.percent == pytest.approx(100 * 12 / 16)
    assert module.priority == sum(function.priority for function in module.functions) > 0


def test_unmeasured_and_stale_files_stay_so() -> None:
    module = figures(covered(measured=False, stale="older"))

    assert (module.measured, module.stale, module.covered) == (False, "older", 0)


def test_without_branches_effort_is_estimated_from_complexity() -> None:
    module = figures(covered(1, 3, 11, branches=None))
    pay, done = module.functions

    assert (module.branches, module.taken, pay.branches, pay.taken) == (None, None, 0, 0)
    assert (pay.effort.tests, pay.effort.size) == (5, "M")  # six ways and one in, and a subprocess
    assert done.effort.tests == 1


@pytest.mark.parametrize(("line", "changed"), [(3, True), (9, True), (1, False), (10, False), (12, False)])
def test_a_function_is_changed_by_lines_of_its_body_or_signature(line: int, changed: bool) -> None:
    pay = figures(PARTLY, changed_lines=frozenset({line})).functions[0]

    assert pay.changed is changed
    assert pay.priority == pytest.approx(pay.risk * (4 if changed else 1))


def test_history_and_importers_make_a_function_more_urgent() -> None:
    alone, shared = figures(PARTLY).functions[0], figures(PARTLY, commits=3, importers=1).functions[0]
    assert (alone.commits, alone.importers, shared.commits, shared.importers) == (None, 0, 3, 1)
    assert shared.priority == pytest.approx(alone.risk * 3 * 1.25)


def test_what_is_told_of_lines_beyond_the_source_is_of_no_function() -> None:
    lines = frozenset({0, 3, 12, 13, 999})
    file = FileCoverage("/p/src/shop.py", lines, frozenset({999}), (BranchPoint(999, 2, 1), BranchPoint(-1, 2, 1)))

    assert [(each.statements, each.branches) for each in figures(file).functions] == [(0, 0), (1, 0)]


def test_where_nothing_is_missing_no_words_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("worked out though nothing is missing")

    for name in ("HardInputs", "BranchWords"):
        monkeypatch.setattr(f"testwright.assess.module_figures.{name}", never)
    everything = frozenset({1, 3, 4, 5, 6, 7, 8, 9, 11, 12})

    assert all(function.is_tested for function in figures(covered(*everything)).functions)


def test_what_holds_for_source_and_evidence_can_be_stored() -> None:
    found = module_figures(PARTLY, survey_of(SOURCE), module="shop", root="/p")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=ModuleFigures) == found
