"""A test is left with the lines and arguments that it cannot do without, after few attempts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from testwright.inside.rehearsing.arranged_step import ArrangedStep
from testwright.inside.rehearsing.shortening import with_fewer_arguments, with_fewer_rows, without_idle_rows


def a_row(name: str, *needs: str, fields: str = "xyz") -> ArrangedStep:
    arguments = [*([each, f"{each}=1", [], True] for each in fields), *([need, need, [need], False] for need in needs)]
    return ArrangedStep.from_plain(
        {"name": name, "head": f"{name} = X(", "arguments": arguments, "needs": [], "label": "shop.X"}
    )


class Attempts:
    """Holds what was tried, and finds good what `wanted` does."""

    def __init__(self, wanted: Callable[[list[ArrangedStep]], bool]) -> None:
        self.tried: list[list[str]] = []
        self._wanted = wanted

    def __call__(self, steps: list[ArrangedStep]) -> bool:
        self.tried.append([step.text for step in steps])
        return self._wanted(steps)


def names(steps: list[ArrangedStep]) -> list[str]:
    return [step.name for step in steps]


def test_rows_that_are_not_needed_go_with_what_refers_to_them() -> None:
    rows = [a_row("a"), a_row("b", "a"), a_row("c"), a_row("d", "c"), a_row("e")]
    attempts = Attempts(lambda steps: "d" in names(steps))
    assert names(with_fewer_rows(rows, (), attempts)) == ["c", "d"]
    assert names(with_fewer_rows(rows, {"a"}, attempts)) == ["a", "c", "d"]


def test_arguments_that_are_not_needed_go_at_once() -> None:
    rows = [a_row("a"), a_row("b", "a")]
    attempts = Attempts(lambda steps: True)
    assert [row.text for row in with_fewer_arguments(rows, (), attempts)] == ["a = X()", "b = X(a)"]
    assert len(attempts.tried) == 1


@pytest.mark.parametrize("needed", ["a = X(y=1", "b = X(z=1"])
def test_the_one_argument_that_is_needed_is_found(needed: str) -> None:
    rows = [a_row("a"), a_row("b", "a")]
    name, field = needed[0], needed[6]
    attempts = Attempts(lambda steps: all(field not in step.gone for step in steps if step.name == name))
    texts = [row.text for row in with_fewer_arguments(rows, (), attempts)]
    assert [text for text in texts if "=1" in text] == [text for text in texts if text.startswith(needed)]
    assert len(attempts.tried) < 8


def test_a_field_goes_from_all_rows_of_a_model_or_is_believed_to_be_wanted_by_all() -> None:
    rows = [a_row(name) for name in "abcdefgh"]
    attempts = Attempts(lambda steps: all("x" not in step.gone for step in steps))
    kept = with_fewer_arguments(rows, (), attempts)
    assert [row.text for row in kept] == [f"{name} = X(x=1)" for name in "abcdefgh"]
    assert len(attempts.tried) == 1 + 1 + 2 + 1 + 2  # everything, all x, two of them, the others, all y and all z
    attempts = Attempts(lambda steps: "x" not in steps[3].gone)
    kept = with_fewer_arguments(rows, (), attempts)
    assert [row.name for row in kept if "x=1" in row.text] == ["d"]


def test_an_argument_that_is_fixed_stays() -> None:
    (row,) = with_fewer_arguments([a_row("a")], {("a", "y")}, lambda steps: True)
    assert row.text == "a = X(y=1)"


def test_a_row_that_nobody_refers_to_any_more_goes() -> None:
    rows = [a_row("a"), a_row("b", "a"), a_row("c")]
    assert names(without_idle_rows(rows, {"c"}, lambda steps: True)) == ["c"]
    assert names(without_idle_rows(rows, {"b"}, lambda steps: True)) == ["a", "b"]
    assert names(without_idle_rows(rows, (), lambda steps: "a" in names(steps))) == ["a"]
