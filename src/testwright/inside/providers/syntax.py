"""Offers nodes of parsed source text for code that works on Python's syntax trees."""

from __future__ import annotations

import ast
import random
import types
from functools import cache

from ..recipes import Attribute, Call, Const, Item, Name, Recipe
from .from_name import SOURCES

__all__ = ["parser_of", "syntax_node"]

EXPRESSIONS = (
    "x", "1", "'text'", "None", "a.b", "a.b.c", "f(x)", "f(1, *a, b=2, **c)", "a[0]", "a[1:2]", "a[b, c]", "[1, 2]", "(1, 'a')", "{1: 'a'}",
    "{1, 2}", "a + b", "-a", "not a", "a and b", "a < b", "a if b else c", "lambda x: x", "[i for i in x]", "{k: v for k, v in x}",
    "(yield)", "await x", "f'{x}'", "(x := 1)", "[1, 'a', None]", "[]", "()", "{}", "list[int]", "Optional[int]", "Union[int, str]",
    "typing.List[str]", "dict()", "int(1)", "True", "1.5", "b'x'", "...", "a | b",
)  # fmt: skip
STATEMENTS = (
    *(s.value for s in SOURCES if isinstance(s, Const) and "lambda" not in s.value and not s.value.startswith("[")),
    "x = y = 1", "a, b = 1, 2", "x += 1", "del x", "return 1", "raise ValueError('x') from e", "assert x, 'text'", "pass", "global x",
    "for i in x:\n    break\nelse:\n    pass\n", "while x:\n    continue\n", "with a as b:\n    pass\n", "x: int", "f(x)", "'doc'",
    "from . import a", "from ..b import c as d", "@decorator\ndef f(a, /, b, *, c=1):\n    return a\n", "class A:\n    '''Doc.'''\n",
    "@dataclass\nclass A(B, metaclass=M):\n    x: int = 1\n", "class A(Enum):\n    X = 1\n    Y = 2\n", "x = [1, 2]", "x = {'a': 1}",
    "def f():\n    '''Doc.\n\n    >>> f()\n    1\n    '''\n", "T = TypeVar('T')", "try:\n    x\nexcept A as e:\n    y\nfinally:\n    z\n",
)  # fmt: skip
PARSE = Name("ast", "parse")


@cache
def _by_class() -> dict[str, tuple[Recipe, ...]]:
    """Recipes by the name of the node class they give, base classes included."""
    found: dict[str, list[Recipe]] = {}
    for text in EXPRESSIONS:
        recipe: Recipe = Attribute(Call(PARSE, (Const(text),), (("mode", Const("eval")),)), "body")
        _file(found, ast.parse(text, mode="eval").body, recipe)
    for text in STATEMENTS:
        tree = Call(PARSE, (Const(text),))
        _file(found, ast.parse(text), tree)
        _file(found, ast.parse(text).body[0], Item(Attribute(tree, "body"), Const(0)))
        _file_parts(found, text, Item(Attribute(tree, "body"), Const(0)))
    return {name: tuple(recipes) for name, recipes in found.items()}


def _file(found: dict[str, list[Recipe]], node: ast.AST, recipe: Recipe) -> None:
    for kind in type(node).__mro__[:-1]:
        found.setdefault(kind.__name__, []).append(recipe)


def _file_parts(found: dict[str, list[Recipe]], text: str, recipe: Recipe) -> None:
    """Arguments, aliases, handlers and the like: reachable only through their statement."""
    statement = ast.parse(text).body[0]
    for name in ("args", "value", "targets", "names", "handlers", "items", "keywords", "bases", "target", "annotation"):
        part = getattr(statement, name, None)
        if isinstance(part, ast.AST):
            _file(found, part, Attribute(recipe, name))
        elif isinstance(part, list) and part:
            _file(found, part[0], Item(Attribute(recipe, name), Const(0)))


def syntax_node(kind: str, rng: random.Random, parse: Name = PARSE) -> Recipe | None:
    """A node of class `kind` ("FunctionDef", "expr", "AST") as `parse` makes them; None when no snippet has one."""
    known = _by_class().get(kind)
    made = rng.choice(known) if known else None
    return made if made is None or parse == PARSE else _parsed_by(parse, made)


def _parsed_by(parse: Name, recipe: Recipe) -> Recipe:
    match recipe:
        case Call(function=function) if function == PARSE:
            return Call(parse, recipe.args, recipe.kwargs)
        case Attribute(target=target, name=name):
            return Attribute(_parsed_by(parse, target), name)
        case Item(target=target, key=key):
            return Item(_parsed_by(parse, target), key)
        case _:
            return recipe


def parser_of(kind: type, module: types.ModuleType) -> Name | None:
    """What parses text to nodes such as `kind`: `ast.parse`, or that of a like library that the module uses."""
    if kind.__module__ in ("ast", "_ast"):
        return PARSE
    for library in list(vars(module).values()) if hasattr(kind, "_fields") else ():
        if isinstance(library, types.ModuleType) and callable(getattr(library, "parse", None)):
            root = getattr(library, "AST", None)
            if isinstance(root, type) and issubclass(kind, root):
                return Name(library.__name__, "parse")
    return None
