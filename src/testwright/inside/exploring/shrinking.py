"""Makes kept scenarios plainer while they still reach the arcs that they are kept for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from ..patching import Tripwire
from ..providers.sample_types import STUB
from ..providers.stand_ins import AUTOSPEC, FIXED_CLOCKS, MAGIC_MOCK, MOCK
from ..recipes import (
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Helper,
    Name,
    Patch,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
    walk,
)
from ..scenario import Scenario, Step
from .argument_fit import Misfit
from .corpus import Entry
from .days import is_day, plainer_days
from .editing import FIXED, FRAMES, called_in, is_steady, node_at, nodes, replace_node

__all__ = ["Shrinking", "leaving_nothing", "prefixes", "settled", "shrink"]

MOST_VARIABLES = 5
MOST_FLAGS = 3

HALVED = 4
"""So many of something are first cut in half."""
Item = TypeVar("Item")
Variant = tuple[Hashable, Callable[[], Scenario]]
"""What an edit does, wherever it does it, and the scenario that it makes."""
PLAIN_TEXTS = ("abc", "a", "1", "")


Price = Callable[[Scenario, str, float], float]
"""May leave out what only running tells, and is given the price from which on a variant is too dear."""
Trial = Callable[[Scenario], Entry | None]


def shrink(
    entry: Entry,
    needed: int,
    price: Price,
    try_out: Trial,
    attempts: int,
    misfits: Callable[[Scenario], list[Misfit]] = lambda scenario: [],
) -> Entry:
    """Tries plainer variants, at most `attempts` executions; each accepted one reaches all of `needed`."""
    return Shrinking(entry, price, try_out, misfits).go(needed, attempts)


@dataclass(slots=True)
class Shrinking:
    """One entry on its way to a plainer one, some executions at a time.

    `misfits` are arguments that want another type; `spelled_out` names arguments, so that each can go by itself.
    """

    best: Entry
    price: Price
    try_out: Trial
    misfits: Callable[[Scenario], list[Misfit]] = lambda scenario: []
    spelled_out: Callable[[Scenario], Scenario] = lambda scenario: scenario
    failed: set[Hashable] = field(default_factory=set)
    """Edits of the best one so far that were of no use."""
    doubtful: set[Hashable] = field(default_factory=set)
    """Those of earlier ones: they are not made again before all others were."""
    begun: bool = False
    ended: bool = False

    def go(self, needed: int, attempts: int) -> Entry:
        """Some way further; what is returned reaches all of `needed`."""
        if not self.begun and attempts > 0:
            self.begun = True
            self._spell_out(needed)
            self.best, attempts = _without_idle_patches(self.best, needed, self.try_out, attempts)
        while attempts > 0 and not self.ended:
            used, plainer = self._first_plainer(needed, attempts)
            attempts -= used
            if plainer is not None:
                self.best = plainer
                self.doubtful |= self.failed
                self.failed.clear()
            elif attempts > 0:
                self.ended = not self.doubtful
                self.doubtful.clear()
        return self.best

    def _spell_out(self, needed: int) -> None:
        spelled = self.spelled_out(self.best.scenario)
        again = self.try_out(spelled) if spelled != self.best.scenario else None
        if again is not None and again.keepable and again.raised == self.best.raised and not needed & ~again.mask:
            self.best = again

    def _first_plainer(self, needed: int, attempts: int) -> tuple[int, Entry | None]:
        """How many were run, and the one that still reaches everything."""
        best, used = self.best, 0
        seen: Counter[Hashable] = Counter()
        for name, made in _variants(best.scenario, self.misfits):
            seen[name] += 1  # the same edit may be possible in several places
            edit = (name, seen[name])
            if edit in self.failed or edit in self.doubtful:
                continue
            variant = made()
            if self.price(variant, best.raised, best.cost) >= best.cost:
                continue
            if used >= attempts:
                break
            used += 1
            found = self.try_out(variant)
            if found is not None and found.keepable and not needed & ~found.mask and found.cost < best.cost:
                if bool(found.raised) == bool(best.raised):
                    return used, found
            self.failed.add(edit)
        return used, None


def _without_idle_patches(
    entry: Entry, needed: int, try_out: Callable[[Scenario], Entry | None], attempts: int
) -> tuple[Entry, int]:
    """A patch goes only when nothing touches it: what it stands for may give the same today, and not tomorrow."""
    best, number = entry, 0
    tidied = _without_idle_mocks(entry.scenario.steps)
    if tidied != entry.scenario.steps:
        again = try_out(replace(entry.scenario, steps=tidied))
        if again is not None and again.keepable and not needed & ~again.mask and again.raised == best.raised:
            best = again
    while number < len(best.scenario.steps) and attempts > 0:
        patch = best.scenario.steps[number].recipe
        number += 1
        if not isinstance(patch, Patch) or patch.kind != "setattr":
            continue
        attempts -= 2
        if not isinstance(patch.value, (Const, Dictionary)):  # such are flags, which are the same tomorrow
            tripped = replace_node(best.scenario, (number - 1,), replace(patch, value=_tripwire(patch)))
            found = try_out(tripped)
            if found is None or not found.keepable or needed & ~found.mask or found.raised != best.raised:
                continue
        steps = best.scenario.steps
        again = try_out(replace(best.scenario, steps=_without_idle_mocks((*steps[: number - 1], *steps[number:]))))
        if again is not None and again.keepable and not needed & ~again.mask and again.raised == best.raised:
            best, number = again, 0
    return best, attempts


def settled(entry: Entry, needed: int, names: list[str], try_out: Callable[[Scenario], Entry | None]) -> Entry:
    """Environment variables that matter are deleted where the scenario does not set them: somebody may have them."""
    best = entry
    set_already = {s.recipe.target for s in entry.scenario.steps if isinstance(s.recipe, Patch)}
    for name in [n for n in names if n not in set_already][:MOST_VARIABLES]:
        steps = best.scenario.steps
        other = try_out(replace(best.scenario, steps=(Step(Patch("setenv", name, Const("elsewhere"))), *steps)))
        if other is not None and other.mask == best.mask and other.raised == best.raised:
            continue
        again = try_out(replace(best.scenario, steps=(Step(Patch("delenv", name)), *steps)))
        if again is not None and again.keepable and not needed & ~again.mask and again.raised == best.raised:
            best = again
    return best


def leaving_nothing(
    entry: Entry,
    needed: int,
    flags_changed: Callable[[], list[tuple[str, Any]]],
    try_out: Callable[[Scenario], Entry | None],
) -> Entry:
    """A flag that the scenario changes for good is set to what it was first, for monkeypatch then puts it back."""
    there = {step.recipe.target for step in entry.scenario.steps if isinstance(step.recipe, Patch)}
    changed = flags_changed() if try_out(entry.scenario) is not None else []
    patches = [Step(Patch("setattr", place, Const(value))) for place, value in changed if place not in there]
    if not patches or len(patches) > MOST_FLAGS:
        return entry
    again = try_out(replace(entry.scenario, steps=(*patches, *entry.scenario.steps)))
    same = again is not None and again.keepable and again.raised == entry.raised and not needed & ~again.mask
    return again if again is not None and same else entry


def _tripwire(patch: Patch) -> Recipe:
    """What is the same until somebody uses it; of a clock the class stays, for `isinstance` is no use of it."""
    wire = Const(Tripwire())
    if isinstance(patch.value, Call) and patch.value.function in FIXED_CLOCKS:
        return Call(patch.value.function, (wire, wire, wire))
    return wire


def _without_idle_mocks(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Stand-ins that nothing but their own set-up mentions are gone with the patch that they served."""
    kept = steps
    for step in reversed(steps):
        if not isinstance(step.recipe, Call) or step.recipe.function not in (MOCK, MAGIC_MOCK, AUTOSPEC):
            continue
        others = [s for s in kept if s.variable != step.variable]
        if not any(n == Variable(step.variable) for s in others for n in walk(s.recipe)):
            kept = tuple(others)
    return kept


