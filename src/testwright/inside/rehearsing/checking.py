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
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..isolation.children import restrict_fork
from ..isolation.forking import fork_for
from ..mutants.importing import WovenModules
from ..mutants.task import planted
from .arranged_step import ArrangedStep, links_of, needed, traits
from .shortening import IsAsGood, with_fewer_arguments, with_fewer_rows, without_idle_rows
from .stage import FixtureValues, Stage

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["Checking"]

SECONDS = 300.0
"""For one test with all that is tried on it."""
_TEST_SECONDS = 15.0
_QUERY, _NEAR_TRIED = "query", 4
_MOST_DEADLY, _ROUNDS = 8, 2


class Checking:
    """A check: "id", "imports", "fixtures" (names), "decorators", "arrange" (`ArrangedStep`s),
    "rest" (what is done and asserted), "functions" (path → qualified names to plant mutants in), "most" mutants; or
    "file", where cassettes lie beside; "mutants", the numbers of those to try on a test that is to stay as it is.
    """

    def __init__(self, mutated: Mapping[str, list[str]]) -> None:
        self._planted = planted(dict(mutated), None, None)
        self._stage: Stage | None = None
        self._modules = WovenModules(self._planted)
        self._at = mmap.mmap(-1, 8)
        """The number of the mutant that is tried."""
        self._deadly: frozenset[int] = frozenset()
        self._careful = False

    def install(self) -> None:
        if self._planted:
            self._modules.install()

    def answer(self, stage: Stage, checks: Iterable[Mapping[str, Any]], channel: Channel, filtered: bool) -> None:
        """Each check has a fork of its own. A mutant that ends it is caught; then all is done again without that one."""
        self._stage = stage
        for check in checks:
            channel.send({"event": "checked", "id": check["id"], **self._told(check, filtered)})

    def _told(self, check: Mapping[str, Any], filtered: bool) -> dict[str, Any]:
        deadly: list[int] = []
        careful = False
        while len(deadly) <= _MOST_DEADLY:
            self._at[:8] = bytes(8)
            reply = fork_for(partial(self._answer, check, frozenset(deadly), careful, filtered), seconds=SECONDS)
            if reply.kind == "ok":
                return dict(json.loads(reply.data))
            number = int.from_bytes(self._at[:8], "big")
            if number:
                deadly.append(number)
            elif careful or reply.kind == "slow":
                return {"problem": f"it ended the process ({reply.kind})"}
            else:
                careful = True
        if check["functions"]:  # too many of them end it: what is left to know is whether it passes
            bare = {**check, "functions": {}, "most": 0} | ({"mutants": []} if "mutants" in check else {})
            return self._told(bare, filtered)
        return {"problem": "it ended the process"}

    def _answer(self, check: Mapping[str, Any], deadly: frozenset[int], careful: bool, filtered: bool) -> bytes:
        restrict_fork(filtered)
        self._deadly, self._careful = deadly, careful
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
            return {"caught": self._caught(check, whole, list(map(int, check["mutants"])))}
        mutants = self._mutants(check, self._lines(check, whole))
        kept, caught = self._shortened(check, whole, mutants)
        return {
            "kept": [step.name for step in kept],
            "dropped": {step.name: sorted(step.gone) for step in kept if step.gone},
            "tried": [self._shown(number) for number in mutants],
            "caught": caught,
        }

    def _shortened(
        self, check: Mapping[str, Any], whole: list[ArrangedStep], mutants: list[int]
    ) -> tuple[list[ArrangedStep], list[int]]:
        """As short as it passes; then what it needs to catch all that the whole test catches. With the mutants that it catches."""
        fixed = set(check.get("fixed", ()))
        kept = with_fewer_rows(whole, fixed, self._as_good(check, []))
        for label in check.get("near", ()):
            kept = self._with_near_miss(check, whole, kept, str(label))
        short = self._with_less(check, kept, set(), self._as_good(check, []))
        caught = self._caught(check, short, mutants)
        wanted: list[int] = []
        for _ in range(_ROUNDS):
            missed = [number for number in mutants if number not in caught]
            lost = self._caught(check, whole, missed) if short != whole else []
            if not lost:
                break
            wanted = [*wanted, *lost]
            as_good = self._as_good(check, wanted)
            stays = {(step.name, name) for step in short for name, *_ in step.arguments if name not in step.gone}
            if not as_good(kept):
                kept = with_fewer_rows(whole, {step.name for step in kept}, as_good)
            short = self._with_less(check, kept, stays, as_good)
            caught = self._caught(check, short, mutants)
        return short, caught

    def _with_less(
        self, check: Mapping[str, Any], steps: list[ArrangedStep], stays: set[tuple[str, str]], is_as_good: IsAsGood
    ) -> list[ArrangedStep]:
        rest, near = str(check["rest"]), check.get("near", ())
        stay = {s.name for s in steps if s.label in near or re.search(rf"\b{s.name}\b", rest)}
        stay |= set(check.get("fixed", ()))
        return without_idle_rows(with_fewer_arguments(steps, stays, is_as_good), stay, is_as_good)

    def _with_near_miss(
        self, check: Mapping[str, Any], whole: list[ArrangedStep], kept: list[ArrangedStep], label: str
    ) -> list[ArrangedStep]:
        """With one row more of the model: the one that is most like those that are there and makes no difference. A
        condition that is not asked any more makes one.
        """
        there = {step.name for step in kept}
        own = [step for step in kept if step.label == label]
        others = [step for step in whole if step.label == label and step.name not in there]
        links = links_of(whole)
        alike = {text for step in own for text in traits(step, links)}
        others.sort(key=lambda step: -len(alike & traits(step, links)))
        for step in others[:_NEAR_TRIED] if own else ():
            names = there | needed(step, whole)
            names |= {
                each.name
                for each in whole
                if each.arguments and not each.label and step.name in each.needs and each.needs <= names
            }
            more = [each for each in whole if each.name in names]
            if not self._problem(check, more):
                return more
        return kept

    def _as_good(self, check: Mapping[str, Any], wanted: Sequence[int]) -> IsAsGood:
        """Passes, and catches the wanted mutants."""
        asked = list(wanted)

        def is_as_good(steps: list[ArrangedStep]) -> bool:
            if self._problem(check, steps):
                return False
            missed = self._missed(check, steps, asked, most=1)
            for number in missed:
                asked.remove(number)
                asked.insert(0, number)  # what tells is asked first the next time
            return not missed

        return is_as_good

    def _caught(self, check: Mapping[str, Any], steps: list[ArrangedStep], mutants: Sequence[int]) -> list[int]:
        missed = set(self._missed(check, steps, mutants))
        return [number for number in mutants if number not in missed]

    def _missed(
        self, check: Mapping[str, Any], steps: list[ArrangedStep], mutants: Sequence[int], most: int = sys.maxsize
    ) -> list[int]:
        """What one leaves behind must not be blamed on the next: after them the test passes as before, or all is over, and the
        parent begins anew, with a look after each.
        """
        missed: list[int] = []
        caught = 0
        for number in mutants:
            if number in self._deadly:
                continue
            self._at[:8] = number.to_bytes(8, "big")
            if self._run(check, steps, number):
                caught += 1
                if self._careful:
                    self._go_on_if_it_passes(check, steps)
            else:
                missed.append(number)
            self._at[:8] = bytes(8)
            if len(missed) >= most:
                break
        if caught and not self._careful:
            self._go_on_if_it_passes(check, steps)
        return missed

    def _go_on_if_it_passes(self, check: Mapping[str, Any], steps: list[ArrangedStep]) -> None:
        if self._problem(check, steps):
            os._exit(1)  # the parent takes the mutant that is tried, if any, for caught

    def _problem(self, check: Mapping[str, Any], steps: list[ArrangedStep]) -> str:
        return self._run(check, steps, 0)

    def _run(self, check: Mapping[str, Any], steps: list[ArrangedStep], mutant: int, lines: Any = None) -> str:
        """What went wrong; "" if the test passes. `lines` takes those that it runs, by path."""
        self._modules.activate(mutant)
        random.seed(mutant)
        assert self._stage is not None
        fixtures = self._stage.fixtures(check)
        try:
            with _time_limit(), self._stage.isolated(), _noted(lines) as begin:
                test, given = _test(check, steps, fixtures)
                begin()
                test(**given)
        except BaseException as error:  # noqa: BLE001  pytest's own outcomes too; nothing else is done in this process
            return _said(error, check, steps)
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


