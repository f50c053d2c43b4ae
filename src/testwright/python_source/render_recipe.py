"""Decides how a recipe is written as Python source: the one renderer, equal to the evaluator in `inside.recipes`."""

from __future__ import annotations

import ast
import keyword
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Fixture,
    Function,
    Helper,
    Item,
    Name,
    Operation,
    Patch,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
    walk,
)
from testwright.python_source.parsing import parse_expression
from testwright.python_source.render_helpers import Helpers
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_layout import Brackets, Parts, Text, flat
from testwright.python_source.render_literal import complex_pieces, float_literal, int_literal
from testwright.python_source.render_scratch import ScratchPaths

__all__ = ["FileNames", "Rendered", "parameter_names", "parts_of", "render", "used_names"]

_LAMBDA, _NOT, _COMPARE, _OR, _XOR, _AND, _SHIFT, _SUM, _PRODUCT, _UNARY, _POWER, _AWAIT, _PRIMARY = range(13)
_BINDING = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "is"), _COMPARE),
    **dict.fromkeys(("<<", ">>"), _SHIFT),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "//", "%", "@"), _PRODUCT),
    "|": _OR,
    "^": _XOR,
    "&": _AND,
    "**": _POWER,
}
_NEGATED = {"in": "not in", "is": "is not"}
_RUN, _LONGEST_WITH_RUNS = re.compile(r"(\S)\1{19,}"), 50
_SIMPLE_OPERAND = re.compile(r"-?[0-9][0-9a-zA-Z_.]*([eE][+-]?[0-9]+)?|[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


@dataclass(slots=True)
class FileNames:
    """What the expressions of one file share: its imports and its helpers; `scratch` is of one test."""

    imports: Imports
    helpers: Helpers = field(default_factory=Helpers)
    scratch: ScratchPaths | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """One expression in one line, and the statements that must come before it."""

    source: str
    setup: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Expression:
    parts: Parts
    binding: int
    number: bool = False  # a bare number, which takes parentheses before a dot


def render(recipe: Recipe, names: FileNames) -> Rendered:
    """The expression in one line; files that it needs below `tmp_path` are made by the set-up statements."""
    scratch = names.scratch or ScratchPaths.of([recipe])
    around = FileNames(names.imports, names.helpers, scratch)
    setup = [flat(parts) for before, parts in scratch.setup_of(recipe) for parts in [(before, *parts)]]
    return Rendered(flat(parts_of(recipe, around)), tuple(setup))


def parts_of(recipe: Recipe, names: FileNames, *, operand: bool = False) -> Parts:
    """The expression as parts that `lay_out` can break; `operand`: it is going to stand beside a comparison."""
    expression = _express(recipe, names)
    return _bound(expression, _COMPARE + 1) if operand else expression.parts


def used_names(recipes: Iterable[Recipe]) -> frozenset[str]:
    """First parts of all names that the expressions reach, of their modules (an import may go by either), and the builtins
    that rendering itself may use.
    """
    used = {"set", "frozenset", "float", "complex", "str", "isinstance"}
    for recipe in recipes:
        for node in walk(recipe):
            if isinstance(node, Name):
                used.update(part.partition(".")[0] for part in (node.qualname, node.module) if part)
    return frozenset(used)


def _express(recipe: Recipe, names: FileNames) -> _Expression:
    return _RENDERERS[type(recipe)](recipe, names)


def _bound(expression: _Expression, binding: int) -> Parts:
    """In parentheses when it binds more loosely than its place asks."""
    if expression.binding >= binding:
        return expression.parts
    return (Brackets("(", (expression.parts,), ")", commas=False),)


def _primary(recipe: Recipe, names: FileNames) -> Parts:
    expression = _express(recipe, names)
    return _bound(expression, _PRIMARY + 1 if expression.number else _PRIMARY)


def _const(recipe: Const, names: FileNames) -> _Expression:
    value: Any = recipe.value
    if isinstance(value, (str, bytes)):
        return _with_runs(value) or _Expression((Text(value),), _PRIMARY)
    if isinstance(value, complex):
        return _complex(value, names)
    if value is ... or value is None or isinstance(value, bool):
        return _Expression(("..." if value is ... else repr(value),), _PRIMARY)
    if isinstance(value, float) and not math.isfinite(value):
        return _Expression((names.imports.builtin("float") + f'("{value}")',), _PRIMARY)
    source = int_literal(value) if isinstance(value, int) else float_literal(value)
    return _Expression((source,), _UNARY if source.startswith("-") else _PRIMARY, number=True)


def _with_runs(value: str | bytes) -> _Expression | None:
    """`"a" * 64 + "@b.com"` says more than all the letters do; None for a text without such a run, with much beside it, or
    of several lines, which are laid out as such.
    """
    plain = value.decode("latin-1") if isinstance(value, bytes) else value
    if "\n" in plain:
        return None
    pieces: list[Parts] = []
    end = 0
    for run in (*_RUN.finditer(plain), None):
        between = value[end : run.start() if run else len(value)]
        if between:
            pieces.append((Text(between),))
        if run:
            end = run.end()
            pieces.append((Text(value[end - 1 : end]), f" * {end - run.start()}"))
    if not end or sum(len(flat(piece)) for piece in pieces) > _LONGEST_WITH_RUNS:
        return None
    if len(pieces) == 1:
        return _Expression(pieces[0], _PRODUCT)
    return _Expression((*pieces[0], *(part for piece in pieces[1:] for part in (" + ", *piece))), _SUM)


def _complex(value: complex, names: FileNames) -> _Expression:
    source, is_sum = complex_pieces(value)
    if source:
        return _Expression((source,), _SUM if is_sum else _PRIMARY, number=True)
    real, imag = (flat(_const(Const(part), names).parts) for part in (value.real, value.imag))
    return _Expression((names.imports.builtin("complex") + f"({real}, {imag})",), _PRIMARY)


def _name(recipe: Name, names: FileNames) -> _Expression:
    return _Expression((names.imports.expression(recipe.module, recipe.qualname),), _PRIMARY)


def _sequence(recipe: Sequence, names: FileNames) -> _Expression:
    items = tuple(_express(item, names).parts for item in recipe.items)
    if recipe.kind == "list":
        return _Expression((Brackets("[", items, "]"),), _PRIMARY)
    if recipe.kind == "tuple":
        return _Expression((Brackets("(", items, ")", lone_comma=len(items) == 1),), _PRIMARY)
    shown: Parts = (Brackets("{", items, "}"),) if items else ()
    if recipe.kind == "frozenset":
        return _Expression(
            (names.imports.builtin("frozenset"), Brackets("(", (shown,) if shown else (), ")")), _PRIMARY
        )
    return _Expression(shown or (names.imports.builtin("set") + "()",), _PRIMARY)


def _dictionary(recipe: Dictionary, names: FileNames) -> _Expression:
    items = tuple((*_express(k, names).parts, ": ", *_express(v, names).parts) for k, v in recipe.items)
    return _Expression((Brackets("{", items, "}"),), _PRIMARY)


def _call(recipe: Call, names: FileNames) -> _Expression:
    match recipe:
        case Call(Name("builtins", "getattr"), (target, Const(str() as name)), ()) if _is_plain_attribute(name):
            return _attribute(Attribute(target, name), names)
    positional = [_express(a, names).parts for a in recipe.args]
    keywords = [_keyword(key, value, names) for key, value in recipe.kwargs]
    arguments = Brackets("(", (*positional, *keywords), ")", bare_texts=True)
    return _Expression((*_primary(recipe.function, names), arguments), _PRIMARY)


def _is_plain_attribute(name: str) -> bool:
    """It can be written behind a dot, in a class too."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and not name.startswith("__")


def _keyword(key: str, value: Recipe, names: FileNames) -> Parts:
    """`key=value`; a key that is no identifier travels in a dict."""
    if key.isidentifier() and not keyword.iskeyword(key):
        return (f"{key}=", *_express(value, names).parts)
    return ("**", *_dictionary(Dictionary(((Const(key), value),)), names).parts)


def _attribute(recipe: Attribute, names: FileNames) -> _Expression:
    return _Expression((*_primary(recipe.target, names), f".{recipe.name}"), _PRIMARY)


def _item(recipe: Item, names: FileNames) -> _Expression:
    key = _slice(recipe.key) or _express(recipe.key, names).parts
    return _Expression((*_primary(recipe.target, names), Brackets("[", (key,), "]", commas=False)), _PRIMARY)


def _slice(key: Recipe) -> Parts:
    """`a:b:c` for a plain slice of small numbers, () otherwise."""
    match key:
        case Call(Name("builtins", "slice"), (_, _, *_) as args, ()) if all(_is_bound(a) for a in args):
            bounds = ["" if a.value is None else str(a.value) for a in args if isinstance(a, Const)]
            return (":".join(bounds if bounds[2:] != [""] else bounds[:2]),)
    return ()


def _is_bound(recipe: Recipe) -> bool:
    return isinstance(recipe, Const) and (recipe.value is None or type(recipe.value) is int)


def _operation(recipe: Operation, names: FileNames) -> _Expression:
    if recipe.right is None:
        return _unary(recipe, names)
    binding = _BINDING[recipe.symbol]
    left, right = _express(recipe.left, names), _express(recipe.right, names)
    if recipe.symbol == "**":
        return _power(left, right)
    before = binding + 1 if binding == _COMPARE else binding  # comparisons would chain
    return _Expression((*_bound(left, before), f" {recipe.symbol} ", *_bound(right, binding + 1)), binding)


def _power(left: _Expression, right: _Expression) -> _Expression:
    base, exponent = _bound(left, _AWAIT), _bound(right, _UNARY)
    hugged = all(_SIMPLE_OPERAND.fullmatch(flat(side)) for side in (base, exponent))
    return _Expression((*base, "**" if hugged else " ** ", *exponent), _POWER)


def _unary(recipe: Operation, names: FileNames) -> _Expression:
    left = recipe.left
    if recipe.symbol == "not":
        if isinstance(left, Operation) and left.right is not None and left.symbol in _NEGATED:
            sides = [_bound(_express(side, names), _COMPARE + 1) for side in (left.left, left.right)]
            return _Expression((*sides[0], f" {_NEGATED[left.symbol]} ", *sides[1]), _COMPARE)
        return _Expression(("not ", *_bound(_express(left, names), _NOT)), _NOT)
    operand = _express(left, names)
    inside = _AWAIT if operand.binding == _POWER else _UNARY  # black writes -(2**8)
    return _Expression((recipe.symbol, *_bound(operand, inside)), _UNARY)


def _variable(recipe: Variable, _: FileNames) -> _Expression:
    return _Expression((recipe.name,), _PRIMARY)


def _function(recipe: Function, names: FileNames) -> _Expression:
    start = f"lambda {recipe.parameters}: " if recipe.parameters else "lambda: "
    return _Expression((start, *_express(recipe.body, names).parts), _LAMBDA)


def _helper(recipe: Helper, names: FileNames) -> _Expression:
    return _Expression((names.helpers.name_of(recipe, names.imports),), _PRIMARY)


def _scratch_file(recipe: ScratchFile, names: FileNames) -> _Expression:
    source, is_division = (names.scratch or ScratchPaths()).expression(recipe)
    if recipe.as_text:
        return _Expression((f"{names.imports.builtin('str')}({source})",), _PRIMARY)
    return _Expression((source,), _PRODUCT if is_division else _PRIMARY)


def _fixture(recipe: Fixture, _: FileNames) -> _Expression:
    """The test takes it by that name."""
    return _Expression((recipe.name,), _PRIMARY)


def _await(recipe: Await, names: FileNames) -> _Expression:
    return _Expression(("await ", *_primary(recipe.target, names)), _AWAIT)


def _patch(recipe: Patch, names: FileNames) -> _Expression:
    """The test takes pytest's fixture of that name."""
    target = _patched(recipe.target, names) if recipe.kind == "setattr" else ((Text(recipe.target),),)
    value: Parts = ("raising=False",) if recipe.value is None else _express(recipe.value, names).parts
    arguments: tuple[Parts, ...] = (*target, value)
    return _Expression((f"monkeypatch.{recipe.kind}", Brackets("(", arguments, ")", bare_texts=True)), _PRIMARY)


def _patched(target: str, names: FileNames) -> tuple[Parts, ...]:
    """A dotted path, or for `a.b:c.d` the module itself: `import_module("a.b").c, "d"`."""
    module, colon, inner = target.rpartition(":")
    if not colon:
        return ((Text(target),),)
    path, dot, name = inner.rpartition(".")
    imported = names.imports.expression("importlib", "import_module")
    held: Parts = (imported, Brackets("(", ((Text(module),),), ")"))
    return (*held, f".{path}") if dot else held, (Text(name),)


_RENDERERS: Mapping[type, Callable[[Any, FileNames], _Expression]] = {
    Const: _const,
    Name: _name,
    Sequence: _sequence,
    Dictionary: _dictionary,
    Call: _call,
    Attribute: _attribute,
    Item: _item,
    Operation: _operation,
    Variable: _variable,
    Function: _function,
    Helper: _helper,
    ScratchFile: _scratch_file,
    Await: _await,
    Patch: _patch,
    Fixture: _fixture,
}


def parameter_names(parameters: str) -> list[str]:
    """Names that a lambda with these parameters binds."""
    arguments = parse_expression(f"lambda {parameters}: 0")
    return [node.arg for node in ast.walk(arguments) if isinstance(node, ast.arg)]
