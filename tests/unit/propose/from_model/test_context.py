"""What a model is shown, in which order, and what goes first where there is little room."""

from __future__ import annotations

from dataclasses import replace

from testwright.llm.exchange import Sampling
from testwright.nouns import Gap
from testwright.propose.from_model.context import Surroundings, context_of, fenced
from testwright.propose.from_model.prompts import question_of_docstring, question_of_rows, question_of_tests
from testwright.python_source.read_module import read_module

SOURCE = '''\
"""A shop."""
import math

LIMIT = 3

def rounded(x: float, *, digits=2) -> float:
    """Half up."""
    return math.floor(x)

class Cart:
    """Lines."""
    size = 1

    def __init__(self, name):
        self.name = name

    def total(self, x):
        """The total.

        With tax."""
        if x > LIMIT:
            return rounded(x)
        return 0
'''
GAP = Gap("Cart.total", (22,), ("line 21: the condition on line 21 was never true",), (("- return 0", "+ return 1"),))
AROUND = Surroundings(("cart.total(3)",), "def test_style():\n    assert 1")


def shown(gap: Gap = GAP, around: Surroundings = AROUND):
    return context_of(SOURCE, read_module(SOURCE, module="shop.cart", path="/secret/place/cart.py"), gap, around)


def test_what_is_the_same_for_most_questions_comes_first_and_what_is_missing_last():
    text = shown().text
    parts = [
        "LIMIT = 3",
        "class Cart:",
        "def __init__",
        "def rounded(x: float, *, digits = 2) -> float  # Half up.",
        "cart.total(3)",
        "def test_style",
        "def total",
        "            return rounded(x)  # <- not reached",
        "No test reaches the lines",
        "line 21: the condition",
        "+ return 1",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "/secret" not in text
    assert text == shown().text


def test_the_least_important_is_cut_first_and_the_function_never():
    context = shown()

    def cut(tokens: int) -> str:
        return context.within(tokens, len).text

    assert cut(len(context.text)) == context.text
    whole = len(context.text)
    assert "test_style" not in cut(whole - 1)
    assert "cart.total(3)" in cut(whole - 1)
    assert "def total" in cut(1)
    assert "LIMIT = 3" not in cut(1)
    assert context.within(None, len) == context


def test_a_long_function_is_shown_around_what_is_missing():
    source = "def long(x):\n" + "".join(f"    x += {n}\n" for n in range(400)) + "    return x\n"
    model = read_module(source, module="m", path="m.py")
    text = context_of(source, model, Gap("long", (301,)), Surroundings()).target
    assert "x += 299  # <- not reached" in text
    assert "def long" in text
    assert "    ...\n" in text
    assert len(text.splitlines()) < 80


def test_no_source_ends_its_fence():
    assert fenced("a ```` b", "python") == "`````python\na ```` b\n`````"


def test_the_docstring_is_asked_about_without_the_body():
    sampling = Sampling()
    model = read_module(SOURCE, module="shop.cart", path="cart.py")
    asked = question_of_docstring("def total(self, x)", model.functions[-1].docstring, sampling)
    assert "rounded" not in asked.messages[1].text
    assert "With tax." in asked.messages[1].text
    assert asked.schema


def test_questions_of_one_module_begin_alike():
    one = question_of_rows("shop.cart", shown(), Sampling()).messages
    other = question_of_rows("shop.cart", shown(replace(GAP, target="Cart.__init__", lines=(15,))), Sampling()).messages
    assert one[0] == other[0]
    assert one[1].text[:60] == other[1].text[:60]
    failed = question_of_tests(
        "shop.cart", shown(), Sampling(), fixtures=["shop_db"], failures=["test_a: assert 1 == 2"]
    )
    assert "test_a: assert 1 == 2" in failed.messages[1].text
    assert "shop_db" in failed.messages[1].text
