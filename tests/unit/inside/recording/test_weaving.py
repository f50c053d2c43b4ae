"""What is woven in is seen by nobody: same values, names, tracebacks, lines and branches."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import difflib
import dis
import functools
import importlib
import importlib.util
import inspect
import json
import statistics
import sys
import sysconfig
import textwrap
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from coverage import Coverage

from testwright.inside.recording.class_reading import function_at
from testwright.inside.recording.exception_table import read_table, unguarded
from testwright.inside.recording.function_weaving import is_function
from testwright.inside.recording.opcodes import is_available

_spec = importlib.util.spec_from_file_location("woven_code", Path(__file__).with_name("woven_code.py"))
assert _spec is not None
assert _spec.loader is not None
woven_code = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(woven_code)
codes_in, meaning, weave = woven_code.codes_in, woven_code.meaning, woven_code.weave

pytestmark = pytest.mark.skipif(not is_available(), reason="functions are woven on CPython 3.11 alone")
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

    def begin(self) -> None:
        self.seen.append(("begin", sys._getframe(1).f_code.co_name))

    def returned(self, value: Any) -> None:
        self.seen.append(("returned", value))

    def raised(self, error: BaseException) -> None:
        self.seen.append(("raised", type(error)))

    def yielded(self, value: Any) -> None:
        self.seen.append(("yielded", value))


@pytest.fixture
def module(tmp_path: Path) -> tuple[dict[str, Any], Hooks]:
    path = tmp_path / "made.py"
    path.write_text(SOURCE)
    hooks = Hooks()
    names: dict[str, Any] = {"__name__": "made"}
    exec(weave(compile(SOURCE, str(path), "exec", dont_inherit=True), hooks), names)
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
        *[("begin", "fall"), ("begin", "half"), ("raised", ValueError), ("raised", ValueError)],
    ]


def test_generators_and_coroutines_are_told_of_in_their_order(module: tuple[dict[str, Any], Hooks]) -> None:
    names, hooks = module
    assert list(names["up"](2)) == [0, 1]
    assert hooks.seen == [("begin", "up"), ("yielded", 0), ("yielded", 1), ("returned", None)]
    hooks.seen.clear()
    assert asyncio.run(names["slow"](7)) == 7
    assert hooks.seen == [("begin", "slow"), ("returned", 7)]
    hooks.seen.clear()
    assert list(names["delegating"]()) == [0, 1, 2]
    assert [each for each in hooks.seen if each[0] != "yielded"] == [
        *[("begin", "delegating"), ("begin", "up"), ("returned", None), ("returned", None)]
    ]
    assert [each for each in hooks.seen if each[0] == "yielded"] == [("yielded", 0), ("yielded", 1), ("yielded", 2)]

    async def all_of() -> list[int]:
        return [n async for n in names["steps"](3)]

    hooks.seen.clear()
    assert asyncio.run(all_of()) == [0, 1, 2]
    assert hooks.seen == [("begin", "steps"), ("returned", None)]


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


def code_of(name: str) -> CodeType:
    return compile(Path(LIBRARY, f"{name}.py").read_bytes(), name, "exec", dont_inherit=True)


@pytest.mark.parametrize("name", ["asyncio/base_events", "contextlib", "http/cookiejar", "random", "shutil", "typing"])
def test_real_code_does_what_it_did_where_it_did(name: str) -> None:
    """Without what calls hooks: the same instructions, jumps, lines, columns and handlers of exceptions."""
    plain = code_of(name)
    for before, after in zip(codes_in(plain), codes_in(weave(plain, looking=woven_code.Looking)), strict=True):
        was, now = meaning(before), meaning(after)
        assert now.instructions == was.instructions, before.co_qualname
        assert now.handled == was.handled, before.co_qualname
        assert (now.hooks > 0) >= is_function(before)
        assert {line for _, _, line in after.co_lines()} - {None} == {line for _, _, line in before.co_lines()} - {None}
        kept = ("co_name", "co_qualname", "co_firstlineno", "co_flags", "co_names", "co_varnames", "co_freevars")
        assert [getattr(after, each) for each in kept] == [getattr(before, each) for each in kept]
        if is_function(before):
            entries = read_table(after.co_exceptiontable)
            assert len(unguarded(entries, entries[0].start, entries[-1].end)) == 1  # where the first hook is dropped


def worked(names: Callable[[str], Any]) -> list[Any]:
    """Some of what these modules do, with generators, coroutines and exceptions."""
    of_json, of_dataclasses, of_contextlib = names("json.decoder"), names("dataclasses"), names("contextlib")
    point = of_dataclasses["make_dataclass"]("Point", ["x", ("y", int, 3)])

    @of_contextlib["contextmanager"]
    def within() -> Iterator[int]:
        try:
            yield 1
        except KeyError:
            yield 2

    def wrong() -> None:
        with within():
            raise KeyError

    async def closed() -> Any:
        async with of_contextlib["AsyncExitStack"]() as stack:
            stack.push_async_callback(asyncio.sleep, 0)
            return await stack.enter_async_context(of_contextlib["asynccontextmanager"](steps)())

    async def steps() -> Any:
        yield 4

    done: list[Any] = [
        of_json["JSONDecoder"]().decode('{"a": [1, 2.5, null, "\\u00e9"], "b": {}}'),
        tried(of_json["JSONDecoder"]().decode, '{"a": [1,'),
        list(names("difflib")["unified_diff"](["a", "b"], ["a", "c", "d"])),
        names("textwrap")["fill"]("some words and some more of them", 12),
        tried(names("textwrap")["fill"], "words", 0),
        names("statistics")["quantiles"]([1, 5, 2, 8, 7], n=3),
        tried(names("statistics")["mean"], []),
        repr(of_dataclasses["replace"](point(1), x=7)),
        tried(of_dataclasses["asdict"], 3),
        tried(wrong),
        asyncio.run(closed()),
    ]
    return done


def tried(function: Callable[..., Any], *given: Any) -> list[str]:
    try:
        function(*given)
    except (ValueError, TypeError, KeyError, RuntimeError) as error:
        return [each for each in traceback.format_exception(error) if "in tried" not in each]
    return []


def test_real_modules_work_as_ever_and_tracers_see_the_same() -> None:
    files = {each.__file__ for each in (json.decoder, dataclasses, contextlib, difflib, textwrap, statistics)}
    seen: list[Any] = []

    def trace(frame: Any, event: str, given: Any) -> Any:
        if frame.f_code.co_filename in files:
            seen.append((event, frame.f_code.co_qualname, frame.f_lineno))
            return trace
        return None

    found = []
    for change in (lambda code: code, weave):
        made: dict[str, dict[str, Any]] = {}

        def names(name: str, change: Any = change, made: Any = made) -> dict[str, Any]:
            if name not in made:
                module = importlib.import_module(name)
                made[name] = {"__name__": name}
                with open(str(module.__file__), "rb") as file:
                    exec(change(compile(file.read(), str(module.__file__), "exec", dont_inherit=True)), made[name])
            return made[name]  # type: ignore[no-any-return]

        worked(names)
        seen.clear()
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            result = worked(names)
        finally:
            sys.settrace(before)
        found.append((result, list(seen)))
    assert found[0][0] == found[1][0]
    assert len(found[0][1]) > 2000
    assert found[0][1] == found[1][1]


def test_what_begins_may_be_as_deep_as_ever(module: tuple[dict[str, Any], Hooks]) -> None:
    """A hook for which there is no room any more is not called, and nobody is told so."""
    source = "def down(n):\n    global deepest\n    deepest = n\n    down(n + 1)\n"
    found = []
    for hooks in (None, Hooks()):
        names: dict[str, Any] = {}
        plain = compile(source, "made", "exec", dont_inherit=True)
        exec(plain if hooks is None else weave(plain, hooks), names)
        with pytest.raises(RecursionError) as caught:
            names["down"](0)
        found.append(names["deepest"])
        assert {each.lineno for each in traceback.extract_tb(caught.value.__traceback__)[1:]} == {4}
        assert caught.value.__context__ is None
    assert found[0] == found[1]


@pytest.mark.parametrize(("pieces", "prefixes"), [(1, (0, 0)), (12, (0, 1)), (100, (1, 1)), (3800, (1, 2))])
def test_jumps_reach_as_far_as_they_have_to(pieces: int, prefixes: tuple[int, int]) -> None:
    """Over so much that is inserted that their arguments outgrow one byte, and two."""
    inner = "".join(f"        if n == {number}:\n            return {number} + n\n" for number in range(pieces))
    source = f"def f(most):\n    for n in range(most):\n        if n == -1:\n            break\n{inner}    return -1\n"
    plain = compile(source, "made", "exec", dont_inherit=True)
    hooks, names = Hooks(), dict[str, Any]()
    made = weave(plain, hooks)
    assert tuple(prefixes_of("FOR_ITER", code.co_consts[0]) for code in (plain, made)) == prefixes
    exec(made, names)
    assert names["f"](1) == 0
    assert names["f"](0) == -1
    assert hooks.seen == [("begin", "f"), ("returned", 0), ("begin", "f"), ("returned", -1)]
    if pieces < 1000:
        for before, after in zip(codes_in(plain), codes_in(weave(plain)), strict=True):
            assert meaning(after)[:2] == meaning(before)[:2]


def prefixes_of(name: str, code: CodeType) -> int:
    names = [each.opname for each in dis.get_instructions(code)]
    at = names.index(name)
    return next(count for count in range(at) if names[at - count - 1] != "EXTENDED_ARG")


def test_coverage_of_lines_and_branches_is_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text(SOURCE)
    found = []
    plain = compile(SOURCE, str(path), "exec", dont_inherit=True)
    for code in (plain, weave(plain, Hooks())):
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
