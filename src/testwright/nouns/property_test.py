"""Holds a property that may hold of some functions, as a Hypothesis test, and what running it showed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Import", "PropertyEvidence", "PropertyTest", "PropertyTrial"]

Import = tuple[str, str]
"""(module, name); name "" = the module itself."""


@dataclass(frozen=True, slots=True)
class PropertyTest:
    """One conjecture. `draws` are (variable, source of its strategy), `body` the lines that call and assert, `bare` the
    same calls without asserting anything.

    Of the tests of one `group` the first that holds is taken: the later ones ask for less. A `strong` one follows from
    what the functions are called: if it does not hold, that is worth telling, unless one of `documented` was raised.
    """

    name: str
    kind: str
    statement: str
    targets: tuple[str, ...]
    draws: tuple[tuple[str, str], ...]
    body: tuple[str, ...]
    bare: tuple[str, ...]
    imports: frozenset[Import] = frozenset()
    decorators: tuple[str, ...] = ()
    group: str = ""
    strong: bool = False
    documented: tuple[str, ...] = ()

    __test__ = False


@dataclass(frozen=True, slots=True)
class PropertyTrial:
    """One run with one seed. outcome: "passed" | "failed" | "timeout" | "crashed" | "missing"; `raised` is the name of
    the exception, `example` the arguments that Hypothesis shrank it to.
    """

    seed: str
    examples: int
    outcome: str
    raised: str = ""
    detail: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class PropertyEvidence:
    """All trials of one test, and the numbers of the mutants that it catches by what it asserts, and merely by calling;
    `reached` counts those in the lines that it runs.
    """

    name: str
    trials: tuple[PropertyTrial, ...] = ()
    catches: frozenset[int] = frozenset()
    by_calling: frozenset[int] = frozenset()
    reached: int = 0

    @property
    def holds(self) -> bool:
        return bool(self.trials) and all(trial.outcome == "passed" for trial in self.trials)

    @property
    def failure(self) -> PropertyTrial | None:
        return next((trial for trial in self.trials if trial.outcome != "passed"), None)
