"""Decides where a long expression breaks: in the way that black and ruff format leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from testwright.python_source.render_literal import WIDTH, bytes_literal, pieces_of, text_literal, width

__all__ = ["Brackets", "Operand", "Part", "Parts", "Text", "flat", "lay_out"]

_STEP = 4


@dataclass(frozen=True, slots=True)
class Text:
    """A string or bytes literal, which may be broken into several."""

    value: str | bytes

    @property
    def source(self) -> str:
        return text_literal(self.value) if isinstance(self.value, str) else bytes_literal(self.value)


@dataclass(frozen=True, slots=True)
class Brackets:
    """Bracketed items; `lone_comma` keeps the comma of a one-tuple, `commas` False makes it mere grouping.

    `bare_texts` lets broken literals stand without parentheses of their own, as arguments of a call do.
    """

    opening: str
    items: tuple[Parts, ...]
    closing: str
    lone_comma: bool = False
    commas: bool = True
    bare_texts: bool = False


@dataclass(frozen=True, slots=True)
class Operand:
    """An operator with what follows it, the last of an argument: on a line of its own where what is before it breaks."""

    source: str


Part: TypeAlias = str | Text | Brackets | Operand
Parts: TypeAlias = tuple[Part, ...]


def flat(parts: Sequence[Part]) -> str:
    """All in one line."""
    return "".join(_flat_part(part) for part in parts)


def _flat_part(part: Part) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Text):
        return part.source
    if isinstance(part, Operand):
        return f" {part.source}"
    inside = ", ".join(flat(item) for item in part.items)
    return f"{part.opening}{inside}{',' if part.lone_comma else ''}{part.closing}"


def lay_out(parts: Parts, *, indent: int = 0, before: str = "", after: str = "", bare_text: bool = False) -> list[str]:
    """The lines of `before` + expression + `after`, indented; wider than 88 only where nothing gives."""
    margin = " " * indent
    line = f"{margin}{before}{flat(parts)}{after}"
    if width(line) <= WIDTH:
        return [line]
    if isinstance(parts[-1], Operand) and width(f"{margin}{before}{flat(parts[:-1])}") <= WIDTH:
        return [f"{margin}{before}{flat(parts[:-1])}", f"{margin}{parts[-1].source}{after}"]
    broken: list[int] = []
    for index in _breakable(parts):
        broken.insert(0, index)
        lines = _broken_at(parts, broken, indent, before, after, bare_text and len(parts) == 1)
        if width(lines[0]) <= WIDTH:
            return lines
    if not broken:
        return _parenthesised(parts, indent, before, after) or [line]
    return lines


def _breakable(parts: Parts) -> list[int]:
    """Indices that can give, the last first: a trailing bracket reads best."""
    found = [i for i, p in enumerate(parts) if isinstance(p, Brackets) and p.items]
    return found[::-1] or [i for i, p in enumerate(parts) if isinstance(p, Text)][::-1]


def _parenthesised(parts: Parts, indent: int, before: str, after: str) -> list[str]:
    """An assigned value that cannot be broken goes on a line of its own, when it then fits."""
    inside = " " * (indent + _STEP) + flat(parts)
    if not before.endswith(" = ") or width(inside) > WIDTH:
        return []
    return [" " * indent + before + "(", inside, " " * indent + ")" + after]


def _broken_at(parts: Parts, broken: list[int], indent: int, before: str, after: str, bare_text: bool) -> list[str]:
    margin = " " * indent
    lines = [margin + before]
    for index, part in enumerate(parts):
        if isinstance(part, Operand):
            lines.append(margin + part.source)
        elif index not in broken or isinstance(part, str):
            lines[-1] += _flat_part(part)
        elif isinstance(part, Text):
            lines = _with_text(lines, part, indent, after, bare_text)
        else:
            lines[-1] += part.opening
            lines += _exploded(part, indent + _STEP)
            lines.append(margin + part.closing)
    lines[-1] += after
    return lines


def _with_text(lines: list[str], part: Text, indent: int, after: str, bare: bool) -> list[str]:
    room = WIDTH - indent - (0 if bare else _STEP)
    whole = part.source
    pieces = [whole] if not bare and width(whole) <= room else pieces_of(part.value, room - len(after))
    if bare:
        return [*lines[:-1], lines[-1] + pieces[0], *(" " * indent + piece for piece in pieces[1:])]
    inner = " " * (indent + _STEP)
    return [*lines[:-1], lines[-1] + "(", *(inner + piece for piece in pieces), " " * indent + ")"]


def _exploded(part: Brackets, indent: int) -> list[str]:
    line = " " * indent + ", ".join(flat(item) for item in part.items)
    if part.bare_texts and width(line) <= WIDTH:  # arguments that fit together stay together
        return [line]
    after = "," if part.commas else ""
    return [
        line for item in part.items for line in lay_out(item, indent=indent, after=after, bare_text=part.bare_texts)
    ]
