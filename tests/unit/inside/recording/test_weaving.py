"""What is woven in is seen by nobody: same values, names, tracebacks, lines and branches."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from coverage import Coverage

from testwright.inside.recording.call_weaving import CALL_MARKS
from testwright.inside.recording.class_reading import function_at
from testwright.inside.recording.weaving import MARKS, woven

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
SOURCE = '''"""Doc."""
import asyncio

def half(number, by=2):
    "Divides."
    if number > 1:
        return number / by
    if number < -5:
        raise ValueError(number)
    rest = [n for n in range(3)]

def up(to):
    for n in range(to):
        got = yield n
        if got:
            return got

async def slow(value):
    await asyncio.sleep(0)
    return value

async def steps(to):
    for n in range(to):
        yield n
        await asyncio.sleep(0)
    return

class Box:
    def open(self):
        def inner(more):
            return more + self.held
        self.held = 3
        return inner(4)

    def fall(self):
        try:
            return half(-9)
        finally:
            self.fallen = True

    def names(self):
        return sorted(locals())

def documented():
    """Nothing else."""

def spread():
    return (1
       / 0)

def delegating():
    return (yield from up(3))
'''


class Hooks:
    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []
        self.by_mark = dict(zip(MARKS, (self.begin, self.returned, self.raised, self.yielded), strict=True))

    def begin(self) -> None:
        self.seen.append(("begin", sys._getframe(1).f_code.co_name))

    def returned(self, value: Any = None) -> Any:
        self.seen.append(("returned", value))
        return value

    def raised(self) -> None:
        self.seen.append(("raised",))

    def yielded(self, value: Any = None) -> Any:
        self.seen.append(("yielded", value))
        return value


@pytest.fixture
def module(tmp_path: Path) -> tuple[dict[str, Any], Hooks]:
    path = tmp_path / "made.py"
    path.write_text(SOURCE)
    hooks = Hooks()
    names: dict[str, Any] = {"__name__": "made"}
    exec(woven(path.read_bytes(), str(path), hooks.by_mark), names)
    return names, hooks


def decorated(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper() -> Any:
        return function()

    return wrapper


class Methods:
    @property
    def got(self) -> int:
        return 1

    @staticmethod
    def plain() -> int:
        return 2


@decorated
def within() -> int:
    return 3


def test_the_function_of_a_code_is_found_by_its_name() -> None:
    for function in (Methods.__dict__["got"].fget, Methods.plain, within.__wrapped__):
        assert function_at(globals(), function.__code__) is function
    assert function_at(globals(), within.__code__) is None  # its name is that of the function that it is within
    assert function_at({}, Methods.plain.__code__) is None


def test_what_begins_returns_and_raises_is_told(module: tuple[dict[str, Any], Hooks]) -> None:
    names, hooks = module
    assert names["half"](5) == 2.5
    assert names["half"](0) is None
    with pytest.raises(ValueError, match="-9"):
        names["Box"]().fall()
    assert hooks.seen == [
        *[("begin", "half"), ("returned", 2.5), ("begin", "half"), ("returned", None)],
        *[("begin", "fall"), ("begin", "half"), ("raised",), ("raised",)],
    ]


def test_generators_and_coroutines_are_told_of_in_their_order(module: tuple[dict[str, Any], Hooks]) -> None:
    import asyncio

    names, hooks = module
    assert list(names["up"](2)) == [0, 1]
    assert hooks.seen == [("begin", "up"), ("yielded", 0), ("yielded", 1), ("returned", None)]
    hooks.seen.clear()
    assert asyncio.run(names["slow"](7)) == 7
    assert hooks.seen == [("begin", "slow"), ("returned", 7)]
    assert list(names["delegating"]()) == [0, 1, 2]

    async def all_of() -> list[int]:
        return [n async for n in names["steps"](3)]

    assert asyncio.run(all_of()) == [0, 1, 2]


def test_a_value_that_is_sent_in_arrives(module: tuple[dict[str, Any], Hooks]) -> None:
    names, _ = module
    made = names["up"](5)
    next(made)
    with pytest.raises(StopIteration) as ended:
        made.send("enough")
    assert ended.value.value == "enough"


def test_nothing_new_is_there_to_be_seen(module: tuple[dict[str, Any], Hooks]) -> None:
    names, _ = module
    assert set(names) - {"__builtins__", "__name__"} == {
        *("__doc__", "asyncio", "half", "up", "slow", "steps", "Box", "documented", "spread", "delegating")
    }
    assert names["Box"]().names() == ["self"]
    assert (names["half"].__doc__, names["documented"].__doc__) == ("Divides.", "Nothing else.")
    plain: dict[str, Any] = {"__name__": "made"}
    exec(compile(SOURCE, "made.py", "exec", dont_inherit=True), plain)
    assert names["half"].__code__.co_varnames == plain["half"].__code__.co_varnames
    assert names["half"].__code__.co_names == plain["half"].__code__.co_names
    assert inspect.iscoroutinefunction(names["slow"])
    assert inspect.isasyncgenfunction(names["steps"])


@pytest.mark.parametrize("name", ["spread", "Box"])
def test_a_traceback_is_what_it_was(module: tuple[dict[str, Any], Hooks], tmp_path: Path, name: str) -> None:
    plain: dict[str, Any] = {"__name__": "made"}
    exec(compile(SOURCE, str(tmp_path / "made.py"), "exec"), plain)
    texts = []
    for names in (plain, module[0]):
        try:
            names[name]().fall() if name == "Box" else names[name]()
        except (ValueError, ZeroDivisionError) as error:
            texts.append(traceback.format_exception(error)[2:])
    assert texts[0] == texts[1]


def lines(code: CodeType) -> Iterator[tuple[str, list[int]]]:
    yield code.co_qualname, sorted({line for _, _, line in code.co_lines() if line})
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from lines(each)


@pytest.mark.parametrize(
    "name", ["argparse", "ast", "contextlib", "dataclasses", "inspect", "asyncio/streams", "json/decoder", "typing"]
)
def test_each_function_of_real_modules_keeps_its_lines(name: str) -> None:
    source = Path(LIBRARY, f"{name}.py").read_bytes()
    plain = compile(source, name, "exec", dont_inherit=True)
    assert list(lines(woven(source, name, Hooks().by_mark))) == list(lines(plain))


@pytest.mark.parametrize("name", ["http/cookiejar", "random", "shutil", "tempfile", "uuid"])
def test_calls_of_interest_are_woven_where_they_are(name: str) -> None:
    source = Path(LIBRARY, f"{name}.py").read_bytes()
    plain = compile(source, name, "exec", dont_inherit=True)
    sites: dict[int, ast.Call] = {}
    code = woven(source, name, Hooks().by_mark | dict.fromkeys(CALL_MARKS, print), sites)
    assert sites
    assert list(lines(code)) == list(lines(plain))


def test_annotations_are_left_alone() -> None:
    source = b"from __future__ import annotations\nfrom time import time\ndef f(a: time(), *b: time()) -> time(): x: time() = 1\n"
    names: dict[str, Any] = {}
    exec(woven(source, "made", Hooks().by_mark | dict.fromkeys(CALL_MARKS, print), {}), names)
    assert set(names["f"].__annotations__.values()) == {"time()"}


def test_coverage_of_lines_and_branches_is_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text(SOURCE)
    found = []
    hooks = Hooks()
    for code in (
        compile(SOURCE, str(path), "exec", dont_inherit=True),
        woven(path.read_bytes(), str(path), hooks.by_mark),
    ):
        measured = Coverage(branch=True, data_file=None, include=[str(path)], config_file=False)
        measured.set_option("run:core", "pytrace")
        names: dict[str, Any] = {"__name__": "made"}
        measured.start()
        try:
            exec(code, names)
            names["half"](5), names["half"](0), list(names["up"](2)), names["Box"]().open()
            for call in (names["spread"], names["Box"]().fall):
                with pytest.raises((ValueError, ZeroDivisionError)):
                    call()
        finally:
            measured.stop()
        data = measured.get_data()
        found.append((sorted(data.lines(str(path)) or ()), set(data.arcs(str(path)) or ())))
    assert found[0][0] == found[1][0]
    assert found[0][1] == found[1][1]
