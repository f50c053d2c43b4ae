"""The snippets give nodes of the class that is asked for."""

import ast
import random
import types

import pytest

from testwright.inside.providers.syntax import parser_of, syntax_node
from testwright.inside.recipes import Name, Surroundings, evaluate, walk


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


def test_a_library_like_ast_parses_with_its_own_function():
    library = types.ModuleType("other_ast")
    library.AST = type("AST", (), {})
    library.Name = type("Name", (library.AST,), {"_fields": ("id",)})
    library.parse = ast.parse
    module = types.ModuleType("user")
    module.other_ast = library
    parse = parser_of(library.Name, module)
    assert parse == Name("other_ast", "parse")
    assert parser_of(ast.Name, module) == Name("ast", "parse")
    assert parser_of(int, module) is None
    made = syntax_node("Name", random.Random(1), parse)
    assert Name("ast", "parse") not in list(walk(made))
    assert parse in list(walk(made))
