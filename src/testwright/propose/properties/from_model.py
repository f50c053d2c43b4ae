"""Gathers the conjectures of all kinds about one module, at most one test of a name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from testwright.nouns.property_test import PropertyTest
from testwright.propose.properties.agreement import agreeing_functions
from testwright.propose.properties.callables import subjects
from testwright.propose.properties.commutativity import commutative_functions
from testwright.propose.properties.comparison import consistent_comparisons
from testwright.propose.properties.conjecture import Context
from testwright.propose.properties.elements import kept_elements
from testwright.propose.properties.idempotence import idempotent_functions
from testwright.propose.properties.raises_only import raising_only
from testwright.propose.properties.round_trip import round_trips
from testwright.propose.properties.strategies import Strategies
from testwright.python_source.model import ModuleModel
from testwright.python_source.parsing import parse_source

__all__ = ["conjectures"]

_KINDS = (
    round_trips,
    agreeing_functions,
    kept_elements,
    idempotent_functions,
    commutative_functions,
    consistent_comparisons,
    raising_only,
)


def conjectures(
    model: ModuleModel,
    source: str,
    *,
    beside: Sequence[tuple[ModuleModel, str]] = (),
    asks_for: Callable[[str], bool] = lambda qualname: True,
) -> list[list[PropertyTest]]:
    """Groups of alternatives, strong kinds first; `beside` are the modules of the same package, with their sources.

    `asks_for` tells by its name whether anything is wanted of a function.
    """
    own = Strategies(model, _aliases(source))
    others = [each for m, text in beside for each in subjects(Strategies(m, _aliases(text)))]
    context = Context(model, own, subjects(own), others)
    groups: dict[str, list[PropertyTest]] = {}
    for kind in _KINDS:
        found: dict[str, list[PropertyTest]] = {}
        for test in kind(context):
            if any(asks_for(name) for name in test.targets):
                found.setdefault(test.group, []).append(test)
        for group, tests in found.items():
            groups.setdefault(group, tests)
    return list(groups.values())


def _aliases(source: str) -> dict[str, ast.expr]:
    """Module-level names for types: `Text = Union[str, bytes]`."""
    found: dict[str, ast.expr] = {}
    for node in parse_source(source.removeprefix("\ufeff")).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            if isinstance(node.value, (ast.Subscript, ast.BinOp, ast.Name, ast.Attribute)):
                found[node.targets[0].id] = node.value
    return found
