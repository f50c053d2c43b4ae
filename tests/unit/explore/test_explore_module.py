"""Exploring finds what was planted deep in small modules, and each mechanism that should lead there does."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from testwright.explore.explore_module import Exploration, explore_module
from testwright.inside.exploring.frontier import FINER
from testwright.nouns import Target

EXECUTIONS = 8000

PLANTED = {
    "a text compared after another": (
        """
        def f(text):
            head, _, tail = text.partition("=")
            if head == "".join(("kilo", "gram")):  # no literal of the source
                if tail.startswith("0" + "x"):
                    return "deep"
            return "far"
        """,
        "substitution",
    ),
    "a part that is parsed, and its order": (
        """
        from datetime import date

        def f(text: str):
            first, dots, last = text.partition("..")
            start = date.fromisoformat(first)
            end = date.fromisoformat(last) if dots else start
            if end < start:
                raise ValueError("the range ends before it starts")
            return start, end
        """,
        "substitution",
    ),
    "options of a command line": (
        """
        import argparse

        def main(argv=None):
            parser = argparse.ArgumentParser(prog="tool")
            parser.add_argument("path")
            parser.add_argument("--level", type=int, default=1)
            parser.add_argument("--loud", action="store_true")
            args = parser.parse_args(argv)
            if args.level > 3:
                parser.error("level too high")
            return 1 if args.loud else 0
        """,
        "",
    ),
    "rows as long as there are rows, and an action that fails": (
        """
        def corner(rows):
            if not rows or any(len(row) != len(rows) for row in rows):
                raise ValueError("not square")
            if len(rows) < 3:
                return rows[0][0]
            return rows[2][2]

        def attempt(action):
            try:
                return action()
            except KeyError:
                return "missing"
        """,
        "",
    ),
    "a line of a file": (
        """
        def f(path):
            with open(path) as file:
                for line in file:
                    line = line.rstrip()
                    if not line:
                        break
                    key, sep, value = line.partition(": ")
                    if not sep:
                        raise ValueError("bad header")
                return file.read()
        """,
        "",
    ),
    "a value that the interpreter asks for": (
        """
        def f(store, flag=False):
            entry = store["items"]
            entry.reverse()
            return "deep" if entry else "empty"
        """,
        "",
    ),
    "an option of the constructor, handed on to its base": (
        """
        class Field:
            def __init__(self, *, allow_blank: bool = False, fallback: str = ""):
                self.allow_blank = allow_blank
                self.fallback = fallback

        class Text(Field):
            def __init__(self, longest: int = 5, **options):
                super().__init__(**options)
                self.longest = longest

            def validate(self, value: str):
                if not value and self.allow_blank and self.fallback == "none":
                    return None
                return value[:self.longest]
        """,
        "",
    ),
    "flags that the module sets otherwise": (
        """
        try:
            import an_extra_that_nobody_has as extra
        except ImportError:
            extra = None

        STRICT = False

        class Report:
            _heading = "Report"

            def render(self, text: str):
                heading = self._heading
                return f"{heading}: {text}" if heading else text

        def check(text: str):
            if STRICT and not text.isidentifier():
                raise ValueError("not a name")
            if extra is None:
                return text
            return "extra"
        """,
        "switches",
    ),
    "tokens that are tuples": (
        """
        import re
        from typing import NamedTuple

        class Token(NamedTuple):
            kind: str
            text: str | None

        def parse(source: str):
            tokens = [Token("word" if t.isalpha() else "sign", t) for t in re.findall(r"[a-z]+|[^a-z]", source)]
            tokens += [Token("end", None)] * 4
            found = []
            if tokens[0].kind != "word":
                raise ValueError("a word is missing")
            if tokens[1] == ("sign", "<"):
                found.append("opened")
                if tokens[2] == ("sign", "~"):
                    found.append("not")
                    if tokens[3] == ("sign", ">"):
                        return found
            return found
        """,
        "substitution",
    ),
    "numbers that fulfil several equations": (
        """
        def f(first: int, second: int):
            if first + second == 1000:
                if first * 3 - second == 644:
                    return "both"
                return "one"
            return "none"
        """,
        "solving",
    ),
    "a length with a number of signs": (
        """
        def f(code: str):
            if code.count("-") * 2 == 8 and len(code) == 23:
                return "found"
            return "not found"
        """,
        "solving",
    ),
    "a callback that changes what it is given": (
        """
        def visit(items: list[int], callback):
            before = len(items)
            callback(items)
            if len(items) > before:
                return "grown"
            return "not grown"
        """,
        "callbacks",
    ),
    "a callback that fails first": (
        """
        class Busy(Exception):
            pass

        def patiently(action):
            try:
                return action()
            except Busy:
                return "again", action()
        """,
        "callbacks",
    ),
    "brackets in brackets in brackets": (
        """
        def depth(text: str):
            deepest = now = 0
            for sign in text:
                now += {"{": 1, "}": -1}.get(sign, 0)
                deepest = max(deepest, now)
            if now:
                raise ValueError("not balanced")
            if deepest > 4:
                return "deep"
            return "flat"
        """,
        "solving",
    ),
    "modules by their names": (
        """
        from importlib import import_module

        def load(parts: list[str], member: str):
            module = import_module(".".join(parts))
            found = getattr(module, member)
            return str(type(found))
        """,
        "",
    ),
    "an argument made by another method": (
        """
        class Signer:
            def __init__(self, key: str):
                self.key = key

            def sign(self, text: str) -> str:
                return f"{text}.{len(text) * 31 + sum(map(ord, self.key)) * 7}"

            def unsign(self, text: str) -> str:
                head, _, tail = text.rpartition(".")
                if self.sign(head) != text:
                    raise ValueError("bad signature")
                return head
        """,
        "",
    ),
}


def explore(source: str, folder: Path, **options: object) -> Exploration:
    path = folder / "planted.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    given = {"budget": 5.0, "max_executions": EXECUTIONS, "seed": 1, **options}
    return explore_module(Target("planted", str(path)), python=sys.executable, **given)  # type: ignore[arg-type]


def left(exploration: Exploration) -> list[tuple[int, str]]:
    """Line and kind of the arcs that no kept scenario takes, but for those that tell runs apart more finely."""
    open_arcs = [arc for number, arc in exploration.arcs.items() if number not in exploration.covered]
    return [(line, kind) for line, _, kind in open_arcs if kind not in FINER]


@pytest.mark.parametrize("name", PLANTED)
def test_what_was_planted_is_reached(name: str, tmp_path: Path) -> None:
    source, mechanism = PLANTED[name]
    assert left(explore(source, tmp_path)) == []
    if mechanism:
        assert left(explore(source, tmp_path, without=[mechanism])) != []


def test_a_call_that_is_made_elsewhere_is_tried(tmp_path: Path) -> None:
    source = """
    def unlock(code: str):
        if hash_of(code) == 1_214_548:
            return "open"
        return "closed"

    def hash_of(code: str):
        found = 7
        for sign in code:
            found = found * 31 % 2_147_483_647 ^ ord(sign) * 77
        return found % 4_000_037
    """
    plain = {
        "positional": ["code"],
        "arguments": {"code": ["const", "str", "open-sesame-77"]},
        "rest": [],
        "keywords": {},
    }
    seeds = {"callers": [{"function": "unlock", **plain}]}
    assert left(explore(source, tmp_path, seeds=seeds)) == []
    assert left(explore(source, tmp_path, seeds=seeds, without=["callers"])) != []


def test_a_name_that_is_never_bound_is_shown_but_an_argument_of_the_wrong_type_is_not(tmp_path: Path) -> None:
    source = """
    def broken(a: int = 1):
        return missing + a

    def picky(text: str):
        return text.upper()
    """
    raised = {(o.scenario.target, o.raised) for o in explore(source, tmp_path).observations}
    assert raised == {("broken", "NameError"), ("picky", "")}


def test_what_only_a_fault_of_the_module_led_to_is_looked_for_without_it(tmp_path: Path) -> None:
    source = """
    class Reader:
        def read(self, text: str):
            kind = self._kind(text)
            raise Wrong(kind)

        def _kind(self, text):
            if not text:
                return "empty"
            return "opened" if text.startswith("(") else "plain"
    """
    found = explore(source, tmp_path)
    endings = {(o.scenario.target, o.raised) for o in found.observations}
    assert endings == {("Reader.read", "NameError"), ("Reader._kind", "")}
    reached = {found.arcs[n][0] for o in found.observations if not o.raised for n in o.arcs}
    assert reached >= {9, 10}


def test_calls_that_run_on_in_the_interpreter_cost_only_themselves(tmp_path: Path) -> None:
    source = """
    def fill(count: int):
        if count > 1000:
            list(range(10**12))
        return count * 2

    def other(text: str):
        return text == "magic"
    """
    found = explore(source, tmp_path, budget=1.0, max_executions=None)
    assert {o.scenario.target for o in found.observations} == {"fill", "other"}


def test_what_looks_like_a_bug_and_what_is_documented_is_told(tmp_path):
    source = '''
        def first(text: str) -> str:
            """The first letter.

            >>> first("abc")
            'a'
            """
            return text[0]

        def halve(number: int) -> int:
            while number != 1:
                number //= 2
            return number

        def guessed(text):
            return text[0]
    '''
    path = tmp_path / "planted.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    found = explore_module(
        Target("planted", str(path), (str(tmp_path),)), python=sys.executable, budget=2, max_executions=400, seed=1
    )
    suspected = {(o.scenario.target, o.raised) for o in found.suspects}
    assert suspected == {("first", ""), ("halve", "TimeLimit")}
    assert [(o.scenario.target, o.documented) for o in found.documented] == [("first", "'a'")]


def test_what_a_decorator_makes_is_called(tmp_path: Path) -> None:
    source = """
    import functools

    def at_least_once(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            result = function(*args, **kwargs)
            if result is None:
                return "nothing"
            return result
        return wrapper

    def counted(limit: int):
        def decorator(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                if limit > 2:
                    return "many"
                return function(*args, **kwargs)
            return wrapper
        return decorator
    """
    found = explore(source, tmp_path)
    assert {n for o in found.observations for n in o.arcs} | set(found.baseline) == set(found.arcs)


def test_what_an_object_holds_is_put_there_before(tmp_path: Path) -> None:
    source = """
    class Jar(dict):
        def __setitem__(self, key: str, value: int):
            if not key.startswith("x"):
                raise ValueError("no such key")
            super().__setitem__(key, value)

        def __str__(self):
            return " and ".join(self) if self else "empty"
    """
    found = explore(source, tmp_path)
    assert {n for o in found.observations for n in o.arcs} | set(found.baseline) == set(found.arcs)
    assert {o.scenario.target for o in found.observations if o.raised} == {"Jar.__setitem__"}
    filled = [o for o in found.observations if o.scenario.target == "Jar.__str__" and len(o.scenario.steps) == 3]
    assert filled
