"""The rendered source gives what the evaluator gives, for recipes of every kind."""

from __future__ import annotations

import asyncio
import builtins
import math
import re
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from testwright.inside.recipes import (
    BINARY,
    HELPERS_MODULE,
    UNARY,
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Helper,
    Item,
    Name,
    Operation,
    Recipe,
    ScratchFile,
    Sequence,
    Surroundings,
    Variable,
    evaluate,
)
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import lay_out
from testwright.python_source.render_recipe import FileNames, parts_of, render

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

HELPER = Helper(
    "Box", "import json\n\n\nclass Box:\n    def __init__(self, *held):\n        self.held = json.loads('[1]')\n"
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="'\"\\\n{}%\r\t\x00\u200b\ud800é漢 ab", max_size=12),
    st.text(alphabet="'\"\\\n word", min_size=60, max_size=200),
    st.lists(st.sampled_from(["a" * 20, "-" * 33, "b", "é" * 21, "'", "\n"]), min_size=1, max_size=4).map("".join),
)
LITERALS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    TEXTS,
    st.binary(max_size=8),
    st.binary(min_size=80, max_size=120),
    st.sampled_from([..., 10**4100, -(10**4100), 0, 1, -1, 1e300, -0.0, 5e-324, complex(-0.0, 1), complex(1, -0.0)]),
).map(Const)
NAMES = st.sampled_from(
    [
        Name("builtins", "len"),
        Name("builtins", "str.upper"),
        Name("math", "pi"),
        Name("math", ""),
        Name("os.path", "join"),
        Name("os.path", ""),
        Name("posixpath", "join"),
        Name("collections.abc", "Mapping"),
        Name("datetime", "timezone.utc"),
        Name("shelve", "open"),
        Name("codecs", "open"),
        Name("test.support", "verbose"),
    ]
)
PLAIN_CALLS = st.sampled_from(
    [Name("builtins", "str"), Name("builtins", "repr"), Name("decimal", "Decimal"), Name("builtins", "dict"), HELPER]
)
FILES = st.builds(
    ScratchFile,
    st.sampled_from(["a.txt", "b/c.txt", "folder/", "nothing.bin"]),
    st.sampled_from([None, "line one\nline two\n", b"\x00\xff", ""]),
    st.booleans(),
).filter(lambda f: not (f.name == "nothing.bin" and f.content is not None))
MONSTERS = ("**", "<<", "*")
IDENTITY = ("is", "is not")  # of two equal literals it is the compiler's affair
SYMBOLS = st.sampled_from([s for s in BINARY if s not in MONSTERS + IDENTITY])


def _containers(inner: st.SearchStrategy[Recipe]) -> st.SearchStrategy[Recipe]:
    items = st.lists(inner, max_size=4).map(tuple)
    keywords = st.lists(
        st.tuples(st.sampled_from(["a", "class", "odd-key"]), inner), max_size=2, unique_by=lambda p: p[0]
    )
    return st.one_of(
        st.builds(Sequence, st.sampled_from(["list", "tuple", "set", "frozenset"]), items),
        st.builds(Dictionary, st.lists(st.tuples(inner, inner), max_size=3).map(tuple)),
        st.builds(Call, PLAIN_CALLS, items, keywords.map(tuple)),
        st.builds(Call, st.builds(Attribute, inner, st.sampled_from(["upper", "real", "__len__", "keys"])), items),
        st.builds(Attribute, inner, st.sampled_from(["real", "held", "__class__", "__doc__"])),
        st.builds(Item, inner, inner),
        st.builds(Item, inner, st.builds(_slice, st.none() | st.integers(-3, 3), st.none() | st.integers(-3, 3))),
        st.builds(Operation, SYMBOLS, inner, inner),
        st.builds(
            Operation, st.just("**"), inner, st.sampled_from([Const(2), Const(-1), Const(0.5), Variable("known")])
        ),
        st.builds(Operation, st.sampled_from(list(UNARY)), inner),
        st.builds(Call, st.builds(Function, st.just("x, *rest"), inner), st.tuples(inner)),
        st.builds(Call, st.just(Function("x=1, **more", Variable("x")))),
    )


def _slice(start: int | None, stop: int | None) -> Recipe:
    return Call(Name("builtins", "slice"), (Const(start), Const(stop), Const(None)))


