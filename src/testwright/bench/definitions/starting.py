"""Makes a definition to start from: one that is valid as it is, with each part that a good one has."""

from __future__ import annotations

from textwrap import dedent
from typing import Final

from testwright.bench.definitions.schema import AnyDefinition
from testwright.bench.definitions.toml_text import toml_text
from testwright.nouns.definition import CODE_CRITERIA, TEST_CRITERIA, BugFix, Definition, TestGenerationDefinition

__all__ = ["starting_definition", "starting_text"]

_PROMPT: Final = (
    "Write a function `{name}(prices, limit)`. It returns, as a list, the cheapest of the prices that can be bought "
    "together for at most `limit`, cheapest first. {error} The list that it is given stays as it is."
)
_PYTHON: Final = """\
def {name}(prices, limit):
    if limit < 0:
        raise ValueError(f"the limit {{limit}} is negative")
    chosen = []
    for price in sorted(prices):
        if sum(chosen) + price > limit:
            break
        chosen.append(price)
    return chosen
"""
_UNSORTED: Final = """\
def {name}(prices, limit):
    if limit < 0:
        raise ValueError("negative")
    chosen = []
    for price in prices:
        if sum(chosen) + price <= limit:
            chosen.append(price)
    return chosen
"""
_IN_PLACE: Final = """\
def {name}(prices, limit):
    if limit < 0:
        raise ValueError("negative")
    prices.sort()
    while sum(prices) > limit:
        prices.pop()
    return prices
"""
_JULIA: Final = """\
function {name}(prices, limit)
    limit < 0 && throw(ArgumentError("the limit is negative"))
    chosen = similar(prices, 0)
    for price in sort(prices)
        sum(chosen) + price > limit && break
        push!(chosen, price)
    end
    return chosen
end
"""
_JULIA_UNSORTED: Final = """\
function {name}(prices, limit)
    limit < 0 && throw(ArgumentError("the limit is negative"))
    return [price for price in prices if price <= limit]
end
"""


def starting_text(definition: AnyDefinition, path: str) -> str:
    """Of its file, which is to be at `path`."""
    return f"# Valid as it is. Put your own task in its place, then: testwright bench validate {path}\n\n{toml_text(definition)}"


def starting_definition(name: str, language: str, kind: str, contributor: str, created: str) -> AnyDefinition:
    """`kind` is the table that its file has; `created` an ISO date."""
    if kind == "test_generation":
        return _of_tests(name, contributor, created)
    make = _in_julia if language == "julia" else _in_python
    return make(name, contributor, created)


def _in_python(name: str, contributor: str, created: str) -> Definition:
    return Definition(
        name=name,
        contributor=contributor,
        criteria=CODE_CRITERIA,
        prompt=_PROMPT.format(name=name, error="It raises `ValueError` where `limit` is negative."),
        version="1.0",
        examples=(f"{name}([3, 1, 2], 4)", f"{name}([], 0)"),
        unit_tests=(
            f"assert {name}([3, 1, 2], 4) == [1, 2]",
            f"assert {name}([3, 1, 2], 3) == [1, 2]  # the limit itself may be spent",
            f"assert {name}([5], 4) == []",
            f"assert {name}([0], 0) == [0]",
            f"with raises(ValueError):\n    {name}([1], -1)",
            f"def test_its_argument_is_left_alone():\n    prices = [2, 1]\n    {name}(prices, 9)\n    assert prices == [2, 1]",
        ),
        imports=(),
        reference_solution=_PYTHON.format(name=name),
        language="python",
        wrong_solutions=(_UNSORTED.format(name=name), _IN_PLACE.format(name=name)),
        created=created,
        tags=("lists",),
        difficulty="easy",
    )


def _in_julia(name: str, contributor: str, created: str) -> Definition:
    return Definition(
        name=name,
        contributor=contributor,
        criteria=CODE_CRITERIA,
        prompt=_PROMPT.format(name=name, error="It throws an `ArgumentError` where `limit` is negative."),
        version="1.0",
        examples=(f"{name}([3, 1, 2], 4)", f"{name}(Int[], 0)"),
        unit_tests=(
            f"@test {name}([3, 1, 2], 4) == [1, 2]",
            f"@test {name}([3, 1, 2], 3) == [1, 2]",
            f"@test {name}([5], 4) == []",
            f"@test_throws ArgumentError {name}([1], -1)",
            f"prices = [2, 1]\n{name}(prices, 9)\n@test prices == [2, 1]",
        ),
        imports=(),
        reference_solution=_JULIA.format(name=name),
        isolation="shared",
        wrong_solutions=(_JULIA_UNSORTED.format(name=name),),
        created=created,
        tags=("lists",),
        difficulty="easy",
    )


def _of_tests(name: str, contributor: str, created: str) -> TestGenerationDefinition:
    source = _PYTHON.format(name="cheapest")
    mutant = source.replace("sorted(prices)", "prices")
    before = source.replace("> limit", ">= limit")
    return TestGenerationDefinition(
        name=name,
        contributor=contributor,
        criteria=TEST_CRITERIA,
        prompt=f"Write pytest tests of the module `{name}`, whose source is given.",
        version="1.0",
        source=source,
        mutants=(mutant,),
        bug_fix=BugFix(before, source),
        reference_tests=_tests_of(name),
        created=created,
        tags=("lists",),
        difficulty="easy",
    )


def _tests_of(module: str) -> str:
    return dedent(f"""\
        import pytest
        from {module} import cheapest


        def test_the_cheapest_come_first():
            assert cheapest([3, 1, 2], 4) == [1, 2]


        def test_the_limit_itself_may_be_spent():
            assert cheapest([3, 1, 2], 3) == [1, 2]
            assert cheapest([0], 0) == [0]


        def test_what_costs_too_much_is_left():
            assert cheapest([5], 4) == []


        def test_a_negative_limit_is_refused():
            with pytest.raises(ValueError, match="the limit -1 is negative"):
                cheapest([1], -1)


        def test_its_argument_is_left_alone():
            prices = [2, 1]
            cheapest(prices, 9)
            assert prices == [2, 1]
        """)
