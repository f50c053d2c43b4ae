"""Decides which few words say what kind of value a recipe is: the stuff of test names and row ids."""

from __future__ import annotations

import math
import re

from testwright.inside.recipes import (
    Attribute,
    Call,
    Const,
    Dictionary,
    Fixture,
    Function,
    Helper,
    Name,
    Operation,
    Recipe,
    ScratchFile,
    Sequence,
)

__all__ = ["edge_kind", "kebab", "snake", "words_for", "words_of_text"]

_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_LONGEST = 32
_COUNTS = {1: "one", 2: "two", 3: "three", 4: "four"}
_SIGNS = {
    "-": "dash", "+": "plus", ".": "dot", ",": "comma", "/": "slash", "\\": "backslash", "*": "star", "#": "hash",
    "@": "at", ":": "colon", ";": "semicolon", "_": "underscore", "%": "percent", "&": "ampersand", "=": "equals-sign",
    "?": "question-mark", "!": "exclamation-mark", '"': "quote", "'": "apostrophe", "$": "dollar", "|": "pipe",
    "<": "less-than", ">": "greater-than", "~": "tilde", "^": "caret", "(": "parenthesis", ")": "closing-parenthesis",
    "[": "bracket", "]": "closing-bracket", "{": "brace", "}": "closing-brace",
}  # fmt: skip


def kebab(text: str) -> str:
    """Lower-case ASCII words joined by dashes; a dot stays between digits."""
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", text)
    return re.sub(r"[^a-z0-9.]+|(?<![0-9])\.+|\.+(?![0-9])", "-", spread.lower()).strip("-.")


def snake(text: str) -> str:
    """The same as part of a Python name."""
    return re.sub(r"[-.]+", "_", re.sub(r"(?<=[0-9])\.(?=[0-9])", "_point_", kebab(text))).strip("_")


def words_for(recipe: Recipe, *, among_texts: bool = False) -> str:
    """A short kebab description of the value: `one`, `empty-text`, `none`, `two-items`, `decimal-1.5`.

    The text "3" is `text-3`, but among texts alone it is `3`.
    """
    words = _words_for(recipe)
    return words.removeprefix("text-") if among_texts else words


def _words_for(recipe: Recipe) -> str:
    match recipe:
        case Const(value=value):
            return _of_literal(value)
        case Sequence(kind=kind, items=items):
            return _of_items(kind, items)
        case Dictionary(items=pairs):
            return _of_pairs(pairs)
        case Name(qualname=qualname):
            return kebab(qualname.rpartition(".")[2]) or "module"
        case Attribute(name=name):
            return kebab(name) or "attribute"
        case Call(Name("datetime", "date" | "datetime"), args, ()) if _are_numbers(args):
            return "-".join(f"{arg.value:02}" for arg in args if isinstance(arg, Const))
        case Call(function=function, args=args):
            return _cut("-".join(filter(None, (words_for(function), *(words_for(a) for a in args)))))
        case Operation(symbol, left, None):
            return f"{'minus-' if symbol == '-' else ''}{words_for(left)}"
        case Function():
            return "a-function"
        case Helper(name=name) | Fixture(name=name):
            return kebab(name)
        case ScratchFile(name=name, content=content):
            return _of_file(name, content)
    return "value"


def _are_numbers(args: tuple[Recipe, ...]) -> bool:
    return all(isinstance(arg, Const) and type(arg.value) is int for arg in args)


def edge_kind(recipe: Recipe) -> str:
    """What makes the value an edge: `none`, `empty-text`, `negative-number`, …; "" for an ordinary one."""
    if isinstance(recipe, Const):
        return _edge_of_literal(recipe.value)
    if isinstance(recipe, Sequence) and not recipe.items:
        return f"empty-{recipe.kind}"
    if isinstance(recipe, Dictionary) and not recipe.items:
        return "empty-dict"
    if isinstance(recipe, ScratchFile) and recipe.content is None and not recipe.name.endswith("/"):
        return "missing-file"
    return ""


def words_of_text(text: str) -> str:
    """The first words of the text, or what signs it is made of."""
    found = _cut(kebab(text))
    if found:
        return found
    names = [_SIGNS.get(sign, "") for sign in text.strip()]
    if all(names) and len(set(names)) == 1 and len(names) > 1:
        return f"{_COUNTS.get(len(names), 'many')}-times-{names[0]}"
    if all(names) and len(names) <= 3 and len("-".join(names)) <= _LONGEST - 8:
        return "-".join(names)
    return "punctuation" if text.isascii() else "non-ascii-text"


def _cut(words: str) -> str:
    """Not longer than an id should be, ending with a whole word."""
    if len(words) <= _LONGEST:
        return words
    return words[: _LONGEST + 1].rpartition("-")[0] or words[:_LONGEST]


def _edge_of_literal(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, (str, bytes)):
        return _edge_of_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isnan(value):
            return "nan"
        if math.isinf(value):
            return "infinity" if value > 0 else "minus-infinity"
        return "zero" if value == 0 else "negative-number" if value < 0 else ""
    return ""


def _edge_of_text(value: str | bytes) -> str:
    if not value:
        return "empty-text" if isinstance(value, str) else "empty-bytes"
    return "blank-text" if isinstance(value, str) and not value.strip() else ""


def _of_literal(value: object) -> str:
    if isinstance(value, (bool, type(None), complex, type(...))):
        return kebab(str(value)) or "value"
    edge = _edge_of_literal(value)
    if isinstance(value, str):
        return edge or _of_text(value)
    if isinstance(value, bytes):
        return edge or _cut(f"bytes-{kebab(value.decode('ascii', 'replace'))}".rstrip("-"))
    if edge in ("nan", "infinity", "minus-infinity"):
        return edge
    return _of_number(value) if isinstance(value, (int, float)) else "value"


def _of_number(value: int | float) -> str:
    sign = "minus-" if value < 0 else ""
    size = abs(value)
    if size < len(_NUMBERS) and size == int(size):
        return sign + _NUMBERS[int(size)]
    if size >= 10**15:
        return sign + "huge-number"
    return sign + repr(size).replace("e-", "e-minus-").replace("+", "")


def _of_text(value: str) -> str:
    words = words_of_text(value)
    if re.fullmatch(r"[0-9.]+(-[0-9.]+)*", words) or words in ("none", "true", "false"):
        sign = "minus-" if value.strip().startswith("-") else ""
        return f"text-{sign}{words}"
    return words


def _of_items(kind: str, items: tuple[Recipe, ...]) -> str:
    if not items:
        return f"empty-{kind}"
    if len(items) == 1:
        return _cut(f"{kind}-of-{words_for(items[0])}")
    return f"{_COUNTS.get(len(items), str(len(items)))}-items"


def _of_pairs(pairs: tuple[tuple[Recipe, Recipe], ...]) -> str:
    if not pairs:
        return "empty-dict"
    return _cut("dict-with-" + "-and-".join(words_for(key) for key, _ in pairs[:3]))


def _of_file(name: str, content: str | bytes | None) -> str:
    if name.endswith("/"):
        return "folder"
    if content is None:
        return "missing-file"
    return "file" if content else "empty-file"
