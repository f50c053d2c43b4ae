"""Answers what rules on suspicions ask of the values that a call was given."""

from __future__ import annotations

from testwright.inside.recipes import Call, Const, walk
from testwright.nouns import Observation

__all__ = ["holds_none", "holds_text", "texts"]


def holds_none(observation: Observation) -> bool:
    """An object was made with a None that its class allows, and that the code it is given to perhaps never sees."""
    nodes = [node for step in observation.scenario.steps for node in walk(step.recipe) if isinstance(node, Call)]
    last = observation.scenario.steps[-1].recipe
    made = [node for node in nodes if node is not last]
    return any(Const(None) in (*node.args, *(value for _, value in node.kwargs)) for node in made)


def holds_text(observation: Observation) -> bool:
    """Some argument is a text, of which no annotation says what form it must have."""
    return bool(texts(observation))


def texts(observation: Observation) -> set[str | bytes]:
    """All that stand in the calls."""
    nodes = (node for step in observation.scenario.steps for node in walk(step.recipe))
    return {node.value for node in nodes if isinstance(node, Const) and isinstance(node.value, (str, bytes))}
