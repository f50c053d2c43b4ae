"""Whatever a value is, its snapshot can be written as JSON, has a bounded size, says the same again, and runs nobody's code."""

from __future__ import annotations

import collections
import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from testwright.inside.recording.values import Limits, is_partial, snapshot, walk_plain

_path = Path(__file__).parents[1] / "unit" / "inside" / "recording" / "hostile_classes.py"
_spec = importlib.util.spec_from_file_location("hostile_classes", _path)
assert _spec is not None
assert _spec.loader is not None
hostile_classes = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hostile_classes)

SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.complex_numbers()),
    *(
        st.dates(),
        st.times(),
        st.datetimes(),
        st.timedeltas(),
        st.decimals().filter(lambda number: not number.is_snan()),
        st.fractions(),
    ),
    st.uuids(),
    st.integers(min_value=10**500),
    st.characters(categories=["Cs"]),
    st.text(min_size=300, max_size=300).map(lambda text: text * 40),
)
CLASSES = [
    *(hostile_classes.hostile(base) for base in (list, set, collections.deque, Exception, collections.OrderedDict)),
    *(
        hostile_classes.hostile(hide_dict=True),
        hostile_classes.hostile(__slots__=("a", "b")),
        hostile_classes.hostile(),
    ),
]


class Place:
    """Where an instance of a hostile class will stand: whoever makes up values would look at it."""

    def __init__(self, number: int) -> None:
        self.number = number


def planted(value: Any) -> Any:
    if type(value) is Place:
        return hostile_classes.bare(CLASSES[value.number])
    if type(value) in (list, tuple, collections.deque):
        return type(value)(planted(item) for item in value)
    if type(value) is dict:
        return {key: planted(item) for key, item in value.items()}
    return SimpleNamespace(**planted(vars(value))) if type(value) is SimpleNamespace else value


HOSTILE = st.integers(0, len(CLASSES) - 1).map(Place)
HASHABLE = st.one_of(st.integers(), st.text(), st.tuples(st.integers(), st.text()))


def _within(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        *(st.lists(inner), st.dictionaries(HASHABLE, inner), st.tuples(inner, inner), st.sets(HASHABLE)),
        st.lists(inner, max_size=3).map(collections.deque),
        st.dictionaries(st.text(), inner).map(lambda held: SimpleNamespace(**held)),
        inner.map(lambda value: [value, [value]]),
    )


VALUES = st.recursive(st.one_of(SCALARS, HOSTILE), _within, max_leaves=40)


@given(VALUES)
def test_a_snapshot_is_json_and_bounded_and_repeatable(value: Any) -> None:
    value = planted(value)
    hostile_classes.RUN.clear()
    plain = snapshot(value)
    again = snapshot(value)
    assert hostile_classes.RUN == []
    written = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    assert json.loads(written.encode()) == plain == again
    limits = Limits()
    assert sum(1 for _ in walk_plain(plain)) <= 8 * limits.nodes
    assert len(written) <= 4 * limits.all_text + 1000 * limits.nodes


@given(VALUES, st.integers(0, 20), st.integers(0, 3), st.integers(0, 5))
def test_smaller_limits_hold_too(value: Any, nodes: int, depth: int, items: int) -> None:
    plain = snapshot(planted(value), Limits(nodes=nodes, depth=depth, items=items, text=10, all_text=100))
    assert sum(1 for _ in walk_plain(plain)) <= 8 * (nodes + 2)
    json.dumps(plain, allow_nan=False)


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9)), st.lists, max_leaves=20))
def test_small_lists_are_whole(value: Any) -> None:
    plain = snapshot(value, Limits(depth=99, items=999, nodes=99999))
    assert not is_partial(plain)
