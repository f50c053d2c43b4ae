"""Expressions as a person writes them; that they keep their value is a property test's business."""

from __future__ import annotations

import pytest

from testwright.inside.recipes import (
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
    Patch,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
)
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import lay_out
from testwright.python_source.render_recipe import FileNames, parts_of, render

ONE, TWO, X = Const(1), Const(2), Variable("x")
SUM = Operation("+", ONE, TWO)


@pytest.mark.parametrize(
    ("recipe", "source"),
    [
        (Const(float("-inf")), 'float("-inf")'),
        (Sequence("set", ()), "set()"),
        (Sequence("frozenset", (ONE,)), "frozenset({1})"),
        (Sequence("tuple", (ONE,)), "(1,)"),
        (Dictionary(((Const("a"), ONE),)), '{"a": 1}'),
        (Operation("*", SUM, TWO), "(1 + 2) * 2"),
        (Operation("-", ONE, Operation("-", ONE, TWO)), "1 - (1 - 2)"),
        (Operation("**", Const(-1), TWO), "(-1) ** 2"),
        (Operation("**", X, Const(-2)), "x**-2"),
        (Operation("-", Operation("**", X, TWO)), "-(x**2)"),
        (Operation("not", Operation("in", ONE, X)), "1 not in x"),
        (Operation("not", Operation("is", X, Const(None))), "x is not None"),
        (Operation("==", Operation("==", ONE, TWO), X), "(1 == 2) == x"),
        (Attribute(ONE, "real"), "(1).real"),
        (Call(Name("builtins", "getattr"), (ONE, Const("real"))), "(1).real"),
        (Call(Name("builtins", "getattr"), (X, Const("class"))), 'getattr(x, "class")'),
        (Call(Name("builtins", "getattr"), (X, Const("__private"))), 'getattr(x, "__private")'),
        (Call(Name("builtins", "getattr"), (X, Const("y"), ONE)), 'getattr(x, "y", 1)'),
        (Attribute(Const(-1.5), "real"), "(-1.5).real"),
        (Attribute(Await(X), "y"), "(await x).y"),
        (Call(Function("x", X), (ONE,)), "(lambda x: x)(1)"),
        (Function("", ONE), "lambda: 1"),
        (Item(X, Call(Name("builtins", "slice"), (ONE, Const(None), Const(None)))), "x[1:]"),
        (Item(X, Call(Name("builtins", "slice"), (ONE, Const(None)))), "x[1:]"),
        (Item(X, Sequence("tuple", (ONE, TWO))), "x[(1, 2)]"),
        (Call(X, (ONE,), (("class", TWO), ("b", ONE))), 'x(1, **{"class": 2}, b=1)'),
        (Const("a" * 64 + "@b.com"), '"a" * 64 + "@b.com"'),
        (Const(b"\xff" * 30), 'b"\\xff" * 30'),
        (Attribute(Const("a" * 20), "upper"), '("a" * 20).upper'),
        (Operation("*", Const("a" * 20 + "b"), TWO), '("a" * 20 + "b") * 2'),
        (Operation("-", X, Const("-" * 40)), 'x - "-" * 40'),
        (Const("a" * 19), '"' + "a" * 19 + '"'),
        (Const(" " * 40), '"' + " " * 40 + '"'),
    ],
)
def test_source(recipe: Recipe, source: str) -> None:
    assert render(recipe, FileNames(Imports())).source == source


def test_files_are_set_up_before() -> None:
    files = (ScratchFile("a.txt", "hi"), ScratchFile("deep/b.bin", b"\x00", as_text=True), ScratchFile("no.txt"))
    rendered = render(Call(Variable("f"), files), FileNames(Imports()))
    assert rendered.source == 'f(a_path, str(b_path), tmp_path / "no.txt")'
    assert rendered.setup == (
        'a_path = tmp_path / "a.txt"',
        'a_path.write_text("hi", encoding="utf-8")',
        'b_path = tmp_path / "deep" / "b.bin"',
        "b_path.parent.mkdir(parents=True, exist_ok=True)",
        'b_path.write_bytes(b"\\x00")',
    )


def test_a_folder_is_made() -> None:
    rendered = render(ScratchFile("inbox/"), FileNames(Imports()))
    assert rendered.source == "folder"
    assert rendered.setup == ('folder = tmp_path / "inbox"', "folder.mkdir(parents=True, exist_ok=True)")


def test_helpers_are_defined_once_and_kept_apart() -> None:
    names = FileNames(Imports())
    first = Helper("Stub", "import json\n\n\nclass Stub:\n    pass\n")
    second = Helper("Stub", 'class Stub:\n    name = "Stub"\n')
    assert render(Sequence("list", (first, first, second)), names).source == "[Stub, Stub, Stub2]"
    assert names.helpers.sources == ("class Stub:\n    pass", 'class Stub2:\n    name = "Stub"')
    assert names.imports.render() == "import json"


def test_a_long_expression_is_broken_at_its_last_bracket_first() -> None:
    call = Call(Attribute(Call(Variable("f"), (ONE,)), "g"), tuple(Const("word " * 6) for _ in range(4)))
    lines = lay_out(parts_of(call, FileNames(Imports())), before="x = ")
    assert lines[0] == "x = f(1).g("
    assert lines[-1] == ")"
    assert len(lines) == 6


def test_a_long_text_becomes_one_literal_a_line() -> None:
    recipe = Dictionary(((Const("text"), Const("first line of some text\n" * 4)),))
    lines = lay_out(parts_of(recipe, FileNames(Imports())), before="x = ")
    piece = '        "first line of some text\\n"'
    assert lines == ["x = {", '    "text": (', *[piece] * 4, "    ),", "}"]


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("shop.cart.LIMIT", 'monkeypatch.setattr("shop.cart.LIMIT", 1)'),
        ("shop.cart:LIMIT", 'monkeypatch.setattr(import_module("shop.cart"), "LIMIT", 1)'),
        ("shop.cart:Cart.limit", 'monkeypatch.setattr(import_module("shop.cart").Cart, "limit", 1)'),
    ],
)
def test_a_patch_names_the_module_where_no_path_leads_to_it(target: str, source: str) -> None:
    names = FileNames(Imports())
    assert render(Patch("setattr", target, ONE), names).source == source
    assert ("from importlib import import_module" in names.imports.render()) == (":" in target)
