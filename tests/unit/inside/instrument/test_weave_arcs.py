"""Probes tell every line and branch apart that coverage counts, and each arc says which lines it means."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import coverage
import pytest

from testwright.inside.instrument import FINER_KINDS, Recorder

Load = Callable[[str], tuple[dict[str, Any], Recorder]]


def kinds(recorder: Recorder, numbers: Iterable[int]) -> list[str]:
    return [recorder.arcs[number].kind for number in numbers]


def hit_kinds(load: Load, source: str, *args: Any) -> list[str]:
    namespace, recorder = load(source)
    try:
        namespace["f"](*args)
    except (LookupError, ValueError, TypeError, ArithmeticError):
        return [*kinds(recorder, recorder.hit_numbers()), "raised"]
    return kinds(recorder, recorder.hit_numbers())


@pytest.mark.parametrize(
    ("body", "argument", "expected"),
    [
        ("return x", 1, []),
        ("if x: y = 1\nreturn 2", 1, ["if-true"]),
        ("if x: y = 1\nreturn 2", 0, ["if-false"]),
        ("for i in x: pass", [], ["loop-exit"]),
        ("for i in x: pass", [1], ["loop-body", "loop-exit"]),
        ("for i in x: break", [1], ["loop-body"]),
        ("for i in x: break\nz = 1", [1], ["loop-body", "statement"]),
        ("while x:\n  x -= 1", 2, ["loop-body", "loop-exit"]),
        ("try: int(x)\nexcept ValueError: pass", "1", ["try-end"]),
        ("try: int(x)\nexcept ValueError: pass", "a", ["except"]),
        ("try: int(x)\nexcept ValueError: pass", None, ["except-none", "raised"]),
        ("try: int(x)\nexcept ValueError: pass\nelse: y = 1", "1", ["else"]),
        ("try: int(x)\nfinally: y = 1", "1", ["try-end", "finally"]),
        ("try: int(x)\nfinally: y = 1", "a", ["finally", "raised"]),
        ("y = int(x)\nz = 1", "1", ["statement"]),
        ("y = int(x)\nz = 1", "a", ["raised"]),
        ("y = x\nz = 1", "a", []),
        ("match x:\n  case 1: pass\n  case 2: pass", 2, ["case"]),
        ("match x:\n  case 1: pass\n  case 2: pass", 3, ["case-none"]),
        ("return 1 if x else 2", 1, ["ifexp-true"]),
        ("return 1 if x else 2", 0, ["ifexp-false"]),
        ("return x and 3", 1, ["boolop"]),
        ("return x and 3", 0, []),
        ("return [i for i in x if i]", [0], []),
        ("return [i for i in x if i]", [1], ["comprehension-body"]),
        ("return (lambda: x)()", 1, ["lambda"]),
        ("with memoryview(x): y = 1", b"", ["with"]),
        ("with memoryview(x): y = int('1')", b"", ["with", "with-end"]),
        ("with memoryview(x): y = 1", 1, ["raised"]),
    ],
)
def test_kinds_that_a_run_hits(load: Load, body: str, argument: object, expected: list[str]) -> None:
    source = "def f(x):\n" + textwrap.indent(body, "  ")

    assert hit_kinds(load, source, argument) == ["function-entry", *expected]


def test_arcs_are_numbered_in_order_and_know_their_function(load: Load) -> None:
    _, recorder = load("""\
        def f(x):
            def g(y):
                return y
            return g if x else lambda: 1

        class C:
            def m(self):
                class D:
                    def n(self): pass
    """)

    assert [arc.number for arc in recorder.arcs] == list(range(len(recorder.arcs)))
    assert [(arc.qualname, arc.kind) for arc in recorder.arcs] == [
        ("", "module"),
        ("f", "function-entry"),
        ("f.<locals>.g", "function-entry"),
        ("f", "ifexp-true"),
        ("f", "ifexp-false"),
        ("f", "lambda"),
        ("C.m", "function-entry"),
        ("C.m.<locals>.D.n", "function-entry"),
    ]


def test_two_walks_number_alike(load: Load) -> None:
    source = Path(textwrap.__file__).read_text(encoding="utf-8")

    assert load(source)[1].arcs == load(source)[1].arcs


PROGRAMS: dict[str, tuple[str, list[Any]]] = {
    "conditions": (
        """
        def f(x):
            if x < 0:
                y = 1
            elif x == 0:
                return "zero"
            elif x > 100:
                raise ValueError
            else:
                y = 2
            if y == 1 and x < -5:
                y = 3
            return y
        """,
        [5, 0, -1, -9, 101, "a"],
    ),
    "loops": (
        """
        def f(xs):
            total = 0
            for x in xs:
                if x == 1:
                    continue
                if x == 2:
                    break
                while x > 10:
                    x -= 3
                    if x == 12:
                        return "twelve"
                else:
                    total += x
                total += 1
            else:
                total *= 2
            return (
                total
            )
        """,
        [[], [1], [2], [3], [15], [11], [20, 1], [1, 2], ["a"], [3, "a"]],
    ),
    "statements that may raise": (
        """
        def f(d):
            a = d["a"]
            b = int(a)
            c = 10 / b
            e = d["e"]
            del d["e"]
            return e[c]
        """,
        [{}, {"a": "x"}, {"a": 0}, {"a": 5}, {"a": 5, "e": {}}, {"a": 5, "e": {2.0: 1}}],
    ),
    "exceptions": (
        """
        def f(x):
            try:
                y = {1: "1", 2: "a", 3: None}[x]
                z = int(y)
            except KeyError:
                z = 0
            except ValueError:
                if x == 2:
                    return "two"
            else:
                z += 1
            finally:
                w = str(x)
            try:
                z = 10 / (x - 5)
            except ArithmeticError as error:
                raise RuntimeError from error
            return z
        """,
        [1, 2, 3, 4, 5, None],
    ),
    "with": (
        """
        from contextlib import suppress
        def f(x):
            with suppress(KeyError), suppress(IndexError):
                a = {1: [2]}[x]
                b = a[0]
                if b == 2:
                    c = 3
            with suppress(ValueError):
                return int(x)
            return "end"
        """,
        [1, 2, "a", [], None],
    ),
    "match": (
        """
        def f(x):
            match x:
                case 1:
                    y = "one"
                case [a, b] if a > b:
                    y = a
                case {"k": v}:
                    return v
                case str():
                    y = int(x)
                    y += 1
            match y:
                case "one":
                    return 1
                case _:
                    return y
        """,
        [1, [2, 1], [1, 2], {"k": 3}, "5", "a", None, [1, "a"]],
    ),
    "nested functions and classes": (
        """
        def f(n):
            "doc"
            class Counter:
                "doc"
                start = 0
                def step(self, by: int = 1) -> int:
                    if by > 2:
                        return -1
                    return by
            def run(k):
                for i in range(k):
                    yield Counter().step(i)
            limit: int
            out = list(run(n))
            if len(out) > 3:
                return [
                    o
                    for o in out
                    if o > 0
                ]
            return out
        """,
        [0, 1, 4, "a"],
    ),
    "cleanup": (
        """
        def f(x):
            for i in range(3):
                try:
                    if x[i] == 0:
                        break
                    if x[i] == 1:
                        continue
                    if x[i] == 2:
                        return "two"
                finally:
                    done = i
            else:
                return "else"
            return "after"
        """,
        [[0], [1, 0], [2], [3, 3, 3], [1, 1, 1], []],
    ),
}


def covered_by(path: Path, argument: Any) -> tuple[set[int], set[tuple[int, int]], set[int]]:
    """(lines, branch arcs) that one call covers after the import, and every line there is."""
    watcher = coverage.Coverage(branch=True, data_file=None, config_file=False, include=[str(path)])
    namespace: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec", dont_inherit=True), namespace)
    watcher.start()
    try:
        call(namespace["f"], argument)
    finally:
        watcher.stop()
    report = path.with_suffix(".json")
    watcher.json_report(outfile=str(report))
    (found,) = json.loads(report.read_text())["files"].values()
    lines = set(found["executed_lines"])
    return lines, {(start, end) for start, end in found["executed_branches"]}, lines | set(found["missing_lines"])


def call(function: Callable[[Any], Any], argument: Any) -> None:
    try:
        function(argument)
    except (LookupError, ValueError, TypeError, ArithmeticError, RuntimeError, NameError):
        return


# The tracer that other coverage is measured with must be left alone, and cannot be while this suite is measured.
measured = pytest.mark.skipif(
    bool(os.environ.get("COVERAGE_RUN")), reason="another coverage measurement is running in this process"
)


@measured
@pytest.mark.parametrize("name", PROGRAMS)
def test_new_coverage_always_hits_a_new_probe(load: Load, tmp_path: Path, name: str) -> None:
    source, arguments = PROGRAMS[name]
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(source))
    for order in (arguments, arguments[::-1], sorted(arguments, key=repr)):
        namespace, recorder = load(source)
        seen_hits: set[int] = set()
        seen_covered: set[Any] = set()
        for argument in order:
            lines, arcs, _ = covered_by(path, _fresh(argument))
            recorder.reset()
            call(namespace["f"], _fresh(argument))
            hits = set(recorder.hit_numbers())
            if not (lines | arcs) <= seen_covered:
                assert not hits <= seen_hits, (argument, (lines | arcs) - seen_covered)
            seen_hits |= hits
            seen_covered |= lines | arcs


@measured
@pytest.mark.parametrize("name", PROGRAMS)
def test_lines_of_the_hit_arcs_are_the_covered_lines(load: Load, tmp_path: Path, name: str) -> None:
    source, arguments = PROGRAMS[name]
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(source))
    namespace, recorder = load(source)
    for argument in arguments:
        lines, _, statements = covered_by(path, _fresh(argument))
        recorder.reset()
        call(namespace["f"], _fresh(argument))
        told = {line for number in recorder.hit_numbers() for line in recorder.arcs[number].lines}
        assert told & statements == lines, argument


@measured
def test_a_missing_probe_is_seen(load: Load, tmp_path: Path) -> None:
    """The same comparison fails when the probes for one kind are taken away."""
    source, arguments = PROGRAMS["statements that may raise"]
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(source))
    namespace, recorder = load(source)
    seen: list[tuple[set[int], set[int]]] = []
    for argument in arguments:
        recorder.reset()
        call(namespace["f"], _fresh(argument))
        hits = {number for number in recorder.hit_numbers() if recorder.arcs[number].kind != "statement"}
        seen.append((hits, covered_by(path, _fresh(argument))[0]))

    assert len({frozenset(hits) for hits, _ in seen}) < len({frozenset(lines) for _, lines in seen})


def test_finer_kinds_are_the_ones_that_guard_no_line_of_their_own(load: Load) -> None:
    for source, _ in PROGRAMS.values():
        _, recorder = load(source)
        assert not [arc for arc in recorder.arcs if arc.kind in FINER_KINDS and arc.lines]


def _fresh(argument: Any) -> Any:
    return argument.copy() if isinstance(argument, dict) else argument