def _variants(scenario: Scenario, misfits: Callable[[Scenario], list[Misfit]]) -> Iterator[Variant]:
    yield from _fewer_steps(scenario)
    for made in (*_inlined(scenario), *_fitting(scenario, misfits(scenario))):
        yield made, partial(_itself, made)
    last = scenario.steps[-1].recipe
    if isinstance(last, Sequence) and len(last.items) == 1:  # an example shows `version[0],` or several things at once
        yield last, partial(replace_node, scenario, (len(scenario.steps) - 1,), last.items[0])
    for place, node in nodes(scenario):
        steady = is_steady(scenario, place) or (len(place) > 1 and is_day(node_at(scenario, place[:-1])))
        for plainer in () if steady else _plainer(node):
            yield (node, plainer), partial(replace_node, scenario, place, plainer)


def _itself(scenario: Scenario) -> Scenario:
    return scenario


def _fitting(scenario: Scenario, found: list[Misfit]) -> Iterator[Scenario]:
    """With plain values that fit: two dates can be compared, and so can two numbers, but not one with the other."""
    plain = [list(misfit.plain()) for misfit in found]
    if len(found) > 1 and len({misfit.place[:-1] for misfit in found}) == 1:
        for values in zip(*plain, strict=False):
            together = scenario
            for misfit, value in zip(found, values, strict=True):
                together = replace_node(together, misfit.place, value)
            yield together
    for misfit, ways in zip(found, plain, strict=True):
        for value in ways:
            yield replace_node(scenario, misfit.place, value)


