"""Runs tests that are not written yet, with and without mutants, and finds the rows that they can do without."""

from __future__ import annotations

import json
import mmap
import os
import random
import re
import signal
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..isolation.children import restrict_fork
from ..isolation.forking import fork_for
from ..mutants.importing import WovenModules
from ..mutants.task import planted
from .rehearsal import Fixtures, in_a_transaction

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["Checking"]

SECONDS = 300.0
"""For one test with all that is tried on it."""
_TEST_SECONDS = 15.0
_QUERY, _NEAR_TRIED = "query", 4
_MOST_ATTEMPTS, _MOST_DEADLY = 250, 8


@dataclass(frozen=True, slots=True)
class ArrangedStep:
    """A line of the arrangement; `gone` are the arguments that it is written without."""

    name: str
    head: str
    own_needs: tuple[str, ...]
    arguments: tuple[tuple[str, str, tuple[str, ...], bool], ...]
    label: str = ""
    gone: frozenset[str] = frozenset()

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> ArrangedStep:
        arguments = tuple(
            (str(n), str(text), tuple(needs), bool(spare)) for n, text, needs, spare in plain["arguments"]
        )
        return cls(
            str(plain["name"]), str(plain["head"]), tuple(plain["needs"]), arguments, str(plain.get("label", ""))
        )

    @property
    def text(self) -> str:
        return self.head + ", ".join(text for name, text, *_ in self.arguments if name not in self.gone) + ")"

    @property
    def needs(self) -> set[str]:
        return {
            *self.own_needs,
            *(need for name, _, needs, _ in self.arguments if name not in self.gone for need in needs),
        }

    @property
    def spare(self) -> frozenset[str]:
        return frozenset(name for name, _, _, spare in self.arguments if spare)


