"""Offers small functions where one is called: constants, identities, builtins, and some that do more than answer."""

from __future__ import annotations

import random
from collections.abc import Sequence as Sequence_

from ..recipes import Attribute, Call, Const, Dictionary, Function, Item, Name, Recipe, Sequence, Variable
from .stand_ins import MOCK

__all__ = ["CHANGING", "RAISING", "any_function", "eventful"]

ANYTHING = "*args, **kwargs"
ANSWERING: tuple[Recipe, ...] = (
    Function(ANYTHING, Const(None)),
    Function(ANYTHING, Const(True)),
    Function("*args", Variable("args")),
    Function("x", Variable("x")),
    Function(ANYTHING, Const(1)),
    Function(ANYTHING, Const("abc")),
    Name("builtins", "str"),
    Name("builtins", "len"),
    Name("builtins", "list"),
    Name("builtins", "int"),
    Function("a, b", Variable("a")),
    Function("*args", Item(Variable("args"), Const(0))),
    Function("x", Call(Name("builtins", "bool"), (Variable("x"),))),
)
RAISING: tuple[Recipe, ...] = (
    Function(ANYTHING, Call(Name("builtins", "int"), (Const("x"),))),
    Function(ANYTHING, Item(Dictionary(()), Const("key"))),
    Function(ANYTHING, Item(Sequence("list", ()), Const(0))),
    Function(ANYTHING, Call(Name("builtins", "open"), (Const("missing"),))),
    Function(ANYTHING, Call(Name("builtins", "next"), (Call(Name("builtins", "iter"), (Sequence("list", ()),)),))),
)
"""ValueError, KeyError, IndexError, FileNotFoundError and StopIteration, as code comes by them."""
TURNS: tuple[tuple[Recipe, ...], ...] = (
    (Const(False), Const(True)),
    (Const(True), Const(False)),
    (Const(1), Const(2), Const(3)),
    (Const("a"), Const("b")),
    (Const(None), Const("abc")),
)
FIRST, SECOND = Variable("first"), Variable("second")
CHANGING: tuple[Recipe, ...] = (
    Function("first, *rest", Call(Attribute(FIRST, "clear"))),
    Function("first, *rest", Call(Attribute(FIRST, "append"), (Const(1),))),
    Function("first, *rest", Call(Attribute(FIRST, "append"), (Const("abc"),))),
    Function("first, *rest", Call(Attribute(FIRST, "pop"))),
    Function("first, second, *rest", Call(Attribute(FIRST, "setdefault"), (SECOND, Const(1)))),
    Function("first, second, *rest", Call(Attribute(FIRST, "setdefault"), (SECOND, Const("abc")))),
    Function("first, second, *rest", Call(Attribute(FIRST, "pop"), (SECOND,))),
    Function("first, *rest", Call(Attribute(FIRST, "update"), (), (("key", Const(1)),))),
)
"""What is handed to them is another one afterwards."""


def eventful(rng: random.Random, caught: Sequence_[Recipe]) -> Recipe:
    """One that changes what it is given, answers otherwise each time, or raises one of the `caught` exceptions."""
    roll = rng.random()
    if roll < 0.4:
        return rng.choice(CHANGING)
    failure = rng.choice(caught) if caught else Name("builtins", "ValueError")
    if roll < 0.65:
        return Call(MOCK, (), (("side_effect", failure),))
    turns = rng.choice(TURNS)
    if rng.random() < 0.4:
        turns = (failure, *turns[-1:])
    return Call(MOCK, (), (("side_effect", Sequence("list", turns)),))


def any_function(rng: random.Random) -> Recipe:
    return rng.choice(RAISING) if rng.random() < 0.15 else rng.choice(ANSWERING)
