"""Asks for the tests of a whole module in two calls, a template of the file and the file, and for what these leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from testwright.llm.exchange import Message, ModelRequest, Sampling
from testwright.propose.from_model.context import fenced
from testwright.propose.from_model.prompts import of_failures
from testwright.python_source.parsing import source_lines
from testwright.python_source.signature_text import SignatureText, signatures_of

__all__ = ["ModuleQuestion", "shown_source"]

_RULES = """\
You write pytest tests for a Python module. They are run before anybody believes them, and only those are kept that pass
every time and reach a line or catch a bug that no other test does. Write test functions only, each with a name that says
what it shows, with exact values. Import what you test from the module by the name that is given. Use no network, no clock,
and no file but in tmp_path. Only pytest's own fixtures exist, and those that are named. Answer with one block of Python
code and nothing else."""
_TEMPLATE = """\
Lines that no test reaches: {missing}.

First write a template of the test file: the imports, and for each test its `def` line and a docstring of one line that
says which case it is, with `...` as its body."""
_COMPLETION = "Now write the whole file: the same tests, each with its body."
_WHOLE = """\
Lines that no test reaches: {missing}.

Write the whole test file."""
_FURTHER = """\
Lines that no test reaches still: {missing}.

Write other tests for what is still missing, and no test that was kept."""


def shown_source(source: str, missing: Iterable[int], fits: Callable[[str], bool]) -> str:
    """The source of the module, or, if that is too long, only those bodies in which something is missing; "" where that
    does not fit either.
    """
    if fits(source):
        return source
    shorter = _without_reached_bodies(source, frozenset(missing))
    return shorter if fits(shorter) else ""


def _without_reached_bodies(source: str, missing: frozenset[int]) -> str:
    lines: list[str | None] = list(source_lines(source))
    for function in signatures_of(source):
        body = _body(function)
        if missing.isdisjoint(body) and len(body) > 1 and all(lines[n - 1] is not None for n in body):
            indent = " " * function.node.body[0].col_offset
            lines[body[0] - 1] = f"{indent}...\n"
            lines[body[0] : body[-1]] = [None] * (len(body) - 1)
    return "".join(line for line in lines if line is not None)


def _body(function: SignatureText) -> range:
    """The lines after the signature and the docstring."""
    first = function.node.lineno + function.text.count("\n") + 1
    return range(first, (function.node.end_lineno or first - 1) + 1)


@dataclass(frozen=True, slots=True)
class ModuleQuestion:
    """What all questions about one module have in common; `style` is a test of the project, `fixtures` those that work."""

    module: str
    source: str
    missing: tuple[int, ...]
    fixtures: tuple[str, ...] = ()
    style: str = ""

    def template(self, sampling: Sampling) -> ModelRequest:
        """The first call; what is the same for all modules comes first."""
        return ModelRequest(messages=self._asked(_TEMPLATE), sampling=sampling)

    def completion(self, template: str, sampling: Sampling) -> ModelRequest:
        """The second call, which has the answer to the first."""
        more = (Message("assistant", template), Message("user", _COMPLETION))
        return ModelRequest(messages=(*self._asked(_TEMPLATE), *more), sampling=sampling)

    def further(
        self, written: str, failures: Sequence[str], missing: Iterable[int], sampling: Sampling
    ) -> ModelRequest:
        """A later call, which has the file that was answered last, and says what became of it."""
        told = [*([of_failures(failures)] if failures else []), _FURTHER.format(missing=_shown_lines(missing))]
        more = (Message("assistant", written), Message("user", "\n\n".join(told)))
        return ModelRequest(messages=(*self._asked(_WHOLE), *more), sampling=sampling)

    def _asked(self, wanted: str) -> tuple[Message, ...]:
        parts = [f"The module `{self.module}`:", fenced(self.source, "python")]
        if self.style:
            parts += ["A test of this project, for its style:", fenced(self.style, "python")]
        if self.fixtures:
            parts.append(f"Fixtures of the project: {', '.join(sorted(self.fixtures))}.")
        parts.append(wanted.format(missing=_shown_lines(self.missing)))
        return (Message("system", _RULES), Message("user", "\n\n".join(parts)))


def _shown_lines(missing: Iterable[int]) -> str:
    return _ranges(sorted(missing)) or "none; look for bugs that the tests do not catch"


def _ranges(numbers: list[int]) -> str:
    """Such as `3-5, 9`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1] = [found[-1][0], number]
        else:
            found.append([number])
    return ", ".join("-".join(str(each) for each in part) for part in found)