def _said(error: BaseException, check: Mapping[str, Any], steps: list[ArrangedStep]) -> str:
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
    check: Mapping[str, Any], steps: list[ArrangedStep], fixtures: FixtureValues
) -> tuple[Callable[..., None], dict[str, Any]]:
    """The function as it will be written, and what it asks for."""
    names: dict[str, Any] = {"__name__": "rehearsed_test", "__file__": str(check.get("file", ""))}
    exec(compile(_source(check, steps), "<test>", "exec"), names)
    test: Callable[..., None] = names["test"]
    return test, {name: fixtures[name] for name in check["fixtures"]}


def _source(check: Mapping[str, Any], steps: list[ArrangedStep]) -> str:
    body = "\n".join([*check["first"], *(step.text for step in steps), str(check["rest"])])
    head = f"def test({', '.join(check['fixtures'])}):"
    return "\n".join([str(check["imports"]), *check["decorators"], head, textwrap.indent(body, "    ")])


@contextmanager
def _noted(lines: Mapping[str, set[int]] | None) -> Iterator[Callable[[], None]]:
    """Those that are run from `begin` on, and, in threads where asynchronous views run, which a client may start before."""
    if lines is None:
        yield lambda: None
        return
    tracer = _tracer(lines)
    threading.settrace(tracer)
    try:
        yield lambda: sys.settrace(tracer)
    finally:
        sys.settrace(None)
        threading.settrace(None)


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
