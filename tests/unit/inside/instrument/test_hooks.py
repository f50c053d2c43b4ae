"""What hooks record for each operator and call, and that they stay silent about what is not plain."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.instrument import OPAQUE, Recorder

Load = Callable[[str], tuple[dict[str, Any], Recorder]]


class Plain:
    def __init__(self) -> None:
        self.name = "n"


class Color(enum.Enum):
    RED = 1
    BLUE = 2


def recorded(load: Load, expression: str, **names: Any) -> list[tuple[str, Any, Any]]:
    namespace, recorder = load(f"import re, datetime\ndef f({', '.join(names)}):\n    return {expression}\n")
    namespace["f"](**names)
    return [(op, left, right) for _, op, left, right in recorder.comparisons]


PLAIN = Plain()


@pytest.mark.parametrize(
    ("expression", "names", "expected"),
    [
        ("x == 3", {"x": 1}, [("==", 1, 3)]),
        ("x != 'b'", {"x": "a"}, [("!=", "a", "b")]),
        ("x < y", {"x": 1, "y": 2.5}, [("<", 1, 2.5)]),
        ("x is y", {"x": Color.RED, "y": Color.BLUE}, [("is", Color.RED, Color.BLUE)]),
        ("x is None", {"x": 1}, []),
        ("x is not y", {"x": PLAIN, "y": 3}, [("is not", OPAQUE, 3)]),
        ("x == y", {"x": PLAIN, "y": PLAIN}, []),
        ("x == [1, {'a': y}]", {"x": (1,), "y": 2}, [("==", (1,), [1, {"a": 2}])]),
        ("x in 'text'", {"x": "t"}, [("in", "t", "text")]),
        ("x not in (1, y)", {"x": 3, "y": PLAIN}, [("not in", 3, (1, OPAQUE))]),
        ("x in {'a': 1, 'b': 2}", {"x": "c"}, [("in", "c", ("a", "b"))]),
        ("x in y.keys()", {"x": "c", "y": {"a": 1}}, [("in", "c", ("a",))]),
        ("x in [[1], [2]]", {"x": [3]}, [("in", [3], ([1], [2]))]),
        ("0 <= x < 10", {"x": 5}, [("<=", 0, 5), ("<", 5, 10)]),
        ("0 <= x < 10", {"x": -5}, [("<=", 0, -5)]),
        ("0 <= x.real < 10", {"x": 5}, [("<=", 0, 5), ("<", 5, 10)]),
        ("0 <= x.real < x.imag", {"x": 5}, []),
        ("len(x) == 3", {"x": "ab"}, [("len", 2, 3)]),
        ("3 > len(x)", {"x": "ab"}, [("len", 2, 3)]),
        ("1 <= len(x) <= 3", {"x": "ab"}, [("len", 2, 1), ("len", 2, 3)]),
        ("x.startswith('re')", {"x": "ab"}, [("startswith", "ab", "re")]),
        ("x.endswith(('a', 'b'))", {"x": "ab"}, [("endswith", "ab", ("a", "b"))]),
        ("x.split(',')", {"x": b"a".decode()}, [("split", "a", ",")]),
        ("x.isdigit()", {"x": "ab"}, [("isdigit", "ab", None)]),
        ("x.strip()", {"x": "ab"}, []),
        ("x.count(1)", {"x": [2]}, [("in", 1, (2,))]),
        ("re.match('a+', x)", {"x": "b"}, [("re.match", ("a+", 0), "b")]),
        ("re.search('a+', x, re.I)", {"x": "b"}, [("re.search", ("a+", 2), "b")]),
        ("re.sub('a+', '', x)", {"x": "b"}, [("re.sub", ("a+", 0), "b")]),
        ("x.fullmatch('b')", {"x": re.compile("a+", re.M)}, [("re.fullmatch", ("a+", 40), "b")]),
        ("x.sub('', string='b')", {"x": re.compile(b"a+".decode())}, [("re.sub", ("a+", 32), "b")]),
        ("isinstance(x, (int, (str, bytes)))", {"x": PLAIN}, [("isinstance", Plain, (int, str, bytes))]),
        ("isinstance(x, int | str)", {"x": 3}, [("isinstance", int, (int, str))]),
        ("issubclass(x, int)", {"x": bool}, [("issubclass", bool, (int,))]),
        ("hasattr(x, 'name')", {"x": PLAIN}, [("attr", Plain, "name")]),
        ("getattr(x, 'other', 1)", {"x": PLAIN}, [("attr", Plain, "other")]),
        ("x[k]", {"x": {"a": 1, PLAIN: 2}, "k": "a"}, [("key", "a", ("a",))]),
        ("x.get(k)", {"x": {"a": 1}, "k": "b"}, [("key", "b", ("a",))]),
        ("x.pop(k, None)", {"x": {"a": 1}, "k": "b"}, [("key", "b", ("a",))]),
        ("x[k]", {"x": "abc", "k": 2}, [("index", 2, 3)]),
        ("x[1:], x[0], x[-1]", {"x": "abc"}, []),
        ("int(x)", {"x": "12"}, [("int", "12", None)]),
        ("int(x, 16)", {"x": "ff"}, [("int", "ff", 16)]),
        ("float(x)", {"x": "1.5"}, [("float", "1.5", None)]),
        (
            "datetime.datetime.strptime(x, '%Y')",
            {"x": "2000"},
            [("strptime", "2000", "%Y")],
        ),
    ],
)
def test_what_is_recorded(
    load: Load, expression: str, names: dict[str, Any], expected: list[tuple[str, Any, Any]]
) -> None:
    assert recorded(load, expression, **names) == expected


@pytest.mark.parametrize("expression", ["x['k']", "x.pop('k')"])
def test_missing_key_is_recorded_before_it_raises(load: Load, expression: str) -> None:
    namespace, recorder = load(f"def f(x):\n    return {expression}\n")

    with pytest.raises(KeyError):
        namespace["f"]({"a": 1})
    assert [row[1:] for row in recorder.comparisons] == [("key", "k", ("a",))]


def test_match_records_examples_and_classes(load: Load) -> None:
    namespace, recorder = load("""\
        def f(x):
            match x:
                case "add" | "sub": return 1
                case [1, _]: return 2
                case {"kind": "box"}: return 3
                case Shape(): return 4
        class Shape: pass
    """)

    namespace["f"]("none")

    assert [row[1:] for row in recorder.comparisons] == [
        ("match", "none", ("add", "sub", [1, None], {"kind": "box"})),
        ("match-class", str, ("Shape",)),
    ]


def test_what_was_recorded_does_not_follow_later_changes(load: Load) -> None:
    namespace, recorder = load("def f(x):\n    return x == [2]\n")
    subject = [1]

    namespace["f"](subject)
    subject.append(5)

    assert recorder.comparisons[0][2] == [1]


def test_containers_that_hold_themselves_end(load: Load) -> None:
    loop: list[Any] = [1]
    loop.append(loop)

    assert recorded(load, "x == 3", x=loop) == [("==", [1, [1, OPAQUE]], 3)]


def test_outside_of_functions_nothing_is_hooked(load: Load) -> None:
    _, recorder = load("x = 1 < 2 and 'a'.startswith('a')\nclass C:\n    y = [i for i in (1, 2) if i == 2]\n")

    assert recorder.sites == []


def test_annotations_and_decorators_are_not_hooked(load: Load) -> None:
    _, recorder = load("""\
        def outer(d):
            @d.get("x")
            def f(x: d["k"], y: 1 < 2 = 3) -> d.get("z"):
                z: d["q"] = 1
            class C(d.get("y", object)): pass
    """)

    assert recorder.sites == []