RECIPES = st.recursive(st.one_of(LITERALS, NAMES, FILES, st.just(Variable("known"))), _containers, max_leaves=12)


def without_addresses(value: object) -> str:
    return re.sub(r"0x[0-9a-f]+", "", repr(value), flags=re.IGNORECASE)


def same(a: Any, b: Any) -> bool:
    """Equal in type and value, where nan is nan and -0.0 is not 0.0."""
    if isinstance(a, Path):
        return isinstance(b, Path) and a.name == b.name
    if type(a).__name__ != type(b).__name__:
        return False
    if isinstance(a, (str, bytes)):
        return without_addresses(a) == without_addresses(b)
    if isinstance(a, type):
        return repr(a) == repr(b)
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, (set, frozenset)):
        return len(a) == len(b) and sorted(map(without_addresses, a)) == sorted(map(without_addresses, b))
    if type(a).__name__ in ("Box", "function", "builtin_function_or_method", "dict_keys", "method-wrapper"):
        return True
    return bool(a == b) or without_addresses(a) == without_addresses(b)


def attempt(work: Any) -> tuple[str, Any]:
    try:
        return "", work()
    except Exception as error:  # noqa: BLE001 - whatever it is, both must raise it
        return type(error).__name__, None


def run_rendered(recipe: Recipe, folder: Path, *, broken_lines: bool) -> Any:
    names = FileNames(Imports(reserved={"known", "x", "rest", "more"}))
    rendered = render(recipe, names)
    source = (
        "\n".join(lay_out(parts_of(recipe, names), before="value = ")) if broken_lines else f"value = {rendered.source}"
    )
    setup = "" if broken_lines else "\n".join(rendered.setup)
    parts = [names.imports.render(), *names.helpers.sources, setup, source]
    text = "\n".join(parts).encode("utf-8").decode("utf-8")  # what the file holds
    namespace: dict[str, Any] = {"__builtins__": builtins, "__name__": HELPERS_MODULE, "tmp_path": folder, "known": 7}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        code = compile(text, "<rendered>", "exec")
    exec(code, namespace)
    return namespace["value"]


def emptied(outer: str) -> Path:
    """The one scratch folder of both sides: its path may show in any value."""
    folder = Path(outer, "scratch")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


FAILING = Call(Attribute(Const(None), "upper"))


@given(RECIPES)
@example(Dictionary(((Sequence("list", ()), Const(1)), (Const(2), FAILING))))  # which of the two errors comes first
@example(Call(Attribute(ScratchFile("a.txt", None, True), "upper")))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_rendered_source_evaluates_to_the_same_value(recipe: Recipe) -> None:
    with tempfile.TemporaryDirectory() as outer:
        expected = attempt(lambda: evaluate(recipe, Surroundings(emptied(outer), {"known": 7})))
        actual = attempt(lambda: run_rendered(recipe, emptied(outer), broken_lines=False))
    assert actual[0] == expected[0], (expected, actual)
    assert same(expected[1], actual[1]), (expected, actual)


@given(st.recursive(st.one_of(LITERALS, st.just(Variable("known"))), _containers, max_leaves=16))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_breaking_lines_keeps_the_value(recipe: Recipe) -> None:
    expected = attempt(lambda: evaluate(recipe, Surroundings(None, {"known": 7})))
    actual = attempt(lambda: run_rendered(recipe, Path(), broken_lines=True))
    assert actual[0] == expected[0]
    assert same(expected[1], actual[1])


@given(LITERALS, st.sampled_from(["==", "+", "in", "-"]))
@settings(max_examples=50, deadline=None)
def test_await_binds_as_the_tree_says(literal: Const, symbol: str) -> None:
    async def give(value: Any) -> Any:
        return value

    awaited = Await(Call(Variable("give"), (literal,)))
    recipe = Operation(symbol, awaited, Attribute(awaited, "__class__"))
    source = render(recipe, FileNames(Imports())).source
    namespace: dict[str, Any] = {"give": give}
    exec(f"async def scenario():\n    return {source}", namespace)
    plain = Operation(symbol, literal, Attribute(literal, "__class__"))
    expected = attempt(lambda: evaluate(plain, Surroundings()))
    actual = attempt(lambda: asyncio.run(namespace["scenario"]()))
    assert actual[0] == expected[0]
    assert same(expected[1], actual[1])
