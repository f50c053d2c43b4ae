"""Decides how unpleasant a scenario would read as a test: what it says, what it is given, what comes out of it."""

from __future__ import annotations

import ast
import asyncio
import math
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..observing.volatile import ADDRESS
from ..recipes import Const, Recipe, walk
from ..scenario import Scenario
from .argument_fit import ArgumentFit
from .corpus import cost_of, text_cost

__all__ = ["Price", "Pricing", "familiar_texts", "holds_address", "price_of_value"]

FAMILIAR = -0.3
"""A text of the module's own documentation is better than any that we could think of."""
PLAIN_TEXTS = {"abc": 0.0, "a": 0.1, "1": 0.2, "": 0.3}
"""The texts that shrinking tries, an ordinary one before the edges."""
INVENTED = 0.4
UNSEEN, OPAQUE, LOCAL, NOTHING = 15.0, 3.0, 10.0, 1.5
LATER = (types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType, Iterator, asyncio.Future)
ROUTINES = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)

Price = Callable[[Scenario, str, bool], float]


class Pricing:
    """`familiar` are texts that the module's documentation uses."""

    def __init__(self, familiar: Iterable[str] = ()) -> None:
        self.fit = ArgumentFit()
        self.familiar = frozenset(familiar)

    def __call__(self, scenario: Scenario, raised: str, private: bool, limit: float = math.inf) -> float:
        """The price without the result's; anything from `limit` on means too much."""
        cost = cost_of(scenario, raised, private)
        cost += sum(self._of_text(node) for step in scenario.steps for node in walk(step.recipe))
        return cost if cost >= limit else cost + self.fit.weight(scenario)

    def _of_text(self, node: Recipe) -> float:
        """What is added: while searching, a text's length says most; to a reader it matters which text it is."""
        if not isinstance(node, Const) or type(node.value) is not str:
            return 0.0
        if node.value in self.familiar:
            return FAMILIAR - text_cost(node.value)
        if node.value in PLAIN_TEXTS:
            return PLAIN_TEXTS[node.value] - text_cost(node.value)
        return INVENTED


def price_of_value(value: Any) -> float:
    """Results differ in how much a test can say of them; the type alone is asked, as the value may lie."""
    kind = type(value)
    if value is None:
        return NOTHING
    if kind.__module__ == "builtins" and not issubclass(kind, (*LATER, *ROUTINES)):
        return 0.0
    if issubclass(kind, LATER):
        return UNSEEN
    if issubclass(kind, ROUTINES):
        return LOCAL
    return OPAQUE if getattr(kind, "__eq__", None) is object.__eq__ else 0.0


def holds_address(recipe: Recipe) -> bool:
    """A text tells where an object lay in this process: nothing that another run could repeat."""
    texts = (n.value for n in walk(recipe) if isinstance(n, Const) and type(n.value) is str)
    return any(" at 0x" in text and ADDRESS.search(text) for text in texts)


def familiar_texts(models: Iterable[dict[str, Any]]) -> set[str]:
    """The texts in the docstring examples of functions and classes."""
    found: set[str] = set()
    for model in models:
        for example in model.get("examples") or ():
            try:
                tree = ast.parse(str(example.get("source", "")))
            except (SyntaxError, ValueError):
                continue
            found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {text for text in found if 0 < len(text) <= 80}