def _fewer_steps(scenario: Scenario) -> Iterator[Variant]:
    for number, step in enumerate(scenario.steps[:-1]):
        if _stays(step):
            continue
        if step.attribute or not step.variable or not _is_used(step.variable, scenario.steps[number + 1 :]):
            yield step, partial(replace, scenario, steps=(*scenario.steps[:number], *scenario.steps[number + 1 :]))


def _stays(step: Step) -> bool:
    """What a stand-in is, and gives, is not for running to decide: a Mock gives something by itself."""
    return "." in step.attribute or (isinstance(step.recipe, Patch) and step.recipe.kind == "setattr")


def _inlined(scenario: Scenario) -> Iterator[Scenario]:
    """A plain value with a name that is used once goes where it is used."""
    for number, step in enumerate(scenario.steps[:-1]):
        if not step.variable or step.attribute or not isinstance(step.recipe, (Const, Sequence, Dictionary, Function)):
            continue
        without = replace(scenario, steps=(*scenario.steps[:number], *scenario.steps[number + 1 :]))
        places = [p for p, node in nodes(without) if node == Variable(step.variable)]
        if len(places) == 1 and sum(s.variable == step.variable for s in scenario.steps) == 1:
            yield replace_node(without, places[0], step.recipe)


def _is_used(variable: str, later: tuple[Step, ...]) -> bool:
    """Before another value takes the name."""
    for step in later:
        if any(isinstance(n, Variable) and n.name == variable for n in walk(step.recipe)):
            return True
        if step.variable == variable:
            return bool(step.attribute)
    return False


def prefixes(scenario: Scenario, target_of: Callable[[Scenario, Recipe], str]) -> Iterator[Scenario]:
    """For each call made only on the way, the scenario that ends with it, as a test of what it calls.

    `target_of` gives the qualname that a step of the scenario calls, "" for none that is ours to test.
    """
    for node in (n for step in scenario.steps for n in walk(step.recipe)):
        alone = isinstance(node, Call) and isinstance(node.function, Name) and node != scenario.steps[-1].recipe
        if alone and not any(isinstance(n, (Variable, Await)) for n in walk(node)):
            target = target_of(scenario, called_in(node))
            if target and target != scenario.target:
                yield replace(scenario, steps=(Step(node, "result"),), target=target)
    for number, step in enumerate(scenario.steps[:-1]):
        if step.variable or step.attribute or not any(isinstance(n, Call) for n in walk(step.recipe)):
            continue
        target = target_of(scenario, called_in(step.recipe))
        if target:
            last = replace(step, variable="result")
            yield replace(scenario, steps=(*scenario.steps[:number], last), target=target)


def _plainer(node: Recipe) -> Iterator[Recipe]:
    match node:
        case Const(value=str() as text) if text and node not in FIXED:
            yield from (Const(t) for t in PLAIN_TEXTS if t != text)
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
        case ScratchFile(as_text=True):
            yield from (Const(t) for t in PLAIN_TEXTS)
        case Sequence(kind=kind, items=items) if items:
            steady = 1 if items[0] in FIXED else 0
            yield from (Sequence(kind, (*items[:steady], *fewer)) for fewer in _fewer(items[steady:]))
        case Dictionary(items=pairs) if pairs:
            yield from map(Dictionary, _fewer(pairs))
        case Await(target=Call(function=Name(module="asyncio", qualname="gather" | "wait_for"), args=args)):
            yield from (Await(a) for a in args if not isinstance(a, Const))
        case Call(function=Name(module="unittest.mock" | "random")):
            return
        case Call() if is_day(node):
            yield from plainer_days(node)
        case Call(function=function, args=args, kwargs=kwargs):
            if isinstance(function, Helper) or function == STUB:  # a date stays a date, but a stub may be too much
                yield from (Const(v) for v in (None, 1, "abc"))
            yield from (Call(function, args, named) for named in _fewer(kwargs))
            if args and not (isinstance(function, Name) and function.module in FRAMES):
                yield Call(function, args[:-1], kwargs)


def _fewer(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    """None of them, then either half, then all but one."""
    if len(items) > 1:
        yield ()
    if len(items) >= HALVED:
        middle = len(items) // 2
        yield from (items[:middle], items[middle:])
    for n in range(len(items)):
        yield (*items[:n], *items[n + 1 :])


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
