"""Offers small functions where one is called: constants, identities, builtins, and some that raise."""

from __future__ import annotations

import random

from ..recipes import Call, Const, Dictionary, Function, Item, Name, Recipe, Sequence, Variable

__all__ = ["RAISING", "any_function"]

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


def any_function(rng: random.Random) -> Recipe:
    return rng.choice(RAISING) if rng.random() < 0.15 else rng.choice(ANSWERING)
