"""One woven copy behaves like the original, and with a mutant chosen like the source with that mutant in it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.mutants.schemata import ACTIVE, REACHED, weave
from testwright.inside.mutants.sites import Site, find_sites, plant

SOURCE = '''
import asyncio

def classify(number, limit=3, *, names=("low", "high")):
    """Not touched."""
    if not number:
        return f"none of {limit}: {names[0]!r:>8}"
    elif number < limit and number != -1:
        text = names[0] + str(number)
    else:
        text = names[1] * 2
    return text

def walk(rows, start=1):
    total, seen = 0, []
    for row in rows[start:len(rows)]:
        if row is None:
            continue
        if row > 90:
            break
        total += row
        seen.append(row)
    else:
        seen.append("all")
    return total, seen, [r % 2 for r in range(len(rows)) if r], {"a": total}

def careful(text):
    log = []
    try:
        log.append(int(text))
    except ValueError:
        log.append("bad")
    else:
        log.append("good")
    finally:
        log.append("end")
    if text == "raise":
        raise KeyError(text)
    return log

class Account:
    def __init__(self, owner="me"):
        self.owner = owner
        self.rows = [1, 2, 3]

    def take(self, number):
        while number > 0:
            number -= 2
            if number == 4:
                return divmod(number, 3)
        self.rows[0] = number
        return self.rows[-1], ~number, (lambda x, y=2: x - y)(number, 1)

async def later(value):
    await asyncio.sleep(0)
    return value if value else "nothing"

def gives(values):
    for value in values:
        yield value + 1
'''
CALLS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "classify": lambda m: [m["classify"](n) for n in (0, -1, 2, 3, 9)],
    "walk": lambda m: [m["walk"](rows) for rows in ([5, 1, None, 2], [1, 2, 95, 3], [], [0, 7])],
    "careful": lambda m: [m["careful"](text) for text in ("1", "x", "raise")],
    "Account": lambda m: [m["Account"]().take(n) for n in (8, 1, 0)],
    "later": lambda m: [__import__("asyncio").run(m["later"](v)) for v in (1, 0)],
    "gives": lambda m: list(m["gives"]([1, 2])),
}
TREE = ast.parse(SOURCE)
SITES = find_sites(TREE, SOURCE).sites
MUTANTS = [(site, mutant) for site in SITES for mutant in site.mutants]


class Endless(BaseException):
    pass


def outcome(tree: ast.Module, active: int, function: str) -> str:
    """What the calls gave, with the steps bounded: some mutants loop for ever."""
    namespace: dict[str, Any] = {ACTIVE: active, REACHED: None}
    steps = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps > 20_000:
            raise Endless
        return trace

    sys.settrace(trace)
    try:
        exec(compile(tree, "<planted>", "exec"), namespace)
        return repr(CALLS[function](namespace))
    except Endless:
        return "endless"
    except BaseException as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    finally:
        sys.settrace(None)


WOVEN = weave(TREE, SITES)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("site", "mutant"), MUTANTS, ids=lambda v: getattr(v, "operator", ""))
def test_each_mutant_does_in_the_woven_copy_what_it_does_in_the_source(site: Site, mutant: Any) -> None:
    function = site.function.partition(".")[0]
    alone = ast.fix_missing_locations(plant(TREE, site.node, site.slot, mutant.replacement))
    assert outcome(WOVEN, mutant.number, function) == outcome(alone, 0, function)


@pytest.mark.parametrize("function", CALLS)
def test_with_no_mutant_chosen_nothing_is_different(function: str) -> None:
    assert outcome(WOVEN, 0, function) == outcome(TREE, 0, function)


@pytest.mark.parametrize("function", CALLS)
def test_recording_changes_nothing_and_tells_what_is_reached(function: str) -> None:
    reached: set[int] = set()
    recorded = weave(TREE, SITES, recording=True)
    namespace: dict[str, Any] = {REACHED: reached.add}
    exec(compile(recorded, "<recorded>", "exec"), namespace)
    reached.clear()
    try:
        CALLS[function](namespace)
    except KeyError:
        assert function == "careful"
    own = {site.mutants[0].number for site in SITES if site.function.partition(".")[0] == function}
    assert reached
    assert reached <= own


def test_the_tree_itself_is_left_as_it_was() -> None:
    assert ast.dump(TREE) == ast.dump(ast.parse(SOURCE))
