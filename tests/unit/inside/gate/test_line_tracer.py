"""The tracer and coverage.py must see the same."""

from __future__ import annotations

import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coverage
import pytest

from testwright.execute.coverage_figures import executed
from testwright.inside.gate.line_tracer import Arc, LineTracer

PROGRAMS = {
    "branches": """
        def sign(x):
            if x > 0:
                return 1
            elif x < 0:
                return -1
            return 0
        sign(3)
        sign(0)
        """,
    "loops": """
        def first_even(items):
            for item in items:
                if item % 2 == 0:
                    break
            else:
                return None
            while item > 10:
                item -= 1
                continue
            return item
        first_even([1, 3])
        first_even([1, 12])
        """,
    "exceptions": """
        def divide(a, b):
            try:
                return a / b
            except ZeroDivisionError as error:
                raise ValueError("b") from error
            except TypeError:
                pass
            else:
                print("never")
            finally:
                a = None
        divide(1, 2)
        divide(1, "x")
        try:
            divide(1, 0)
        except ValueError:
            pass
        """,
    "leaves by exception": """
        def inner():
            raise KeyError(
                "x"
            )
        def outer():
            inner()
            return 1
        try:
            outer()
        except KeyError: pass
        """,
    "generators": """
        def count(n):
            for i in range(n):
                got = yield i
                if got:
                    return got
        def chain(n):
            result = yield from count(n)
            return result
        list(chain(2))
        it = chain(5)
        next(it)
        try:
            it.send("stop")
        except StopIteration:
            pass
        unfinished = count(3)
        next(unfinished)
        unfinished.close()
        """,
    "async": """
        import asyncio
        class Room:
            async def __aenter__(self):
                await asyncio.sleep(0)
                return self
            async def __aexit__(self, *args):
                return False
        async def numbers():
            for i in range(2):
                yield i
                await asyncio.sleep(0)
        async def main():
            async with Room() as room:
                async for n in numbers():
                    if n:
                        await asyncio.sleep(0)
            return [x async for x in numbers() if x]
        asyncio.run(main())
        """,
    "with": """
        import contextlib
        @contextlib.contextmanager
        def room(fail):
            try:
                yield 1
            finally:
                fail = None
        def use(n):
            with room(False) as a, room(True):
                if n:
                    return a
                n = 2
            return n
        use(0)
        use(1)
        with contextlib.suppress(ValueError):
            with room(1):
                raise ValueError
        """,
    "comprehensions and lambdas": """
        square = lambda x: x * x
        even = [
            square(x)
            for x in range(4)
            if x % 2 == 0
        ]
        table = {k: v for k, v in zip("ab", "cd")}
        lazy = (x for x in even if x)
        next(lazy)
        never = lambda: 1
        """,
    "match": """
        def kind(value):
            match value:
                case int() if value > 3:
                    return "big"
                case {"a": [x, *_]}:
                    return x
                case "s" | "t":
                    return "letter"
                case _:
                    return None
        kind(4)
        kind({"a": [1, 2]})
        kind(None)
        """,
    "classes and decorators": """
        import functools
        def twice(function):
            @functools.wraps(function)
            def inner(*args):
                function(*args)
                return function(
                    *args
                )
            return inner
        class Cart:
            size: int = 0
            @twice
            def add(
                self,
                n,
            ):
                self.size += n
                return self
            @property
            def empty(self):
                return not self.size
        if Cart().add(2).empty:
            never = 1
        """,
    "one line": """
        def f(x):
            if x: return 1
            for i in []: pass
            return 2 if x is None else 3
        f(0); f(None)
        """,
    "recursion": """
        def depth(n):
            if not n:
                return 0
            return 1 + depth(
                n - 1)
        depth(3)
        """,
    "threads": """
        import threading
        def work(n):
            for i in range(n):
                seen.append(i)
        seen = []
        threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """,
    "docstring, pragma, global": '''
        """A module."""
        COUNT = 0
        def bump():
            """Counts."""
            global COUNT
            COUNT += 1
            if COUNT > 5:  # pragma: no cover
                raise OverflowError
        bump()
        def never():  # pragma: no cover
            return 1
        ''',
}


def traced(source: Path, run: Callable[[], Any]) -> frozenset[Arc]:
    tracer = LineTracer(str(source))
    before = sys.gettrace(), threading.gettrace()
    tracer.start()
    try:
        run()
    finally:
        tracer.stop()
        sys.settrace(before[0])
        threading.settrace(before[1])  # type: ignore[arg-type]  # None is what it was
    return tracer.switch()


def covered(source: Path, run: Callable[[], Any]) -> frozenset[Arc]:
    before = sys.gettrace(), threading.gettrace()
    measured = coverage.Coverage(data_file=None, branch=True, config_file=False, include=[str(source)])
    measured.start()
    try:
        run()
    finally:
        measured.stop()
        sys.settrace(before[0])
        threading.settrace(before[1])  # type: ignore[arg-type]  # None is what it was
    return frozenset(measured.get_data().arcs(str(source)) or ())


@pytest.mark.parametrize("name", PROGRAMS)
def test_sees_what_coverage_sees(name: str, tmp_path: Path) -> None:
    source = tmp_path / "program.py"
    source.write_text(textwrap.dedent(PROGRAMS[name]))
    code = compile(source.read_text(), str(source), "exec")

    ours = traced(source, lambda: exec(code, {"__name__": "program"}))
    theirs = covered(source, lambda: exec(code, {"__name__": "program"}))

    assert ours == theirs
    assert executed(source, ours) == executed(source, theirs)
    assert executed(source, ours)[0]


def test_agrees_on_a_real_module(tmp_path: Path) -> None:
    """The standard library's own code, long and by many hands."""
    source = tmp_path / "wrapping.py"
    source.write_text(Path(textwrap.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    code = compile(source.read_text(encoding="utf-8"), str(source), "exec")

    def run() -> None:
        module: dict[str, Any] = {"__name__": "wrapping"}
        exec(code, module)
        module["wrap"]("some words that are-hyphenated and too loooooooooong " * 9, width=17, break_on_hyphens=True)
        module["shorten"]("a b c d e", width=5, placeholder="…")
        module["dedent"]("  a\n    b\n")

    assert traced(source, run) == covered(source, run)


def test_switch_divides_what_was_seen(tmp_path: Path) -> None:
    source = tmp_path / "program.py"
    source.write_text("def one():\n    return 1\ndef two():\n    return 2\n")
    module: dict[str, Any] = {}
    exec(compile(source.read_text(), str(source), "exec"), module)
    tracer = LineTracer(str(source))
    parts: list[frozenset[Arc]] = []

    def run() -> None:
        for name in ("one", "two"):
            module[name]()
            parts.append(tracer.switch())

    before = sys.gettrace()
    tracer.start()
    try:
        run()
    finally:
        tracer.stop()
        sys.settrace(before)

    assert parts == [{(-1, 2), (2, -1)}, {(-3, 4), (4, -3)}]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "program.py"
    source.write_text("")
    assert traced(source, lambda: textwrap.dedent(" x")) == frozenset()


def test_knows_the_file_by_another_path(tmp_path: Path) -> None:
    source = tmp_path / "program.py"
    source.write_text("x = 1\n")
    (tmp_path / "link").symlink_to(tmp_path)
    code = compile(source.read_text(), str(tmp_path / "link" / "program.py"), "exec")
    assert (-1, 1) in traced(source, lambda: exec(code, {}))
