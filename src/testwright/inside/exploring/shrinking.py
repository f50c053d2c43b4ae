"""Makes kept scenarios plainer while they still reach the arcs that they are kept for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..recipes import Await, Call, Const, Dictionary, Helper, Name, Recipe, Sequence, Variable, walk
from ..scenario import Scenario
from .corpus import Entry, cost_of
from .editing import nodes, replace_node

__all__ = ["shrink"]

STUB = Name("types", "SimpleNamespace")
PLAIN_TEXTS = ("", "a", "abc", "1")


def shrink(
    entry: Entry, needed: int, private: bool, try_out: Callable[[Scenario], Entry | None], attempts: int
) -> Entry:
    """Tries plainer variants, at most `attempts` executions; each accepted one reaches all of `needed`."""
    best = entry
    improved = True
    tried: set[Scenario] = set()
    while improved and attempts > 0:
        improved = False
        for variant in _variants(best.scenario):
            if attempts <= 0:
                break
            if variant in tried or cost_of(variant, best.raised, private) >= best.cost:
                continue
            tried.add(variant)
            attempts -= 1
            found = try_out(variant)
            if found is not None and found.keepable and not needed & ~found.mask and found.cost < best.cost:
                if bool(found.raised) == bool(best.raised):
                    best = found
                    improved = True
                    break
    return best


def _variants(scenario: Scenario) -> Iterator[Scenario]:
    yield from _fewer_steps(scenario)
    for place, node in nodes(scenario):
        for plainer in _plainer(node):
            yield replace_node(scenario, place, plainer)


def _fewer_steps(scenario: Scenario) -> Iterator[Scenario]:
    used = {n.name for s in scenario.steps for n in walk(s.recipe) if isinstance(n, Variable)}
    used |= {s.variable for s in scenario.steps if s.attribute}
    for number, step in enumerate(scenario.steps[:-1]):
        if not step.variable or step.attribute or step.variable not in used:
            yield replace(scenario, steps=(*scenario.steps[:number], *scenario.steps[number + 1 :]))


def _plainer(node: Recipe) -> Iterator[Recipe]:
    match node:
        case Const(value=str() as text) if text:
            yield from (Const(t) for t in PLAIN_TEXTS if len(t) < len(text))
            yield from (Const(t) for t in _shorter(text))
            yield from _plain_characters(text)
        case Const(value=bytes() as data) if data:
            yield from (Const(data[:n]) for n in (0, 1, len(data) // 2) if n < len(data))
        case Const(value=int() as number) if not isinstance(number, bool) and abs(number) > 1:
            yield from (Const(n) for n in (0, 1, 2, 3, 10, number // 2, number // 10) if abs(n) < abs(number))
            if number < 0:
                yield Const(-number)
        case Const(value=float() as number):
            yield from (Const(n) for n in (0.0, 1.0, 1.5, -1.0) if n != number)
        case Sequence(kind=kind, items=items) if items:
            yield Sequence(kind, ())
            for n in range(len(items)):
                yield Sequence(kind, (*items[:n], *items[n + 1 :]))
        case Dictionary(items=pairs) if pairs:
            yield Dictionary(())
            for n in range(len(pairs)):
                yield Dictionary((*pairs[:n], *pairs[n + 1 :]))
        case Await(target=Call(function=Name(module="asyncio", qualname="gather" | "wait_for"), args=args)):
            yield from (Await(a) for a in args if not isinstance(a, Const))
        case Call(function=function, args=args, kwargs=kwargs):
            if isinstance(function, Helper) or function == STUB:  # a date stays a date, but a stub may be too much
                yield from (Const(v) for v in (None, 1, "abc"))
            for n in range(len(kwargs)):
                yield Call(function, args, (*kwargs[:n], *kwargs[n + 1 :]))
            if args:
                yield Call(function, args[:-1], kwargs)


def _shorter(text: str) -> Iterator[str]:
    size = len(text)
    chunk = size // 2
    while chunk >= 1:
        for start in range(0, size, chunk):
            yield text[:start] + text[start + chunk :]
        chunk = chunk // 2 if size <= 60 else chunk // 4


def _plain_characters(text: str) -> Iterator[Recipe]:
    for number, character in enumerate(text[:40]):
        if ord(character) > 126 or (not character.isalnum() and character not in " \n_-.,:/="):
            yield Const(text[:number] + "a" + text[number + 1 :])
