"""Calls read from other files: by which names they go, which values can be said, and which had better not be."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from testwright.inside.recipes import Attribute, Call, Const, Function, Name, Recipe, Sequence, Variable, from_plain
from testwright.python_source.calls_elsewhere import EACH, CallsElsewhere
from testwright.python_source.read_module import read_module

SOURCE = """
from shop.kinds import Colour

class Base:
    def name(self): ...

class Cart(Base):
    def __init__(self, owner, size=3): ...
    def total(self, price, *more, rate=1): ...
    @classmethod
    def empty(cls, owner): ...

def add(a, b=0, **options): ...
"""


def calls(*texts: str, module: str = "shop.app", inits: dict[str, str] | None = None) -> list[tuple[str, Any, ...]]:
    """Function, positional names, and by name what can be said (None = nothing)."""
    found = CallsElsewhere(read_module(SOURCE, module="shop.carts", path="shop/carts.py"))
    for package, text in (inits or {}).items():
        found.learn_names(text, package)
    for text in texts:
        found.read(dedent(text), module)
    return [
        (
            each["function"],
            each["positional"],
            {name: read(value) for name, value in each["arguments"].items()},
            [read(value) for value in each["rest"]],
            {name: read(value) for name, value in each["keywords"].items()},
        )
        for each in found.calls
    ]


def read(plain: Any) -> Recipe | None:
    return None if plain is None else from_plain(plain)


def first_arguments(text: str) -> list[Recipe | None]:
    """What `add` is given first."""
    imports = "from shop.carts import add, Cart\n"
    return [each[2]["a"] for each in calls(imports + dedent(text)) if each[0] == "add"]


@pytest.mark.parametrize(
    "text",
    [
        "from shop.carts import add\nadd(1)",
        "from shop.carts import add as plus\nplus(1)",
        "import shop.carts\nshop.carts.add(1)",
        "import shop.carts as c\nc.add(1)",
        "from shop import carts\ncarts.add(1)",
        "from .carts import add\nadd(1)",
        "from shop.carts import *\nadd(1)",
        "def main():\n    from shop.carts import add\n    return [add(1)]",
    ],
)
def test_a_function_is_known_whatever_name_it_goes_by(text: str) -> None:
    assert calls(text) == [("add", ["a"], {"a": Const(1)}, [], {})]


def test_a_function_is_known_by_the_name_that_its_package_gives_it() -> None:
    inits = {"shop": "from .carts import add as plus"}
    assert calls("from shop import plus\nplus(1)", inits=inits) == [("add", ["a"], {"a": Const(1)}, [], {})]
    assert calls("import shop\nshop.add(1)", inits={"shop": "from .carts import *"})


def test_the_module_calls_itself() -> None:
    assert calls("def add(a): ...\nadd(1)", module="shop.carts") == [("add", ["a"], {"a": Const(1)}, [], {})]


@pytest.mark.parametrize(
    "text", ["def add(a): ...\nadd(1)", "from other import add\nadd(1)", "import os\nos.add(1)", "f("]
)
def test_what_only_has_the_same_name_is_left_alone(text: str) -> None:
    assert calls(text) == []


def test_arguments_go_to_their_parameters() -> None:
    text = "from shop.carts import add\nadd(1, b=2, c=3)"
    assert calls(text) == [("add", ["a"], {"a": Const(1), "b": Const(2)}, [], {"c": Const(3)})]


def test_methods_are_called_on_instances_that_can_be_made() -> None:
    text = """
    from shop.carts import Cart
    cart = Cart("Ann", size=2)
    cart.total(1, 2, 3, rate=4)
    cart.name()
    Cart.empty("Bob").total(5)
    """
    made = Call(Name("shop.carts", "Cart"), (Const("Ann"),), (("size", Const(2)),))
    empty = Call(Name("shop.carts", "Cart.empty"), (Const("Bob"),))
    assert calls(text) == [
        ("Cart.__init__", ["self", "owner"], {"self": None, "owner": Const("Ann"), "size": Const(2)}, [], {}),
        (
            "Cart.total",
            ["self", "price"],
            {"self": made, "price": Const(1), "rate": Const(4)},
            [Const(2), Const(3)],
            {},
        ),
        ("Cart.total", ["self", "price"], {"self": empty, "price": Const(5)}, [], {}),
        ("Base.name", ["self"], {"self": made}, [], {}),
        ("Cart.empty", ["cls", "owner"], {"cls": None, "owner": Const("Bob")}, [], {}),
    ]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("[1, 'a']", Sequence("list", (Const(1), Const("a")))),
        ("lambda x: x", Function("x", Variable("x"))),
        ("Cart('Ann')", Call(Name("shop.carts", "Cart"), (Const("Ann"),))),
        ("'a,b'.split(',')", Call(Attribute(Const("a,b"), "split"), (Const(","),))),
        ("datetime.date(2024, 1, 31)", Call(Name("datetime", "date"), (Const(2024), Const(1), Const(31)))),
        ("Colour('red')", Call(Name("shop.kinds", "Colour"), (Const("red"),))),
    ],
)
def test_plain_values_are_taken_over(source: str, wanted: Recipe) -> None:
    assert first_arguments(f"import datetime\nfrom shop.kinds import Colour\nadd({source}, 1)") == [wanted]


@pytest.mark.parametrize(
    "source",
    [
        "os.system('x')",
        "open('x')",
        "unknown",
        "helper(1)",
        "os.environ['X']",
        "exec('x')",
        "__import__('x')",
        "shutil",
    ],
)
def test_what_might_do_something_is_not_said(source: str) -> None:
    assert first_arguments(f"import io, os, shutil\nfrom shop.tools import helper\nadd({source}, 1)") == [None]


def test_names_hold_what_they_were_given_last() -> None:
    text = """
    LIMIT = 5
    add(LIMIT, 1)
    def one(x):
        y = 6
        add(y, 1)
        y = x
        add(y, 1)
    def two():
        add(LIMIT, 2)
    """
    assert first_arguments(text) == [Const(5), Const(6), None, Const(5)]


def test_a_list_that_was_changed_is_no_longer_known() -> None:
    text = """
    parts = []
    parts.append(x)
    add(parts, 1)
    parts = [1]
    parts[0] = x
    add(parts, 2)
    """
    assert first_arguments(text) == [None, None]


def test_a_name_that_a_loop_changes_is_not_known_in_it() -> None:
    assert first_arguments("n = 1\nwhile n < x:\n    add(n, 1)\n    n = n + 1\n") == [None]
    assert first_arguments("n = 1\nfor x in y:\n    add(n, 1)\n    n = x\n") == [None]


def test_loops_and_parametrized_tests_go_through_their_values() -> None:
    text = """
    for value in ["a", "b"]:
        add(value)
    @pytest.mark.parametrize("value, wanted", [("c", 1), pytest.param("d", 2)])
    def test_it(value, wanted):
        assert add(value) == wanted
    """
    assert first_arguments(text) == [Const("a"), Const("b"), Const("c"), Const("d")]


def test_a_call_of_which_nothing_can_be_said_is_left_out() -> None:
    assert first_arguments("add(x)") == []
    assert calls("from shop.carts import add\nadd(*[1])") == []


def test_each_function_has_a_fair_number_of_calls() -> None:
    text = "from shop.carts import add\n" + "".join(f"add({n})\n" for n in range(2 * EACH)) + "add(0)\n"
    assert len(calls(text)) == EACH
