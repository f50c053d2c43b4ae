"""The snippets give nodes of the class that is asked for."""

import ast
import random

import pytest

from testwright.inside.providers.syntax import syntax_node
from testwright.inside.recipes import Surroundings, evaluate


@pytest.mark.parametrize(
    "kind",
    [
        "AST",
        "expr",
        "stmt",
        "Module",
        "FunctionDef",
        "AsyncFunctionDef",
        "ClassDef",
        "Name",
        "Subscript",
        "arguments",
        "alias",
        "Call",
        "Import",
    ],
)
def test_a_node_is_of_the_class_asked_for(kind):
    rng = random.Random(1)
    for _ in range(30):
        recipe = syntax_node(kind, rng)
        assert recipe is not None
        assert isinstance(evaluate(recipe, Surroundings()), getattr(ast, kind))


def test_a_class_without_a_snippet_gives_nothing():
    assert syntax_node("NoSuchNode", random.Random(1)) is None
