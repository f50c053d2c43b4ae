"""Holds what all kinds of properties are conjectured from, and makes a test, with alternatives that ask for less."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from testwright.nouns.property_test import Import, PropertyTest
from testwright.propose.properties.callables import Subject
from testwright.propose.properties.narrowing import narrower
from testwright.propose.properties.strategies import Strategies, Strategy
from testwright.python_source.model import ModuleModel, ParameterModel

__all__ = ["Context", "alternatives", "equal", "spoken", "tokens"]

_LONGEST_LINE = 96


@dataclass(frozen=True, slots=True)
class Context:
    """One module: its model, what can be called in it, and in the modules beside it."""

    model: ModuleModel
    strategies: Strategies
    subjects: Sequence[Subject]
    beside: Sequence[Subject] = ()


def tokens(name: str) -> list[str]:
    """The words of a name in lower case: "b58_encodeAll" gives b58, encode, all."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def spoken(subject: Subject | str) -> str:
    """How test names call it: "Version.parse" becomes version_parse."""
    text = subject if isinstance(subject, str) else subject.expression
    return "_".join(tokens(text.replace(".", "_")))


def alternatives(
    test: PropertyTest, drawn: Sequence[tuple[str, Strategy, ParameterModel]], *, narrowed: bool = True
) -> list[PropertyTest]:
    """`test` with these draws, then, if `narrowed`, the same for fewer values of the first one that can be narrowed."""
    strategies = [strategy for _, strategy, _ in drawn]
    choices = [strategies]
    if narrowed:
        for _, strategy, parameter in drawn:
            less = narrower(strategy, parameter)
            choices += [[one if each == strategy else each for each in strategies] for one in less]
            if less:
                break
    names = [name for name, _, _ in drawn]
    return [_drawing(test, names, chosen) for chosen in choices]


def _drawing(test: PropertyTest, names: Sequence[str], chosen: Sequence[Strategy]) -> PropertyTest:
    imports = frozenset[Import]().union(*(strategy.imports for strategy in chosen))
    return replace(
        test,
        draws=tuple((name, strategy.source) for name, strategy in zip(names, chosen, strict=True)),
        imports=test.imports | imports,
        group=test.group or test.name,
        strong=test.strong and not any(strategy.guessed for strategy in chosen),
    )


def equal(left: str, right: str, *, name: str = "result") -> tuple[str, ...]:
    """The assertion that both are equal, in two lines where one would be too long."""
    line = f"assert {left} == {right}"
    return (line,) if len(line) <= _LONGEST_LINE - 4 else (f"{name} = {left}", f"assert {name} == {right}")
