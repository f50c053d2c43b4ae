"""Says what rehearsals and checks need of a framework: a project that is set up, fixtures, and a look at what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from contextlib import AbstractContextManager
from typing import Any, Protocol

from .answering import Answers
from .identities import Known

__all__ = ["FixtureValues", "NotSetUp", "Stage"]


class NotSetUp(Exception):
    """Why the project cannot be used; `slug` says what kind of reason that is."""

    def __init__(self, slug: str, message: str) -> None:
        super().__init__(message)
        self.slug = slug


class FixtureValues(Protocol):
    """Those of one test, by their names; made when they are asked for."""

    def __getitem__(self, name: str, /) -> Any: ...

    def close(self) -> None:
        """As after the test."""


class Stage(Protocol):
    """Of one project, in a process that rehearsals are forked from. `order` is a play or a check."""

    def facts(self, job: Mapping[str, Any]) -> dict[str, Any]: ...

    def make(self) -> None:
        """Whatever all rehearsals share."""

    def drop(self) -> None: ...

    def fixtures(self, order: Mapping[str, Any]) -> FixtureValues: ...

    def names(self, fixtures: Any, order: Mapping[str, Any]) -> dict[str, Any]:
        """What the lines of a play may name."""

    def isolated(self) -> AbstractContextManager[None]:
        """What is done within is undone."""

    def queries_counted(self) -> AbstractContextManager[Sized | None]:
        """The SQL queries that are made within; None where they are not counted."""

    def mark(self) -> None:
        """From now on pages show what a template's variables and conditions have put there."""

    def watch_keys(self, base: int) -> None:
        """From now on keys that the database would assign count from `base`."""

    def look(self, fixtures: Any, order: Mapping[str, Any]) -> Mapping[str, Mapping[Any, Mapping[str, Any]]]:
        """All rows, by model and key."""

    def rows_known(self, known: Known, before: Any, after: Any, named: Mapping[str, Any]) -> None: ...

    def changes(self, known: Known, before: Any, after: Any) -> dict[str, Any]: ...

    def account(
        self, known: Known, names: Mapping[str, Any], raised: BaseException | None, answers: Answers
    ) -> dict[str, Any]: ...
