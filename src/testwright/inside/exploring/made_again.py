"""Decides whether the values of a recorded call are made again as they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ..recipes import Const, Recipe
from ..recipes import Sequence as Display
from ..recording.values import Plain, snapshot
from ..scenario import Scenario, Step
from .executor import Run
from .seeding import RecordedCall

__all__ = ["Again", "is_made_again", "looks_like"]

Again: TypeAlias = Callable[[Scenario], Run | None]
"""Runs a scenario."""

_ANYTHING = frozenset(("cut", "opaque", "secret", "function", "again"))
"""What is not known well enough to be compared, or was compared in its first place."""


def is_made_again(again: Again, call: RecordedCall) -> bool:
    """Leaves out the steps without which the values are the same."""
    if not call.optional:
        return _is_same(again, call, call.steps)
    needed = [step for place, step in enumerate(call.steps) if place not in call.optional]
    if _is_same(again, call, needed):
        call.steps = tuple(needed)
        return True
    if not _is_same(again, call, call.steps):
        return False
    for place in reversed(call.optional):
        fewer = [*call.steps[:place], *call.steps[place + 1 :]]
        if _is_same(again, call, fewer):
            call.steps = tuple(fewer)
    return True


def _is_same(again: Again, call: RecordedCall, steps: Sequence[Step]) -> bool:
    given = call.given
    if not given:
        return True
    recipes: tuple[Recipe, ...] = tuple(recipe for recipe, _ in given)
    made = Step(Display("tuple", (Const(None), *recipes)), "result")
    run = again(Scenario((*steps, made), call.function))
    if run is None or run.error is not None or type(run.value) is not tuple:
        return False
    return all(looks_like(was, snapshot(value)) for (_, was), value in zip(given, run.value[1:], strict=True))


def looks_like(was: Plain, now: Plain) -> bool:
    """The same as far as both are known; a class that only tests define has another module when it is made again."""
    was, now = _first_place(was), _first_place(now)
    if _tag(was) in _ANYTHING or _tag(now) in _ANYTHING:
        return True
    if not _tag(was) or not _tag(now):
        return type(was) is type(now) and was == now
    if was[0] != now[0] or len(was) != len(now):
        return False
    if was[0] == "name":
        return _last(was[1]) == _last(now[1])
    if was[0] in ("object", "items"):
        return _last(was[1]) == _last(now[1]) and _same_parts(was[3:], now[3:], was[0] == "items")
    return all(map(looks_like, was[1:], now[1:]))


def _first_place(plain: Plain) -> Plain:
    return plain[2] if _tag(plain) == "is" else plain


def _tag(plain: Plain) -> str:
    """Of pairs and scalars none."""
    return plain[0] if type(plain) is list and plain and type(plain[0]) is str else ""


def _same_parts(was: list[Any], now: list[Any], derived: bool) -> bool:
    """Attributes in any order, after what an instance of a subclass holds."""
    if derived and not looks_like(was[0], now[0]):
        return False
    held_was, held_now = dict(was[derived:]), dict(now[derived:])
    return held_was.keys() == held_now.keys() and all(looks_like(held_was[name], held_now[name]) for name in held_was)


def _last(name: Any) -> str:
    return str(name).rpartition(":")[2].rpartition(".")[2]
