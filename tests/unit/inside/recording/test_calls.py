"""Which calls are recorded and what of them, by both ways of watching; the program sees nothing of it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import importlib.util
import itertools
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from testwright.inside.recording.calls import CallLimits, Calls
from testwright.inside.recording.monitoring import Monitoring, is_available
from testwright.inside.recording.opcodes import is_available as is_woven
from testwright.inside.recording.project_code import ProjectCode
from testwright.inside.recording.session import Scope, Session
from testwright.inside.recording.shapes import shape_of
from testwright.inside.recording.weaving import Weaving

SOURCE = """
import asyncio

class Cart:
    def __init__(self, currency="EUR"):
        self.currency = currency
        self.lines = []

    def add(self, name, quantity=1, *more, **options):
        if quantity < 1:
            raise ValueError(f"bad {quantity}")
        self.lines.append(name)
        return len(self.lines)

def total(numbers):
    return sum(twice(n) for n in numbers)

def twice(number):
    return 2 * number

def up(to):
    for n in range(to):
        yield n

async def slow(value):
    await asyncio.sleep(0.001)
    return value

async def all_of(values):
    return await asyncio.gather(*(slow(v) for v in values))

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def push(rows, row):
    rows.append(row)

def rebound(rows):
    rows = [*rows, 1]
    return len(rows)

def fail(text):
    raise KeyError(text)

def caught(text):
    try:
        fail(text)
    except KeyError:
        return "caught"