class Checking:
    """A check: "id", "imports", "fixtures" (names), "decorators", "arrange" (`ArrangedStep`s),
    "rest" (what is done and asserted), "functions" (path → qualified names to plant mutants in), "most" mutants; or
    "mutants", the numbers of those to try on a test that is to stay as it is.
    """

    def __init__(self, mutated: Mapping[str, list[str]]) -> None:
        self._planted = planted(dict(mutated), None, None)
        self._modules = WovenModules(self._planted)
        self._at = mmap.mmap(-1, 8)
        """The number of the mutant that is tried."""
        self._deadly: frozenset[int] = frozenset()

    def install(self) -> None:
        if self._planted:
            self._modules.install()

    def answer(self, checks: Iterable[Mapping[str, Any]], channel: Channel, filtered: bool) -> None:
        """Each check has a fork of its own. A mutant that ends it is caught; then all is done again without that one."""
        for check in checks:
            deadly: list[int] = []
            told: dict[str, Any] = {}
            for _ in range(1 + _MOST_DEADLY):
                self._at = mmap.mmap(-1, 8)
                reply = fork_for(partial(self._answer, check, frozenset(deadly), filtered), seconds=SECONDS)
                if reply.kind == "ok":
                    told = json.loads(reply.data)
                    break
                number = int.from_bytes(self._at[:8], "big")
                told = {"problem": f"it ended the process ({reply.kind})"}
                if not number:
                    break
                deadly.append(number)
            else:  # too many of them end it: what is left to know is whether it passes
                bare = {**check, "functions": {}, "most": 0}
                reply = fork_for(partial(self._answer, bare, frozenset(), filtered), seconds=SECONDS)
                told = json.loads(reply.data) if reply.kind == "ok" else told
            channel.send({"event": "checked", "id": check["id"], **told})

    def _answer(self, check: Mapping[str, Any], deadly: frozenset[int], filtered: bool) -> bytes:
        restrict_fork(filtered)
        self._deadly = deadly
        return json.dumps(self._checked(check)).encode()

    def _checked(self, check: Mapping[str, Any]) -> dict[str, Any]:
        """Rows that the test passes without go, but for those without which it would miss a mutant; none where the mutants
        are given.
        """
        whole = [ArrangedStep.from_plain(plain) for plain in check["arrange"]]
        problem = self._problem(check, whole)
        if problem:
            return {"problem": problem}
        if "mutants" in check:
            return {"caught": [number for number in check["mutants"] if self._catches(check, whole, int(number))]}
        mutants = self._mutants(check, self._lines(check, whole))
        kept = self._reduced(check, whole, (), fixed=set(check.get("fixed", ())))
        missed = [number for number in mutants if not self._catches(check, kept, number)]
        lost = [number for number in missed if len(kept) < len(whole) and self._catches(check, whole, number)]
        if lost:
            kept = self._reduced(check, whole, lost, fixed={step.name for step in kept})
        caught = set(mutants) - (set(missed) - set(lost))
        for label in check.get("near", ()):
            kept = self._with_near_miss(check, whole, kept, str(label))
        lost = []
        for _ in range(2):  # the second time with an eye on what the first one lost
            lean = self._without_idle(check, self._lean(check, kept, lost))
            missing = [number for number in sorted(caught) if not self._catches(check, lean, number)]
            if not missing:
                kept = lean
                break
            lost += missing
        return {
            "kept": [step.name for step in kept],
            "dropped": {step.name: sorted(step.gone) for step in kept if step.gone},
            "tried": [self._shown(number) for number in mutants],
            "caught": sorted(caught),
        }

    def _with_near_miss(
        self, check: Mapping[str, Any], whole: list[ArrangedStep], kept: list[ArrangedStep], label: str
    ) -> list[ArrangedStep]:
        """With one row more of the model: the one that is most like those that are there and makes no difference. A
        condition that is not asked any more makes one.
        """
        there = {step.name for step in kept}
        own = [step for step in kept if step.label == label]
        others = [step for step in whole if step.label == label and step.name not in there]
        links = _links_of(whole)
        alike = {text for step in own for text in _traits(step, links)}
        others.sort(key=lambda step: -len(alike & _traits(step, links)))
        for step in others[:_NEAR_TRIED] if own else ():
            names = there | _needed(step, whole)
            names |= {
                each.name
                for each in whole
                if each.arguments and not each.label and step.name in each.needs and each.needs <= names
            }
            more = [each for each in whole if each.name in names]
            if not self._problem(check, more):
                return more
        return kept

    def _without_idle(self, check: Mapping[str, Any], steps: list[ArrangedStep]) -> list[ArrangedStep]:
        """Without rows that were there for others only, which do not refer to them any more."""
        kept = list(steps)
        for step in reversed(steps):
            named = any(step.name in other.needs for other in kept) or re.search(
                rf"\b{step.name}\b", str(check["rest"])
            )
            if not step.label or named or step.label in check.get("near", ()) or step.name in check.get("fixed", ()):
                continue
            fewer = [other for other in kept if other.name != step.name]
            if not self._problem(check, fewer):
                kept = fewer
        return kept

    def _lean(self, check: Mapping[str, Any], steps: list[ArrangedStep], wanted: list[int]) -> list[ArrangedStep]:
        """Without arguments that it passes without: all that can be spared of a row, else one after the other."""
        kept = list(steps)
        for place, step in enumerate(steps):
            for gone in ([step.spare] if len(step.spare) > 1 else []) + [
                frozenset([name]) for name in sorted(step.spare)
            ]:
                fewer = replace(kept[place], gone=kept[place].gone | gone)
                if fewer.gone != kept[place].gone:
                    tried = [*kept[:place], fewer, *kept[place + 1 :]]
                    if self._is_as_good(check, tried, wanted):
                        kept = tried
        return kept

    def _reduced(
        self, check: Mapping[str, Any], steps: list[ArrangedStep], wanted: Sequence[int], fixed: set[str]
    ) -> list[ArrangedStep]:
        """Without what it passes without, and still catches the wanted mutants: large parts first, the last rows first.

        Source: delta debugging (Zeller, Hildebrandt: Simplifying and isolating failure-inducing input, 2002).
        """
        kept = list(steps)
        wanted = list(wanted)
        size = max(1, len(kept) // 2)
        attempts = 0
        while size:
            at = len(kept)
            while at > 0 and attempts < _MOST_ATTEMPTS:
                start = max(0, at - size)
                gone = {step.name for step in kept[start:at]} - fixed
                fewer = _without(kept, gone) if gone else kept
                if len(fewer) < len(kept) and fixed <= {step.name for step in fewer}:
                    attempts += 1
                    if self._is_as_good(check, fewer, wanted):
                        kept = fewer
                at = min(start, len(kept))
            size //= 2
        return kept

    def _is_as_good(self, check: Mapping[str, Any], steps: list[ArrangedStep], wanted: list[int]) -> bool:
        if self._problem(check, steps):
            return False
        for place, number in enumerate(wanted):
            if not self._catches(check, steps, number):
                wanted.insert(0, wanted.pop(place))  # what tells is asked first the next time
                return False
        return True

    def _catches(self, check: Mapping[str, Any], steps: list[ArrangedStep], mutant: int) -> bool:
        """What a mutant leaves behind must not be blamed on the next: without it the test passes again, or all is over."""
        if mutant in self._deadly:
            return True
        self._at[:8] = mutant.to_bytes(8, "big")
        caught = self._run(check, steps, mutant) != ""
        if caught and self._run(check, steps, 0):
            os._exit(1)  # the parent takes it for caught, and begins anew
        self._at[:8] = bytes(8)
        return caught

    def _problem(self, check: Mapping[str, Any], steps: list[ArrangedStep]) -> str:
        return self._run(check, steps, 0)

    def _run(self, check: Mapping[str, Any], steps: list[ArrangedStep], mutant: int, lines: Any = None) -> str:
        """What went wrong; "" if the test passes. `lines` takes those that it runs, by path."""
        self._modules.activate(mutant)
        random.seed(mutant)
        fixtures = Fixtures()
        try:
            with _time_limit(), in_a_transaction():
                test, given = _test(check, steps, fixtures)
                if lines is not None:
                    threading.settrace(_tracer(lines))  # where asynchronous views run
                    sys.settrace(_tracer(lines))
                try:
                    test(**given)
                finally:
                    sys.settrace(None)
                    threading.settrace(None)
        except BaseException as error:  # noqa: BLE001  pytest's own outcomes too; nothing else is done in this process
            return _told(error, check, steps)
        finally:
            fixtures.close()
            self._modules.activate(0)
        return ""

    def _lines(self, check: Mapping[str, Any], steps: list[ArrangedStep]) -> dict[str, set[int]]:
        """That the test runs in the files that mutants are planted in."""
        lines: dict[str, set[int]] = {path: set() for path in self._planted}
        self._run(check, steps, 0, lines)
        return lines

    def _mutants(self, check: Mapping[str, Any], lines: Mapping[str, set[int]]) -> list[int]:
        """Of what it runs in the functions asked for: conditions of queries first, as they are what rows are for, and of
        the others as many as there is room for, spread evenly.
        """
        queries: list[int] = []
        others: list[int] = []
        for path, functions in check["functions"].items():
            one = self._planted.get(path)
            for site in one.sites if one is not None else ():
                if site.function in functions and site.span[0] in lines.get(path, ()):
                    for mutant in site.mutants:
                        if not self._modules.is_default(mutant.number):
                            (queries if mutant.operator == _QUERY else others).append(mutant.number)
        most = max(0, int(check["most"]) - len(queries))
        if len(others) > most:
            others = [others[place * len(others) // most] for place in range(most)]
        return sorted([*queries, *others])

    def _shown(self, number: int) -> list[Any]:
        for path, one in self._planted.items():
            if one.first <= number <= one.last:
                for site in one.sites:
                    for mutant in site.mutants:
                        if mutant.number == number:
                            return [number, path, site.span[0], site.function, mutant.operator, site.shown(mutant)]
        return [number]


def _links_of(steps: list[ArrangedStep]) -> dict[str, set[str]]:
    """What each row is linked to, by the lines that link it."""
    found: dict[str, set[str]] = {}
    for step in steps:
        if not step.label:
            for name in step.own_needs:
                found.setdefault(name, set()).update(f"link {text}" for _, text, *_ in step.arguments)
    return found


def _traits(step: ArrangedStep, links: Mapping[str, set[str]]) -> set[str]:
    return {text for _, text, *_ in step.arguments} | links.get(step.name, set())


def _needed(step: ArrangedStep, steps: list[ArrangedStep]) -> set[str]:
    """The row and all that it refers to."""
    by_name = {each.name: each for each in steps}
    found: set[str] = set()
    waiting = [step.name]
    while waiting:
        name = waiting.pop()
        if name not in found and name in by_name:
            found.add(name)
            waiting += by_name[name].needs
    return found


def _without(steps: list[ArrangedStep], gone: set[str]) -> list[ArrangedStep]:
    """Nor what needs any of them."""
    kept = []
    for step in steps:
        if step.name in gone or not gone.isdisjoint(step.needs):
            gone.add(step.name)
        else:
            kept.append(step)
    return kept


def _told(error: BaseException, check: Mapping[str, Any], steps: list[ArrangedStep]) -> str:
    """With the line of the test that it came from."""
    at = 0
    trace = error.__traceback__
    while trace is not None:
        at = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<test>" else at
        trace = trace.tb_next
    lines = _source(check, steps).splitlines()
    line = lines[at - 1].strip() if 0 < at <= len(lines) else ""
    words = f"{type(error).__name__}: {error}".strip().removesuffix(":")
    return f"{words[:700]} at `{line[:400]}`" if line else words[:1500] or "it failed"


class _TooSlow(BaseException):
    """A test did not come to its end."""


@contextmanager
def _time_limit() -> Iterator[None]:
    def ring(number: int, frame: Any) -> None:
        raise _TooSlow(f"no end after {_TEST_SECONDS:.0f} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, _TEST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _test(
    check: Mapping[str, Any], steps: list[ArrangedStep], fixtures: Fixtures
) -> tuple[Callable[..., None], dict[str, Any]]:
    """The function as it will be written, and what it asks for."""
    names: dict[str, Any] = {"__name__": "rehearsed_test"}
    exec(compile(_source(check, steps), "<test>", "exec"), names)
    test: Callable[..., None] = names["test"]
    return test, {name: fixtures[name] for name in check["fixtures"]}


def _source(check: Mapping[str, Any], steps: list[ArrangedStep]) -> str:
    body = "\n".join([*check["first"], *(step.text for step in steps), str(check["rest"])])
    head = f"def test({', '.join(check['fixtures'])}):"
    return "\n".join([str(check["imports"]), *check["decorators"], head, textwrap.indent(body, "    ")])


def _tracer(lines: Mapping[str, set[int]]) -> Callable[[FrameType, str, Any], Any]:
    def local(frame: FrameType, event: str, argument: Any) -> Any:
        lines[frame.f_code.co_filename].add(frame.f_lineno)
        return local

    def outer(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in lines:
            return None
        lines[frame.f_code.co_filename].add(frame.f_lineno)
        return local

    return outer
