"""Reads what a complaint about a call's arguments says (missing, unexpected), and mends the mapping or call they came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..providers.maker import Maker
from ..recipes import Call, Const, Dictionary, Function, Recipe
from ..scenario import Scenario
from .editing import Edit, nodes
from .live_module import UNKNOWN, Parameter

__all__ = ["call_repairs"]

MISSING = re.compile(r"([\w.<>]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.*)")
UNEXPECTED = re.compile(r"([\w.<>]+)\(\) got an unexpected keyword argument '(\w+)'")
WRONG_COUNT = re.compile(r"<lambda>\(\) (?:takes \d+ positional|missing \d+ required|got an unexpected keyword)")
VARIANTS = 3
MOST_PLACES = 4
ANY_ARGUMENTS = "*args, **kwargs"


def call_repairs(scenario: Scenario, message: str, maker: Maker) -> Iterator[Edit]:
    """Edits that give a call what it lacked, or take from it what it did not want."""
    if WRONG_COUNT.search(message):
        yield from ((p, Function(ANY_ARGUMENTS, n.body)) for p, n in nodes(scenario) if isinstance(n, Function))
        return
    missing, unexpected = MISSING.search(message), UNEXPECTED.search(message)
    if missing:
        names = re.findall(r"'(\w+)'", missing[2])
        known = {p.name: p for p in _parameters(missing[1], maker)}
        required = [p.name for p in known.values() if not p.has_default and not p.kind.startswith("var")]
        wanted = [known.get(n) or Parameter(n, "keyword-only", UNKNOWN) for n in dict.fromkeys([*names, *required])]
        for _ in range(VARIANTS):
            yield from _given(scenario, {p.name: maker.argument(p, 1) for p in wanted}, names, set(known))
    elif unexpected:
        yield from _without(scenario, unexpected[2])


def _parameters(called: str, maker: Maker) -> list[Parameter]:
    """Those of the class or function of that qualname, [] when the module knows none."""
    owner, _, name = called.rpartition(".")
    if name in ("__init__", "__new__"):
        kinds = [kind for kind, _ in maker.live.reachable_classes() if kind.__qualname__ == owner]
        return maker.objects.parameters(kinds[0]) if kinds else []
    return next((c.parameters for c in maker.live.callables() if c.qualname == called), [])


def _given(scenario: Scenario, made: dict[str, Recipe], missing: list[str], known: set[str]) -> Iterator[Edit]:
    """The arguments in each mapping of the scenario; those that were missing as keywords of the call under test."""
    places = 0
    for place, node in nodes(scenario):
        if isinstance(node, Dictionary) and len(place) > 1 and _has_text_keys(node) and places < MOST_PLACES:
            places += 1
            fitting = tuple((k, v) for k, v in node.items if isinstance(k, Const) and (not known or k.value in known))
            held = {k.value for k, _ in fitting if isinstance(k, Const)}
            yield place, Dictionary((*fitting, *((Const(n), v) for n, v in made.items() if n not in held)))
    last = len(scenario.steps) - 1
    for place, node in nodes(scenario):
        if isinstance(node, Call) and place[0] == last and not set(missing) & {k for k, _ in node.kwargs}:
            yield place, replace(node, kwargs=(*node.kwargs, *((n, made[n]) for n in missing)))
            return


def _has_text_keys(node: Dictionary) -> bool:
    return all(isinstance(k, Const) and isinstance(k.value, str) for k, _ in node.items)


def _without(scenario: Scenario, name: str) -> Iterator[Edit]:
    for place, node in nodes(scenario):
        if isinstance(node, Dictionary) and len(place) > 1 and any(k == Const(name) for k, _ in node.items):
            yield place, Dictionary(tuple((k, v) for k, v in node.items if k != Const(name)))
        elif isinstance(node, Call) and any(k == name for k, _ in node.kwargs):
            yield place, replace(node, kwargs=tuple((k, v) for k, v in node.kwargs if k != name))
