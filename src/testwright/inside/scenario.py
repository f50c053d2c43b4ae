"""Holds what a test does and sees: steps, the outcome of running them, the checks that hold of it; all JSON-ready."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import Any

from .immutable import immutable
from .recipes import Await, Call, Fixture, Name, Recipe, from_plain, to_plain, walk

__all__ = ["ASKED_FOR", "Check", "Outcome", "Raised", "Scenario", "Sign", "Step", "composed_calls"]

_STANDARD = sys.stdlib_module_names
ASKED_FOR = "recorded call"
"""The origin of scenarios of which each is to become a test, as it went so in a real run."""


@immutable(frozen=True, slots=True)
class Step:
    """One statement: `variable = recipe`, or with `attribute` (maybe dotted), `variable.attribute = recipe`; "" = bare call."""

    recipe: Recipe
    variable: str = ""
    attribute: str = ""

    def to_plain(self) -> list[Any]:
        return [to_plain(self.recipe), self.variable, self.attribute]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Step:
        recipe, variable, attribute = plain
        return cls(from_plain(recipe), str(variable), str(attribute))


@immutable(frozen=True, slots=True)
class Scenario:
    """The steps of one test; the last step is the one under test and binds "result" when it has a value.

    `target` is the qualname of the function, method or property in the module that it exercises, `origin` says which
    provider or mechanism built it ("docstring", "typed", "mutation", …). `in_loop`: it runs in an event loop although
    it awaits nothing, as what it calls asks for the loop.
    """

    steps: tuple[Step, ...]
    target: str
    origin: str = ""
    in_loop: bool = False
    _awaits: bool | None = field(default=None, init=False, repr=False, compare=False)
    """Worked out once: it is asked several times an execution."""

    @property
    def is_async(self) -> bool:
        if self._awaits is None:
            object.__setattr__(self, "_awaits", any(Await in map(type, walk(step.recipe)) for step in self.steps))
        return self.in_loop or bool(self._awaits)

    @property
    def conftests(self) -> tuple[str, ...]:
        """The paths of those that its fixtures are made by."""
        nodes = (node for step in self.steps for node in walk(step.recipe))
        return tuple(dict.fromkeys(path for node in nodes if isinstance(node, Fixture) for path in node.conftests))

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"steps": [s.to_plain() for s in self.steps], "target": self.target}
        return {**plain, "origin": self.origin, **({"in_loop": True} if self.in_loop else {})}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Scenario:
        """Raises ValueError on anything that `to_plain` would not give."""
        try:
            steps = tuple(Step.from_plain(s) for s in plain["steps"])
            return cls(steps, str(plain["target"]), str(plain["origin"]), plain.get("in_loop", False) is True)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a scenario: {str(plain)[:80]}") from error


def composed_calls(scenario: Scenario) -> int:
    """How many functions it calls for the arguments of the one under test: a test of two functions is one of neither."""
    last = scenario.steps[-1].recipe
    called = [node.function for step in scenario.steps for node in walk(step.recipe) if isinstance(node, Call)]
    own = last.target if isinstance(last, Await) else last
    functions = [name for name in called if isinstance(name, Name) and _is_plain_function(name)]
    itself = isinstance(own, Call) and isinstance(own.function, Name) and _is_plain_function(own.function)
    return max(0, len(functions) - itself)


def _is_plain_function(name: Name) -> bool:
    """By its looks (classes begin with a capital, and make instances), and not of the standard library."""
    is_function = name.qualname[:1].islower() and "." not in name.qualname
    return is_function and name.module.partition(".")[0] not in _STANDARD


@dataclass(frozen=True, slots=True)
class Check:
    """One assertion. kind:

    "equals"   subject == expected      "is"        subject is expected (None, True, False, a Name)
    "approx"   subject == pytest.approx(expected)
    "isinstance" isinstance(subject, expected)
    "output"   captured stdout equals expected (subject None)     "errors" the same for stderr
    "log"      the messages that were logged, a list (subject None)
    "warns"    the step warns, expected: a call of the category with the words, if they are the module's (subject None)
    "called"   the mock `subject` was called so, expected: a list of `call(…)`
    "file"     the file that subject (a ScratchFile without content) names holds expected (a str or bytes Const)
    """

    kind: str
    subject: Recipe | None
    expected: Recipe

    def to_plain(self) -> list[Any]:
        return [self.kind, None if self.subject is None else to_plain(self.subject), to_plain(self.expected)]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Check:
        kind, subject, expected = plain
        return cls(str(kind), None if subject is None else from_plain(subject), from_plain(expected))


@dataclass(frozen=True, slots=True)
class Raised:
    """The exception that the last step raised. `message` is None when the module does not word it itself."""

    type: Name
    message: str | None
    from_module: bool  # raised by a `raise` or `assert` statement of the module under test

    def to_plain(self) -> list[Any]:
        return [to_plain(self.type), self.message, self.from_module]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Raised:
        name, message, from_module = plain
        recipe = from_plain(name)
        if not isinstance(recipe, Name):
            raise ValueError(f"not an exception type: {name!r}")
        return cls(recipe, None if message is None else str(message), bool(from_module))


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that may betray a bug. kind:

    "error"    the interpreter's complaint `what` (a type's name) about the module's own code, with the words `seen`
    "type"     the result is `seen`, where the annotation says `what`; `weak` when that may only be loosely written
    "unstable" the runs gave different results, `what` and `seen`

    `line` (of the module) and `function` say where; `outside` why the calls are none that the code promises to serve.
    """

    kind: str
    what: str
    seen: str = ""
    line: int = 0
    function: str = ""
    outside: str = ""
    weak: bool = False

    def to_plain(self) -> list[Any]:
        return [self.kind, self.what, self.seen, self.line, self.function, self.outside, self.weak]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Sign:
        kind, what, seen, line, function, outside, weak = plain
        return cls(str(kind), str(what), str(seen), int(line), str(function), str(outside), weak is True)

    @property
    def key(self) -> tuple[str, str, int, str]:
        """Equal for the same in another run, whose words may be others."""
        return self.kind, self.what, self.line, self.outside


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a scenario showed: checks that held, or what was raised, or (`broken`) why it is no test.

    `fallback` says less than `checks`: it is for a result of which the runs agree on nothing else. `beside`: files that
    no step names were left in the current folder. `signs` are of bugs, and may be there even if it is broken.
    """

    checks: tuple[Check, ...] = ()
    raised: Raised | None = None
    broken: str = ""
    fallback: tuple[Check, ...] = ()
    further: tuple[Check, ...] = ()
    """What a reader can do without, and a mutant may need to be told; only if it was asked for."""
    beside: bool = False
    signs: tuple[Sign, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        signs = {"signs": [s.to_plain() for s in self.signs]} if self.signs else {}
        further = {"further": [c.to_plain() for c in self.further]} if self.further else {}
        return (
            signs
            | further
            | {
                "checks": [c.to_plain() for c in self.checks],
                "raised": None if self.raised is None else self.raised.to_plain(),
                "broken": self.broken,
                "fallback": [c.to_plain() for c in self.fallback],
                "beside": self.beside,
            }
        )

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Outcome:
        """Raises ValueError on anything that `to_plain` would not give."""
        try:
            raised = plain["raised"]
            return cls(
                tuple(Check.from_plain(c) for c in plain["checks"]),
                None if raised is None else Raised.from_plain(raised),
                str(plain["broken"]),
                tuple(Check.from_plain(c) for c in plain.get("fallback", ())),
                tuple(Check.from_plain(c) for c in plain.get("further", ())),
                bool(plain.get("beside", False)),
                tuple(Sign.from_plain(s) for s in plain.get("signs", ())),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an outcome: {str(plain)[:80]}") from error

    def agrees_with(self, other: Outcome) -> Outcome:
        """What both runs showed: common checks and signs, the same exception (its message only when equal), else broken."""
        keys = {sign.key for sign in other.signs}
        signs = tuple(sign for sign in self.signs if sign.key in keys)
        return replace(self._agreed(other), signs=signs)

    def _agreed(self, other: Outcome) -> Outcome:
        if self.broken or other.broken:
            return Outcome(broken=self.broken or other.broken)
        if (self.raised is None) != (other.raised is None):
            return Outcome(broken="raises only sometimes")
        beside = self.beside or other.beside
        if self.raised is None or other.raised is None:
            fallback = _common(self.fallback, other.fallback)
            further = _common(self.further, other.further)
            return Outcome(_common(self.checks, other.checks), fallback=fallback, further=further, beside=beside)
        if self.raised.type != other.raised.type:
            return Outcome(broken="raises different exceptions")
        same = self.raised.message == other.raised.message
        message = self.raised.message if same else None
        raised = Raised(self.raised.type, message, self.raised.from_module)
        return Outcome(_common(self.checks, other.checks), raised, beside=beside)

    def settled(self) -> Outcome:
        """With the fallback for checks, when there are none."""
        if self.checks or self.raised is not None or self.broken:
            return self if not self.fallback else replace(self, fallback=())
        return replace(self, checks=self.fallback, fallback=())


def _common(first: tuple[Check, ...], second: tuple[Check, ...]) -> tuple[Check, ...]:
    """Compared in their plain form: True, 1 and 1.0 are equal, yet not the same result."""
    others = [check.to_plain() for check in second]
    return tuple(check for check in first if check.to_plain() in others)