"""
NUMBERS = itertools.count()


class Recorded:
    """A module that is watched, and what was written of it."""

    def __init__(self, folder: Path, watching: str, limits: CallLimits | None = None) -> None:
        self.records: list[dict[str, Any]] = []
        self.session = Session(self, most_spans=1000)
        self.calls = Calls(self.session, ProjectCode(str(folder), [str(folder)]), repr, limits)
        self.watcher = Monitoring(self.calls) if watching == "monitoring" else Weaving(self.calls)
        self.name = f"watched_{next(NUMBERS)}"
        (folder / f"{self.name}.py").write_text(SOURCE)
        assert self.watcher.start() == ""
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
        try:
            self.module: ModuleType = importlib.import_module(self.name)
        finally:
            sys.path.remove(str(folder))
        self.whole = self.session.begin("script", "all", whole=True)

    def write(self, record: dict[str, Any]) -> None:
        self.records.append(record)

    def spans(self, name: str = "") -> list[dict[str, Any]]:
        spans = [record for record in self.records if record["e"] == "span"]
        return [span for span in spans if not name or span["name"] == f"{self.name}:{name}"]


on_3_11 = pytest.mark.skipif(not is_woven(), reason="functions are woven on CPython 3.11 alone")


@pytest.fixture(params=[pytest.param("weaving", marks=on_3_11), *(["monitoring"] if is_available() else [])])
def watching(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def recorded(tmp_path: Path, watching: str) -> Iterator[Recorded]:
    made = Recorded(tmp_path, watching)
    yield made
    made.watcher.stop()


def test_a_call_is_told_with_its_arguments_and_result(recorded: Recorded) -> None:
    cart = recorded.module.Cart()
    assert cart.add("tea", 2, "x", gift=True) == 1
    (made,), (added,) = recorded.spans("Cart.__init__"), recorded.spans("Cart.add")
    assert [name for name, _ in made["data"]["arguments"]] == ["self", "currency"]
    assert added["data"]["arguments"][1:] == [["name", "'tea'"], ["quantity", "2"]]
    assert (added["data"]["rest"], added["data"]["keywords"]) == (["'x'"], [["gift", "True"]])
    assert added["data"]["returned"] == "1"
    assert (added["file"], added["line"], added["kind"]) == (f"{recorded.name}.py", 9, "call")
    assert (added["n"], added["parent"], added["trace"]) == (2, 0, recorded.whole.id)


def test_an_exception_is_told_with_what_it_says(recorded: Recorded) -> None:
    with pytest.raises(ValueError, match="bad -1"):
        recorded.module.Cart().add("tea", -1)
    raised = recorded.spans("Cart.add")[0]["data"]["raised"]
    assert (raised["type"], raised["message"]) == ("builtins:ValueError", "bad -1")
    assert recorded.module.caught("x") == "caught"
    assert recorded.spans("fail")[0]["data"]["raised"]["message"] == "'x'"
    assert recorded.spans("caught")[0]["data"]["returned"] == "'caught'"


def test_a_call_within_another_has_it_for_a_parent(recorded: Recorded) -> None:
    assert recorded.module.total([1, 2]) == 6
    (inner,), (outer,) = recorded.spans("twice"), recorded.spans("total")
    assert (outer["n"], inner["n"], inner["parent"]) == (1, 2, 1)


def test_one_call_of_each_shape_is_kept(recorded: Recorded) -> None:
    for value in (1, 2, 3, -1, 0, "a", "b", "", [1], [2, 3], [], None, None):
        recorded.module.push([value], value)
    assert [span["data"]["arguments"][1][1] for span in recorded.spans("push")] == [
        *("1", "-1", "0", "'a'", "''", "[1]", "[]", "None")
    ]
    assert recorded.whole.dropped["call"] == 5


def test_a_function_that_shows_nothing_new_is_left_alone(tmp_path: Path, watching: str) -> None:
    recorded = Recorded(tmp_path, watching, CallLimits(idle=3))
    try:
        for _ in range(50):
            assert recorded.module.twice(2) == 4
        assert recorded.whole.dropped["call"] == 4  # of 49: the others were not looked at
        recorded.session.end(recorded.whole)
        scope = recorded.session.begin("block", "again", whole=True)
        recorded.module.twice(2)
        assert [span["trace"] for span in recorded.spans("twice")] == [recorded.whole.id, scope.id]
    finally:
        recorded.watcher.stop()


def test_no_more_than_so_many_calls_of_one_function_are_kept(tmp_path: Path, watching: str) -> None:
    recorded = Recorded(tmp_path, watching, CallLimits(calls=2))
    try:
        for value in (1, -1, 0, "a", None):
            recorded.module.slow(value).close()
            recorded.module.up(value).close()
            recorded.module.push([], value)
        assert len(recorded.spans("push")) == 2
    finally:
        recorded.watcher.stop()


def test_a_generator_is_told_with_what_it_gave(recorded: Recorded) -> None:
    assert list(recorded.module.up(3)) == [0, 1, 2]
    (span,) = recorded.spans("up")
    assert (span["data"]["kind"], span["data"]["yielded"]) == ("generator", ["0", "1", "2"])


def test_of_a_long_generator_the_beginning_is_looked_at(
    tmp_path: Path, watching: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, yielded = list[object](), Calls.yielded
    monkeypatch.setattr(Calls, "yielded", lambda *given: (looked.append(given), yielded(*given))[1])
    recorded = Recorded(tmp_path, watching)
    try:
        half = recorded.module.up(3)
        assert next(half) == 0
        assert sum(recorded.module.up(5000)) == sum(range(5000))
        assert list(recorded.module.up(True)) == [0]
        assert list(half) == [1, 2]
        assert len(looked) < 200
        whole = [span["data"] for span in recorded.spans("up") if span["data"]["arguments"] == [["to", "True"]]]
        assert [(data["yielded"], "more" in data) for data in whole] == [(["0"], False)]
        (begun,) = (span["data"] for span in recorded.spans("up") if span["data"]["arguments"] == [["to", "3"]])
        assert begun["yielded"] == ["0", "1", "2"] or (begun["yielded"] == ["0"] and begun["more"])
    finally:
        recorded.watcher.stop()


def test_a_generator_that_is_dropped_is_closed_as_ever(recorded: Recorded) -> None:
    made = recorded.module.up(3)
    assert next(made) == 0
    del made
    gc.collect()
    recorded.session.end(recorded.whole)
    (span,) = recorded.spans("up")
    assert span["data"]["yielded"] == ["0"]
    assert not recorded.session.live


def test_coroutines_side_by_side_are_not_mixed_up(recorded: Recorded) -> None:
    values = [1, "a", None, 2.5, [3], (4,)]
    assert asyncio.run(recorded.module.all_of(values)) == values
    spans = recorded.spans("slow")
    assert len(spans) == len(values)
    assert all(span["data"]["arguments"][0][1] == span["data"]["returned"] for span in spans)


def test_threads_side_by_side_are_not_mixed_up(recorded: Recorded) -> None:
    class Kind:
        pass

    kinds = [type(f"Kind{n}", (Kind,), {}) for n in range(8)]
    threads = [threading.Thread(target=recorded.module.push, args=([kind], kind())) for kind in kinds]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorded.spans("push")) == len(kinds)
    assert {span["thread"] for span in recorded.spans("push")} == {thread.name for thread in threads}


def test_what_a_call_does_to_its_arguments_is_told(recorded: Recorded) -> None:
    rows = [1]
    recorded.module.push(rows, 2)
    recorded.module.rebound(rows)
    assert recorded.spans("push")[0]["data"]["after"] == [["rows", "[1, 2]"]]
    assert "after" not in recorded.spans("rebound")[0]["data"]


def test_a_recursion_is_recorded_from_both_ends(recorded: Recorded) -> None:
    assert recorded.module.fib(12) == 144
    spans = {span["data"]["arguments"][0][1]: span for span in recorded.spans("fib")}
    assert set(spans) == {"12", "0"}
    assert spans["12"]["data"]["returned"] == "144"
    assert spans["0"]["parent"] == spans["12"]["n"]


def test_a_very_deep_recursion_costs_no_more_than_its_result(recorded: Recorded, monkeypatch: Any) -> None:
    monkeypatch.setattr("testwright.inside.recording.monitoring._MOST_RETURNS", 100)
    assert recorded.module.fib(15) == 610
    outermost = next(s for s in recorded.spans("fib") if s["data"]["arguments"][0][1] == "15")
    if isinstance(recorded.watcher, Monitoring):
        assert outermost["data"]["unfinished"]
    else:
        assert outermost["data"]["returned"] == "610"
    assert not recorded.session.live


def test_calls_outside_of_any_trace_are_not_told(recorded: Recorded) -> None:
    recorded.session.end(recorded.whole)
    recorded.module.twice(1)
    assert recorded.spans() == []


def test_each_context_has_its_own_trace(recorded: Recorded) -> None:
    def within(name: str) -> Scope:
        scope = recorded.session.begin("request", name)
        with recorded.session.within(scope):
            recorded.module.twice(1)
        recorded.session.end(scope, "200")
        return scope

    first, second = (contextvars.copy_context().run(within, name) for name in ("first", "second"))
    recorded.module.twice(1)
    assert [span["trace"] for span in recorded.spans("twice")] == [first.id, second.id, recorded.whole.id]
    ends = [record for record in recorded.records if record["e"] == "end"]
    assert [(end["trace"], end["status"]) for end in ends] == [(first.id, "200"), (second.id, "200")]


def test_what_goes_wrong_with_us_is_not_seen_by_the_program(recorded: Recorded) -> None:
    def broken(*given: object) -> Any:
        raise RuntimeError("ours")

    recorded.calls._copy = broken
    assert recorded.module.twice(4) == 8
    assert recorded.module.caught("x") == "caught"
    assert recorded.watcher.problem == "RuntimeError: ours"
    assert recorded.spans() == []


def test_the_trace_of_a_program_is_bounded(tmp_path: Path, watching: str) -> None:
    recorded = Recorded(tmp_path, watching)
    recorded.whole.most_spans = 3
    try:
        for value in (1, -1, 0, "a", "", [1]):
            recorded.module.twice(value)
        assert len(recorded.spans()) == 3
        assert recorded.whole.dropped["call"] == 3
    finally:
        recorded.watcher.stop()


@pytest.mark.skipif(not is_available(), reason="the interpreter has no sys.monitoring before 3.12")
def test_the_slots_are_given_back_and_other_tools_keep_theirs(tmp_path: Path) -> None:
    monitoring: Any = getattr(sys, "monitoring")  # noqa: B009
    recorded = Recorded(tmp_path, "monitoring")
    assert [monitoring.get_tool(tool) for tool in (3, 4)] == ["testwright"] * 2
    assert "testwright" in Monitoring(recorded.calls).start()
    recorded.watcher.stop()
    assert [monitoring.get_tool(tool) for tool in (3, 4)] == [None, None]
    monitoring.use_tool_id(4, "another")
    try:
        assert "that we need: another" in Monitoring(recorded.calls).start()
    finally:
        monitoring.free_tool_id(4)


class Kept(list[Any]):
    write = list.append


def imported(folder: Path, text: str) -> ModuleType:
    (folder / "there.py").write_text(text)
    spec = importlib.util.spec_from_file_location("there", folder / "there.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def late(folder: Path) -> tuple[Kept, Session, Weaving]:
    kept = Kept()
    session = Session(kept)
    return kept, session, Weaving(Calls(session, ProjectCode(str(folder), [str(folder)]), repr))


@on_3_11
def test_functions_that_were_there_before_are_seen_until_the_end(tmp_path: Path) -> None:
    module = imported(tmp_path, SOURCE)
    plain = module.Cart.add.__code__
    kept, session, weaving = late(tmp_path)
    assert weaving.start() == ""
    assert module.Cart.add.__code__ is not plain
    session.begin("script", "all", whole=True)
    assert module.Cart().add("tea") == 1
    weaving.stop()
    assert module.Cart.add.__code__ is plain
    assert module.Cart().add("tea", 3) == 1
    names = [record["name"] for record in kept if record["e"] == "span"]
    assert names == ["there:Cart.__init__", "there:Cart.add"]


@on_3_11
def test_what_was_imported_is_seen_whatever_its_file_is_now(tmp_path: Path) -> None:
    module = imported(tmp_path, "def f():\n    return 1\n")
    (tmp_path / "there.py").write_text("def f(:\n")
    kept, session, weaving = late(tmp_path)
    assert weaving.start() == ""
    session.begin("script", "all", whole=True)
    assert module.f() == 1
    weaving.stop()
    assert [record["data"]["returned"] for record in kept if record["e"] == "span"] == ["1"]


@on_3_11
def test_an_import_goes_on_where_a_function_cannot_be_woven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr("testwright.inside.recording.weaving.woven", broken)
    recorded = Recorded(tmp_path, "weaving")
    try:
        assert recorded.module.twice(4) == 8
        assert recorded.watcher.problem == "RuntimeError: ours"
    finally:
        recorded.watcher.stop()


@on_3_11
def test_code_that_the_program_makes_of_woven_code_works(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, "weaving", CallLimits(idle=3))
    try:
        function = recorded.module.twice
        function.__code__ = function.__code__.replace(co_name="other")
        assert [function(number) for number in range(20)] == [2 * number for number in range(20)]
        assert recorded.watcher.problem == ""
        assert len(recorded.spans("twice")) == 2
    finally:
        recorded.watcher.stop()


@pytest.mark.skipif(is_woven(), reason="this is CPython 3.11")
def test_another_interpreter_is_said_to_be_one(tmp_path: Path) -> None:
    assert "CPython 3.11" in late(tmp_path)[2].start()


def test_the_shape_of_a_call_is_told_without_hashing_classes() -> None:
    class Loud(type):
        def __hash__(cls) -> int:
            raise AssertionError

        def __eq__(cls, other: object) -> bool:
            raise AssertionError

    Thing = Loud("Thing", (), {})

    def shape(value: Any) -> Any:
        return shape_of(sys._getframe(), ("value",))

    things = [shape(value) for value in (Thing(), [Thing()], (Thing(),), {Thing(): Thing()}, {1: 1}, 1, -1)]
    assert len({*things, shape(Thing())}) == len(things)
