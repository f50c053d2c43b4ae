"""Says what is wrong with the tests of a suite as they are written: what they assert, wait for, ask, and skip for long."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from testwright.assess.hard_inputs import HardInputs
from testwright.nouns import SuiteFinding, WrittenTest
from testwright.python_source.file_of_tests import FileOfTests, TestFunction
from testwright.python_source.indexed_text import IndexedText
from testwright.python_source.parsing import parse_source
from testwright.python_source.source_text import decorator_names, source_of
from testwright.python_source.written_tests import read_tests

__all__ = ["WEAK", "ReadSuite", "Skipped", "read_suite"]

WEAK = frozenset({"asserts-nothing", "cannot-fail", "asserts-only-not-none"})
"""The kinds of finding that mean that a test would pass whatever the code gave."""
LONG_DAYS = 180
_NOW = frozenset({"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "ctime", "strftime"})
_FROZEN = ("freez", "time_machine", "travel", "clock", "monkeypatch", "mock", "patch")
"""Parts of the names of fixtures and decorators that may stop the clock."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A test that was skipped: the lines of its mark, or of the test where there is none."""

    path: str
    first: int
    last: int


@dataclass(slots=True)
class ReadSuite:
    """`lines` says where each test function begins, by pytest's id without a row."""

    findings: list[SuiteFinding] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


def read_suite(
    nodes: Mapping[str, str], root: str, tops: frozenset[str], age_of: Callable[[Skipped], float | None]
) -> ReadSuite:
    """`nodes` gives the outcome of each test by pytest's id, `tops` are the first names of the project's modules, and
    `age_of` says how many days ago the lines were last changed, None where that is not known. What cannot be read has no
    findings.
    """
    by_file: dict[str, dict[str, list[str]]] = {}
    for node in nodes:
        path, _, name = node.partition("::")
        by_file.setdefault(path, {}).setdefault(name.partition("[")[0], []).append(node)
    read = ReadSuite()
    for path, names in sorted(by_file.items()):
        read.findings += _of_file(path, names, nodes, root, tops, age_of, read.lines)
    return read


def _of_file(
    path: str,
    names: Mapping[str, list[str]],
    outcomes: Mapping[str, str],
    root: str,
    tops: frozenset[str],
    age_of: Callable[[Skipped], float | None],
    lines: dict[str, int],
) -> Iterator[SuiteFinding]:
    try:
        source = Path(root, path).read_bytes()
        text = source.decode("utf-8-sig")
        file, written = FileOfTests.of(text), read_tests(text, tops)
        hard = HardInputs(parse_source(text), IndexedText(text.encode()), "", awkward=())
    except (OSError, SyntaxError, ValueError, RecursionError):  # pytest has said so; a doctest file is no Python
        return
    for test in file.tests():
        rows = names.get(test.node, [])
        if not rows:
            continue
        place = (f"{path}::{test.node}", path)
        lines[place[0]] = test.function.lineno
        yield from _of_assertions(place, test, written[test.node])
        yield from _of_time(place, test, written[test.node], hard)
        if all(outcomes[row] == "skipped" for row in rows):
            yield from _of_skipping(place, test, age_of)


def _of_assertions(place: tuple[str, str], test: TestFunction, written: WrittenTest) -> Iterator[SuiteFinding]:
    if written.may_assert:
        return
    if not written.effective and written.trivial:
        each = written.trivial[0]
        yield SuiteFinding(
            "cannot-fail",
            *place,
            each.line,
            f"`{each.text}` holds whatever the code gives",
            "compare what the code gives with what it should give",
        )
    elif not written.effective:
        yield SuiteFinding(
            "asserts-nothing",
            *place,
            written.line,
            "no assertion: it passes whatever the code gives",
            "assert what the code gives, or what it changed",
        )
    elif (line := _only_not_none(test)) and written.effective == _assertions(test):
        yield SuiteFinding(
            "asserts-only-not-none",
            *place,
            line,
            "all that it asserts is that something is not None",
            "assert what it is",
        )


def _assertions(test: TestFunction) -> int:
    return sum(isinstance(node, ast.Assert) or _is_not_none_call(node) for node in ast.walk(test.function))


def _only_not_none(test: TestFunction) -> int:
    """The line of the first assertion, if all of them are such; else 0."""
    asserted = [node for node in ast.walk(test.function) if isinstance(node, ast.Assert)]
    calls = [node for node in ast.walk(test.function) if _is_not_none_call(node)]
    if not all(_is_not_none(node.test) for node in asserted):
        return 0
    return min((node.lineno for node in (*asserted, *calls) if isinstance(node, ast.Assert | ast.Call)), default=0)


def _is_not_none(node: ast.expr) -> bool:
    match node:
        case ast.Compare(ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
            return True
    return False


def _is_not_none_call(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="assertIsNotNone")):
            return True
    return False


def _of_time(
    place: tuple[str, str], test: TestFunction, written: WrittenTest, hard: HardInputs
) -> Iterator[SuiteFinding]:
    if written.sleeps:
        each = written.sleeps[0]
        yield SuiteFinding(
            "sleeps", *place, each.line, f"it waits: `{each.text}`", "wait for what should happen, or replace the sleep"
        )
    elif "the clock" in hard.of(test.function) and _names_now(test) and not _may_stop_the_clock(test):
        yield SuiteFinding(
            "asks-the-clock",
            *place,
            written.line,
            "it reads the time of now, which is another one each time",
            "give the code a fixed time, by a parameter or with time-machine",
        )


def _names_now(test: TestFunction) -> bool:
    """Not just how long something took."""
    names = {node.attr for node in ast.walk(test.function) if isinstance(node, ast.Attribute)}
    return bool(_NOW & (names | {node.id for node in ast.walk(test.function) if isinstance(node, ast.Name)}))


def _may_stop_the_clock(test: TestFunction) -> bool:
    function = test.function
    arguments = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    managers = [
        source_of(item.context_expr)
        for node in ast.walk(function)
        if isinstance(node, ast.With | ast.AsyncWith)
        for item in node.items
    ]
    names = [*decorator_names(function), *arguments, *managers]
    return any(part in name.lower() for name in names for part in _FROZEN)


def _of_skipping(
    place: tuple[str, str], test: TestFunction, age_of: Callable[[Skipped], float | None]
) -> Iterator[SuiteFinding]:
    function = test.function
    marks = [mark for mark in function.decorator_list if "skip" in source_of(mark)]
    first = marks[0].lineno if marks else function.lineno
    last = (marks[0].end_lineno if marks else function.end_lineno) or first
    days = age_of(Skipped(place[1], first, last))
    if days is not None and days >= LONG_DAYS:
        yield SuiteFinding(
            "skipped-for-long",
            *place,
            first,
            f"it has been skipped for {days / 30.4:.0f} months",
            "mend it or delete it: nobody misses what it tells",
        )
