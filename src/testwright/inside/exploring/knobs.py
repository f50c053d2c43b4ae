"""Finds the numbers that a scenario holds, in whatever form, and turns one of them up or down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..immutable import immutable
from ..recipes import Const, Patch, Recipe, Sequence
from ..scenario import Scenario
from .editing import FIXED, Place, is_steady, node_at, nodes, replace_node
from .text_parts import CLOSING, Part, nested, parts_of, repeated

__all__ = ["LARGEST", "Knob", "knobs_of", "turned"]

MOST = 18
LARGEST = 10**12
LONGEST = 1000
SPELLED = 10
"""Characters of a text that are knobs one by one, if it has no more."""
STRUCTURED = 300
MOST_TIMES = 100
WRAPPERS = ("(", "[", "{", "line")
NUMBER = re.compile(r"-?\d{1,12}")
PRINTABLE = range(32, 127)


@immutable(frozen=True, slots=True)
class Knob:
    """`kind`: "number", "digits" (the number in a text from `at` on), "length" (of a text or a list), "character" (the
    code of the one at `at`), "count" (of `part` in the text), "nested" and "repeated" (the part of the text that begins
    at `at` and has the shape `part`), "wrapped" (the whole text is put into such a part).
    """

    place: Place
    kind: str
    at: int = 0
    part: str = ""


def knobs_of(scenario: Scenario, counted: tuple[str, ...] = ()) -> list[Knob]:
    """At most MOST, whole numbers and lengths first; `counted` are parts whose occurrences the code counts."""
    found: list[Knob] = []
    characters: list[Knob] = []
    for place, node in nodes(scenario):
        if isinstance(scenario.steps[place[0]].recipe, Patch) or is_steady(scenario, place):
            continue
        for knob in _of_node(place, node, counted):
            (characters if knob.kind == "character" else found).append(knob)
    return [*found, *characters][:MOST]


def _of_node(place: Place, node: Recipe, counted: tuple[str, ...]) -> Iterator[Knob]:
    if isinstance(node, Sequence) and node.kind in ("list", "tuple") and node.items:
        yield Knob(place, "length")
    if not isinstance(node, Const) or node in FIXED:
        return
    value = node.value
    if type(value) is int or type(value) is float:
        yield Knob(place, "number")
    elif type(value) is str and len(value) <= LONGEST:
        yield from (Knob(place, "digits", found.start()) for found in list(NUMBER.finditer(value))[:3])
        yield Knob(place, "length")
        yield from (Knob(place, "count", part=part) for part in counted)
        yield from _of_structure(place, value)
        if len(value) <= SPELLED:
            yield from (Knob(place, "character", at) for at in range(len(value)))


def _of_structure(place: Place, text: str) -> Iterator[Knob]:
    """The first part of each shape, and the whole."""
    yield from (Knob(place, "wrapped", part=shape) for shape in WRAPPERS)
    first = {part.shape: part for part in reversed(parts_of(text) if len(text) <= STRUCTURED else ())}
    for shape, part in sorted(first.items()):
        if shape == "line" or shape in CLOSING:
            yield Knob(place, "nested", part.start, shape)
        if shape not in CLOSING:
            yield Knob(place, "repeated", part.start, shape)


def turned(scenario: Scenario, knob: Knob, by: int) -> Scenario | None:
    """None where it does not go so far."""
    new = _turned(node_at(scenario, knob.place), knob, by)
    return None if new is None else replace_node(scenario, knob.place, new)


def _turned(node: Recipe, knob: Knob, by: int) -> Recipe | None:
    if isinstance(node, Sequence):
        return _resized(node, len(node.items) + by)
    value = node.value if isinstance(node, Const) else None
    if knob.kind == "number" and isinstance(value, (int, float)):
        return Const(value + by) if abs(value + by) <= LARGEST else None
    made = _text(value, knob, by) if isinstance(value, str) else None
    return None if made is None else Const(made)


def _resized(node: Sequence, size: int) -> Sequence | None:
    """With the last item some times more, or without some of the last."""
    if not 0 <= size <= LONGEST or not node.items:
        return None
    return Sequence(node.kind, (*node.items[:size], *node.items[-1:] * (size - len(node.items))))


def _text(text: str, knob: Knob, by: int) -> str | None:
    if knob.kind == "digits":
        found = NUMBER.match(text, knob.at)
        if found is None or abs(int(found[0]) + by) > LARGEST:
            return None
        return text[: found.start()] + str(int(found[0]) + by).zfill(len(found[0])) + text[found.end() :]
    if knob.kind == "character":
        code = ord(text[knob.at]) + by if knob.at < len(text) else -1
        return text[: knob.at] + chr(code) + text[knob.at + 1 :] if code in PRINTABLE else None
    if knob.kind == "count":
        return _counted(text, knob.part, by)
    if knob.kind in ("nested", "repeated", "wrapped"):
        return _restructured(text, knob, by)
    return _stretched(text, by)


def _restructured(text: str, knob: Knob, by: int) -> str | None:
    whole = Part(0, len(text), knob.part)
    known = (whole,) if knob.kind == "wrapped" else parts_of(text)
    part = next((each for each in known if (each.start, each.shape) == (knob.at, knob.part)), None)
    if part is None or by < 0 or by > MOST_TIMES or by * (part.end - part.start + 1) > LONGEST:
        return None
    return (repeated if knob.kind == "repeated" else nested)(text, part, by)


def _stretched(text: str, by: int) -> str | None:
    """In the middle, as the ends are asked for by themselves more often."""
    if not 0 <= len(text) + by <= LONGEST:
        return None
    middle = len(text) // 2
    if by < 0:
        start = max(0, middle - -by // 2)
        return text[:start] + text[start - by :] if start - by <= len(text) else text[: len(text) + by]
    filler = text[middle : middle + 1]
    return text[:middle] + (filler if filler.isalnum() else "a") * by + text[middle:]


def _counted(text: str, part: str, by: int) -> str | None:
    if by < 0:
        return text.replace(part, "", -by) if text.count(part) >= -by else None
    middle = len(text) // 2
    return text[:middle] + part * by + text[middle:] if by * len(part) <= LONGEST else None
