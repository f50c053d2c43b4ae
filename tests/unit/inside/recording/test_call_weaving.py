"""Calls of interest are found in bytecode, whatever way they are written, and done as they would be without us."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pathlib
import random
import time
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.recording.call_sites import names_held
from testwright.inside.recording.call_weaving import CallHooks
from testwright.inside.recording.opcodes import is_available
from testwright.inside.recording.opened_files import ModeArgument
from testwright.inside.recording.outside_sources import OutsideSources, Source
from testwright.inside.recording.project_code import ProjectCode
from testwright.inside.recording.session import Session

_spec = importlib.util.spec_from_file_location("woven_code", Path(__file__).with_name("woven_code.py"))
assert _spec is not None
assert _spec.loader is not None
woven_code = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(woven_code)

pytestmark = pytest.mark.skipif(not is_available(), reason="calls are woven on CPython 3.11 alone")

HEAD = """
import asyncio, datetime, os, pathlib, random, time
from os import environ, getenv
from random import choice as pick
from time import time as now
names, yes, text, how = ["a"], True, pathlib.Path("made.txt"), "w"
"""


class Seeing:
    """Hooks that note what they are told, `given` without what is not given."""

    def __init__(self) -> None:
        self.calling_of: list[tuple[Any, ...]] = []
        self.told_of: list[Any] = []

    def calling(self, place: Any, called: Any, *given: Any) -> None:
        self.calling_of.append((place.name, called, *(each for each in given if type(each) is not object)))

    def spread(self, place: Any, called: Any, *given: Any) -> None:
        self.calling_of.append(("spread", called, *given))

    def told(self, value: Any, place: Any) -> None:
        self.told_of.append(value)


def told_of(statement: str) -> tuple[Any, Seeing]:
    """What `got` is then, and what the hooks were told."""
    seeing = Seeing()
    names: dict[str, Any] = {"__name__": "made"}
    plain = compile(f"{HEAD}\n{statement}\n", "made.py", "exec", dont_inherit=True)
    exec(woven_code.weave(plain, looking=seeing), names)
    return names.get("got"), seeing


CALLS = {
    "got = random.choice(names)": ("choice", random.choice, ["a"]),
    "got = pick(names)": ("", random.choice, ["a"]),
    "got = (lambda: pick(\n names))()": ("", random.choice, ["a"]),
    "got = [pick(names) for _ in names]": ("", random.choice, ["a"]),
    "class C:\n got = pick(names)": ("", random.choice, ["a"]),
    "def f():\n from random import choice as mine\n return (lambda: mine(names))()\ngot = f()": (
        *("", random.choice, ["a"]),
    ),
    "got = random.sample(names, k=1)": ("sample", random.sample, ["a"]),
    "got = random.choice(names if yes else [])": ("choice", random.choice, ["a"]),
    "got = random.choice(names or [0])": ("choice", random.choice, ["a"]),
    "got = random.choice([n for n in names if n != 'b'])": ("choice", random.choice, ["a"]),
    "got = yes and 1 < random.randint(2, 2) < 3": ("randint", random.randint, 2),
    "got = random.choice(*[names])": ("spread", random.choice, [["a"]]),
    "got = random.choice(**{'seq': names})": ("spread", random.choice, (), {"seq": ["a"]}),
    "got = getenv('NOT_THERE')": ("", os.getenv, "NOT_THERE"),
    "got = environ['HOME']": ("__getitem__", os.environ, "HOME"),
    "got = os.environ.get('NOT_THERE', 'no')": ("get", os.environ, "NOT_THERE"),
    "text.open('w').close()": ("open", pathlib.Path("made.txt"), "w"),
    "text.open(mode=how, encoding='utf-8').close()": ("open", pathlib.Path("made.txt"), "w"),
    "open('made.txt', how).close()": ("", open, "made.txt", "w"),
    "open('made.txt', encoding='utf-8', mode=how).close()": ("", open, "made.txt", "w"),
    "open(file='made.txt', mode='w').close()": ("", open, "w"),
    "async def f(n): return n\nasync def g():\n return random.choice(await f(names))\ngot = asyncio.run(g())": (
        *("choice", random.choice, ["a"]),
    ),
    "def f():\n return random.choice((yield 1))\ng = f()\nnext(g)\ntry: g.send(names)\nexcept StopIteration as e: got = e.value": (
        *("choice", random.choice, ["a"]),
    ),
}


@pytest.mark.parametrize("statement", CALLS)
def test_a_call_is_told_with_what_is_called(statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain: dict[str, Any] = {"__name__": "made"}
    exec(compile(f"{HEAD}\n{statement}\n", "made.py", "exec", dont_inherit=True), plain)
    got, seeing = told_of(statement)
    assert got == plain.get("got")
    name, called, *given = CALLS[statement]
    assert len(seeing.calling_of) == len(seeing.told_of) == 1
    assert seeing.calling_of[0][0] == name
    assert seeing.calling_of[0][1] is called or seeing.calling_of[0][1] == called
    assert list(seeing.calling_of[0][2:]) == given


@pytest.mark.parametrize(
    "statement",
    [
        "got = {'a': 1}.get('a')",
        "got = [now]",
        "got = str(random.choice)",
        "got = sorted(names, key=random.choice)",
        "names.append(environ)",
        "environ['MADE_HERE'] = 'x'; del environ['MADE_HERE']",
        "got = random.choice.__name__",
    ],
)
def test_what_is_no_such_call_is_left_alone(statement: str) -> None:
    assert told_of(statement)[1].calling_of == []


def test_calls_within_calls_are_told_from_the_inside() -> None:
    got, seeing = told_of("got = pick([random.randint(1, 1), random.choice([pick([3])])])")
    assert got in (1, 3)
    assert seeing.told_of == [3, 3, 1, got] or seeing.told_of == [1, 3, 3, got]
    assert [name for name, *_ in seeing.calling_of] == ["randint", "", "choice", ""]


def test_a_call_that_raises_is_not_told_and_the_value_of_others_arrives() -> None:
    statement = "try: got = pick([])\nexcept IndexError as error: got = error.__traceback__.tb_lineno"
    got, seeing = told_of(statement)
    assert (got, seeing.told_of) == (HEAD.count("\n") + 2, [])
    got, seeing = told_of("got = yes or now()")
    assert (got, seeing.told_of) == (True, [])  # who jumps behind the call does not come to what is told of it


def test_names_that_a_module_holds_are_known_by_what_they_are() -> None:
    class Loud:
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(name)

    held = {
        "choose": random.choice,
        "clock": time.time,
        "other": len,
        "loud": Loud(),
        "asyncio": asyncio,
        "text": "time",
    }
    assert names_held(held) == {"choose", "clock"}


class Kept(list[Any]):
    write = list.append


def test_a_file_is_told_with_the_mode_that_the_call_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made.txt").write_text("four")
    session = Session(kept := Kept())
    sources = OutsideSources(session, ProjectCode(str(tmp_path), [str(tmp_path)]))
    sources.add(open, Source("file", "open", mode=ModeArgument(1)))
    sources.add(pathlib.Path.open, Source("file", "pathlib.Path.open", mode=ModeArgument(0)))
    problems: list[Exception] = []
    statements = {
        "open(*['made.txt', how])": "w",
        "open('made.txt', **{'mode': 'r' + 'b'})": "rb",
        "open('made.txt', *(), **{})": "r",
        "open(*iter(('made.txt',)))": None,
        "open('made.txt')": "r",
        "open('made.txt', mode='a' if yes else 'w')": "a",
        "text.open()": "r",
        "text.open('rb')": "rb",
        "pathlib.Path.open(text)": None,
    }
    names: dict[str, Any] = {}
    lines = "".join(f"    {each}.close()\n" for each in statements)
    plain = compile(f"{HEAD}\ndef work():\n{lines}", str(tmp_path / "made.py"), "exec", dont_inherit=True)
    exec(woven_code.weave(plain, looking=CallHooks(sources, problems.append)), names)
    session.begin("script", "all", whole=True)
    names["work"]()
    found = [record["data"] for record in kept if record["e"] == "span"]
    assert [each["mode"] for each in found] == [mode for mode in statements.values() if mode]
    assert {each["path"] for each in found} == {"made.txt"}
    assert problems == []
