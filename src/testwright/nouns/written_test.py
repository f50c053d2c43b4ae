"""Holds what the source of one test says, read without running it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Patch", "Place", "WrittenTest"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the test file, and what stands there."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Patch:
    """The test replaces `name` in `owner` (dotted, as imports say) by something else."""

    owner: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class WrittenTest:
    """One test function. Where reading cannot be sure, each field says what is good for the test.

    `effective` counts the assertions that a wrong result breaks, those of helper functions in the file included;
    `may_assert` = it calls something unknown that may assert, or wants only that nothing is raised.
    """

    node: str
    line: int
    effective: int = 0
    may_assert: bool = False
    trivial: tuple[Place, ...] = ()
    """Assertions that nothing can break."""
    swallowing: Place | None = None
    """Where errors of what is called, or failed assertions, are caught and forgotten."""
    idle: Place | None = None
    """A comparison whose result nobody looks at: an `assert` was forgotten."""
    own_mock: Place | None = None
    """An assertion on a mock which only the test itself has used; given when all its assertions are such."""
    about_mocks: bool = False
    """Each assertion is about a mock, or about what the test has replaced."""
    sleeps: tuple[Place, ...] = ()
    patches: tuple[Patch, ...] = ()
    writes: frozenset[str] = frozenset()
    """Last names of what it assigns to, or changes, in what it has imported."""
    self_contained: bool = False
    """It names nothing but builtins, harmless parts of the standard library and what stands in the file itself."""
    shape: str = ""
    """Equal for two tests that do the same to the same values, whatever they call their variables."""
