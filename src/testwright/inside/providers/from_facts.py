"""Offers values that single facts of a uses tree name: what it is compared with, its patterns, lengths and operands."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from ..recipes import Const, Name, Recipe, Sequence, from_plain
from .plain_values import any_plain, plain
from .regex_text import matching_text

if TYPE_CHECKING:
    from .maker import Maker

__all__ = ["FactsProvider"]

PLAIN = (str, int, float, bytes, bool, type(None))
LONGEST = 20
MOST = 6


class FactsProvider:
    """Turns the facts of one node of a uses tree into values that decide something there."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker

    def choices(self, uses: dict[str, Any]) -> list[Recipe]:
        """Some values for each kind of fact."""
        rng = self.maker.rng
        found = [
            *self._sampled([from_plain(c) for c in uses.get("compared") or ()]),
            *self._sampled([made for name in uses.get("compared_names") or () for made in self.named(name)]),
            *self._sampled(self._near(uses)),
            *self._of_length(uses),
        ]
        patterns = list(uses.get("regexes") or ())
        if patterns and self.maker.has("regex-texts"):
            texts = (matching_text(rng.choice(patterns), rng) for _ in range(2))
            found += [Const(text) for text in texts if text is not None]
        return found

    def _sampled(self, values: list[Recipe]) -> list[Recipe]:
        return values if len(values) <= MOST else self.maker.rng.sample(values, MOST)

    def named(self, name: str) -> list[Recipe]:
        """What a dotted name of the module stands for: a constant, some of a display's constants, an enum's member."""
        if name.split(".")[0] in ("self", "cls"):
            return []
        return list(_recipes(self.maker.live.resolve(name)))

    def _near(self, uses: dict[str, Any]) -> list[Recipe]:
        """A number on the other side of an operator or a comparison makes its neighbours decisive."""
        found: list[Recipe] = []
        for operand in [*(uses.get("operands") or ()), *(uses.get("compared") or ())]:
            const = from_plain(operand)
            if isinstance(const, Const) and type(const.value) in (int, float):
                found += [Const(const.value + 1), Const(const.value - 1), const]
        return found

    def _of_length(self, uses: dict[str, Any]) -> list[Recipe]:
        lengths = [n for n in uses.get("lengths") or () if 0 <= n <= LONGEST]
        if not lengths:
            return []
        rng = self.maker.rng
        wanted = max(0, rng.choice(lengths) + rng.choice((0, 0, 1, -1)))
        element = uses.get("element") or {}
        made = [(self.maker.uses.make(element, 3) if element else None) or any_plain(rng) for _ in range(wanted)]
        items = _by_place(uses.get("items") or {}, made, self.maker)
        text = plain("builtins.str", rng)
        filler = text.value if isinstance(text, Const) and isinstance(text.value, str) and text.value else "a"
        return [Sequence(rng.choice(("list", "tuple")), tuple(items)), Const((filler * (wanted + 1))[:wanted])]


def _by_place(uses: dict[str, Any], made: list[Recipe], maker: Maker) -> list[Recipe]:
    """Items whose place the body names are used in their own way."""
    for place in range(len(made)):
        known = uses.get(str(place)) or uses.get(str(place - len(made)))
        if known:
            made[place] = maker.uses.make(known, 3) or made[place]
    return made


def _recipes(value: Any) -> list[Recipe]:
    kind = type(value)
    if kind in PLAIN:
        return [Const(value)]
    if isinstance(value, enum.Enum):
        return [Name(kind.__module__, f"{kind.__qualname__}.{value.name}")]
    if kind in (list, tuple, set, frozenset, dict):
        plain_items = [item for item in value if type(item) in PLAIN]
        return [Const(item) for item in sorted(plain_items, key=repr)[:LONGEST]]
    return []
