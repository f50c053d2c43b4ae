"""Functions and classes that only tests define, taken out of their files with what they need, or not at all."""

from __future__ import annotations

from textwrap import dedent

import pytest

from testwright.inside.recipes import Call, Const, Function, Helper, Name, Operation, Surroundings, Variable, evaluate
from testwright.python_source.standalone import StandaloneSource

TEXT = dedent(
    """\
    import operator as op
    from collections import namedtuple
    from .beside import thing
    from shop import Cart

    LIMIT = 3
    Point = namedtuple("Point", "x y")

    def double(number):
        return number * 2

    def four_times(number):
        return double(double(number))

    def of_beside(x):
        return thing(x)

    class Special(Cart):
        def __init__(self, owner, *, limit=LIMIT):
            self.owner = owner

    def test_cart():
        calls = []
        class Local(Special):
            pass
        def count(n, step=1):
            nonlocal_free = n + step
            return nonlocal_free
        def noted(n):
            calls.append(n)
            return n
        total = 0
        def counted(n):
            nonlocal total
            total += n
        key, other = (lambda item: item % LIMIT), (lambda item: op.neg(item))
        deep = lambda x: (lambda y: y + 1)(x)
        listed = lambda rows: [row for row in rows if row]
        both = lambda x: first(x)
        assert double(
            (lambda x: x + 5)(1)
        )
        assert (lambda x: x)(1), (lambda x: x)(2)

    def decorated(function):
        def wrapper(x):
            return function(x) + 1
        return wrapper

    @decorated
    def plain(x):
        return x
    """
)


@pytest.fixture(name="source")
def _source() -> StandaloneSource:
    return StandaloneSource(TEXT, "tests.test_shop")


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(TEXT.splitlines(), 1) if text in line)


def lambda_in(source: StandaloneSource, text: str, body: str, **variables: object) -> object:
    line = line_of(text)
    return source.lambda_at(line, TEXT.splitlines()[line - 1].index(body), variables)  # type: ignore[arg-type]


def made(helper: Helper | None) -> object:
    assert helper is not None
    return evaluate(helper, Surroundings())


def test_a_function_comes_with_what_it_calls(source: StandaloneSource) -> None:
    helper = source.named("four_times")
    assert made(helper)(3) == 12  # type: ignore[operator]
    assert helper is not None
    assert helper.source.count("def ") == 2


def test_a_function_within_a_function_comes_alone(source: StandaloneSource) -> None:
    helper = source.named("test_cart.<locals>.count")
    assert made(helper)(2) == 3  # type: ignore[operator]
    assert helper is not None
    assert "Local" not in helper.source


def test_a_list_that_it_fills_begins_as_it_was_written(source: StandaloneSource) -> None:
    assert made(source.named("test_cart.<locals>.noted"))(2) == 2  # type: ignore[operator]


def test_what_changes_a_variable_of_the_function_around_it_cannot_stand_alone(source: StandaloneSource) -> None:
    assert source.named("test_cart.<locals>.counted") is None


def test_what_imports_from_beside_itself_names_that_in_full(source: StandaloneSource) -> None:
    helper = source.named("of_beside")
    assert helper is not None
    assert helper.source.startswith("from tests.beside import thing\n")


def test_a_class_comes_with_the_ones_it_derives_from(source: StandaloneSource) -> None:
    helper = source.named("test_cart.<locals>.Local")
    assert helper is not None
    assert helper.source.splitlines()[:2] == ["from shop import Cart", "LIMIT = 3"]
    assert "class Special(Cart):" in helper.source
    assert source.constructor("Special") == [("owner", True), ("limit", False)]
    assert source.bases("Special") == [("shop", "Cart")]
    assert source.bases("test_cart.<locals>.Local") == [("", "Special")]
    assert source.has_constructor("Special")
    assert not source.has_constructor("test_cart.<locals>.Local")


def test_what_a_statement_makes_comes_too(source: StandaloneSource) -> None:
    assert made(source.named("Point"))(1, 2) == (1, 2)  # type: ignore[operator]


def test_of_two_lambdas_in_a_line_the_one_at_the_column_is_meant(source: StandaloneSource) -> None:
    negated = lambda_in(source, "key, other", "op.neg")
    assert negated == Function("item", Call(Name("operator", "neg"), (Variable("item"),)))
    nested = lambda_in(source, "deep =", "y + 1")
    assert nested == Function("y", Operation("+", Variable("y"), Const(1)))


def test_at_the_place_of_an_assertion_its_only_lambda_is_meant(source: StandaloneSource) -> None:
    assert lambda_in(source, "assert double", "assert") == Function("x", Operation("+", Variable("x"), Const(5)))
    assert lambda_in(source, "assert (lambda", "assert") is None


def test_a_lambda_that_is_no_single_expression_of_ours_becomes_a_function(source: StandaloneSource) -> None:
    remainder = lambda_in(source, "key, other", "item % LIMIT")
    assert isinstance(remainder, Helper)
    assert made(remainder)(7) == 1  # type: ignore[operator]
    listed = lambda_in(source, "listed =", "[row")
    assert isinstance(listed, Helper)
    assert made(listed)([0, 1]) == [1]  # type: ignore[operator]


def test_what_its_outer_variables_held_is_written_down(source: StandaloneSource) -> None:
    assert lambda_in(source, "both =", "first(x)") is None
    first = lambda_in(source, "both =", "first(x)", first=Name("builtins", "abs"))
    assert evaluate(first, Surroundings())(-1) == 1  # type: ignore[arg-type, operator]
    wrapper = source.named("decorated.<locals>.wrapper", line_of("def wrapper"), {"function": Name("operator", "neg")})
    assert made(wrapper)(3) == -2  # type: ignore[operator]
    assert source.named("decorated.<locals>.wrapper", line_of("def wrapper")) is None


def test_what_ran_is_the_function_and_not_what_decorators_made_of_it(source: StandaloneSource) -> None:
    bare = source.named("plain", line_of("@decorated"))
    assert made(bare)(1) == 1  # type: ignore[operator]


def test_a_place_where_nothing_is_gives_nothing(source: StandaloneSource) -> None:
    assert source.lambda_at(1, 0) is None
    assert source.named("nowhere") is None
    assert source.named("double", 1) is None
