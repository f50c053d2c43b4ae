"""Arguments that contradict a hint are found, and plain values that fit are offered instead."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from testwright.inside.exploring.argument_fit import ArgumentFit
from testwright.inside.recipes import Attribute, Call, Const, Dictionary, Name, Recipe, Sequence, Variable
from testwright.inside.scenario import Scenario, Step


class Field:
    def __init__(self, size: int, allow_null: bool = False, label: str | None = None, untyped=3, **rest: Any):  # type: ignore[no-untyped-def]
        self.size = size

    def check(self, value: str, tags: list[str] | None = None, mode: Literal["a", "b"] = "a") -> None: ...

    @classmethod
    def make(cls, size: int) -> Field:
        return cls(size)


class Text(Field):
    def __init__(self, pattern: str = "", **kwargs: Any) -> None:
        super().__init__(1, **kwargs)


@pytest.fixture(autouse=True)
def module() -> Iterator[None]:
    made = types.ModuleType("fields")
    Field.__module__ = "fields"
    vars(made).update(Field=Field, Text=Text)
    sys.modules["fields"] = made
    yield
    del sys.modules["fields"]


MADE = Step(Call(Name("fields", "Field"), (Const(1),)), "field")


def construct(*args: Recipe, **kwargs: Recipe) -> Scenario:
    return Scenario((Step(Call(Name("fields", "Field"), args, tuple(kwargs.items())), "result"),), "Field.__init__")


def check(*args: Recipe, **kwargs: Recipe) -> Scenario:
    call = Call(Attribute(Variable("field"), "check"), args, tuple(kwargs.items()))
    return Scenario((MADE, Step(call, "result")), "Field.check")


def places(scenario: Scenario) -> list[tuple[int, ...]]:
    return [misfit.place for misfit in ArgumentFit().misfits(scenario)]


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        (construct(Const(1)), []),
        (construct(Const("a")), [(0, 1)]),
        (construct(Const(True)), [(0, 1)]),
        (construct(Const(1), allow_null=Const("a")), [(0, 2)]),
        (construct(Const(1), label=Const(None)), []),
        (construct(Const(1), label=Const(2)), [(0, 2)]),
        (construct(Const(1), untyped=Const("x")), [(0, 2)]),
        (construct(Const(1), other=Const("x")), []),
        (check(Const("x")), []),
        (check(Const(3)), [(1, 1)]),
        (check(Const("x"), Sequence("list", (Const("a"),))), []),
        (check(Const("x"), Sequence("list", (Const(1),))), [(1, 2)]),
        (check(Const("x"), Dictionary(())), [(1, 2)]),
        (check(Const("x"), mode=Const("b")), []),
        (check(Const("x"), mode=Const("c")), [(1, 2)]),
        (check(Variable("field")), []),
        (check(), [(1,)]),
        (construct(), [(0,)]),
        (construct(size=Const(1)), []),
    ],
)
def test_arguments_of_another_type_are_found(scenario: Scenario, expected: list[tuple[int, ...]]) -> None:
    assert places(scenario) == expected


def test_a_contradicted_default_weighs_less_than_a_contradicted_hint() -> None:
    hinted, guessed = ArgumentFit().misfits(construct(Const("a"), untyped=Const("x")))
    assert hinted.weight > guessed.weight > 0


def test_plain_values_of_the_hint_are_offered() -> None:
    [misfit] = ArgumentFit().misfits(construct(Const(1), allow_null=Const("a")))
    assert list(misfit.plain()) == [Const(True), Const(False)]
    [misfit] = ArgumentFit().misfits(check(Const("x"), Dictionary(())))
    assert next(iter(misfit.plain())) == Sequence("list", (Const("abc"),))


def test_what_an_alternative_constructor_gives_is_taken_for_the_class() -> None:
    steps = (Step(Call(Name("fields", "Field.make"), (Const(1),)), "field"), check(Const(3)).steps[-1])
    assert places(Scenario(steps, "Field.check")) == [(1, 1)]


def test_where_a_method_is_defined_is_told_by_its_class() -> None:
    scenario = check(Const("x"))
    fit = ArgumentFit()
    assert fit.qualname_of(scenario, Attribute(Variable("field"), "check"), "fields") == "Field.check"
    assert fit.qualname_of(scenario, Attribute(Variable("field"), "missing"), "fields") == ""
    assert fit.qualname_of(scenario, Name("elsewhere", "f"), "fields") == ""


@pytest.mark.parametrize(
    ("args", "positional", "named"),
    [
        ((Const(1), Const(2)), 2, ()),
        ((Const(1), Const(True)), 1, ("allow_null",)),
        ((Const(1), Const(2), Const("a"), Const(4)), 2, ("label", "untyped")),
        ((Const(1), Const(2), Const("a"), Const(4), Const(5)), 5, ()),
    ],
)
def test_bare_values_that_say_little_get_their_names(
    args: tuple[Recipe, ...], positional: int, named: tuple[str, ...]
) -> None:
    spelled = ArgumentFit().spelled_out(construct(*args)).steps[-1].recipe
    assert isinstance(spelled, Call)
    assert spelled.args == args[:positional]
    assert tuple(name for name, _ in spelled.kwargs) == named


def test_keywords_that_are_handed_on_are_those_of_the_base() -> None:
    def text(**kwargs: Recipe) -> Scenario:
        return Scenario((Step(Call(Name("fields", "Text"), (), tuple(kwargs.items())), "result"),), "Text.__init__")

    assert places(text()) == []
    assert places(text(allow_null=Const("abc"))) == [(0, 1)]
    assert places(text(allow_null=Const(True), pattern=Const(1))) == [(0, 2)]
