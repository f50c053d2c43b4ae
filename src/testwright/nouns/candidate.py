"""Holds a test that is not yet believed: scenarios of one shape with their outcomes, or source text from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from testwright.inside.scenario import ASKED_FOR, Outcome, Scenario
from testwright.nouns.suspicion import PINS

__all__ = ["Candidate", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a test: what it does, what must hold, and its id in a parametrize table ("" = not in a table)."""

    scenario: Scenario
    outcome: Outcome
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One test function of the file to write. `name` is the function's name; more than one row = a parametrize table.

    `source` is the rendered function (without proof line), filled by the renderer; `private` marks a test of a private
    function. `group` is the class that it is a method of ("" = it is a function). The node ids of its rows are `name` or
    `name[case_id]`, after `group::` if it has one.
    """

    name: str
    target: str
    rows: tuple[Row, ...]
    private: bool = False
    source: str = ""
    group: str = ""

    @property
    def pins(self) -> str:
        """The kind of suspicion that it holds fast, "" for none."""
        found = {row.scenario.origin.removeprefix(PINS) for row in self.rows if row.scenario.origin.startswith(PINS)}
        return found.pop() if len(found) == 1 else ""

    @property
    def is_asked_for(self) -> bool:
        """Of some row a test is wanted even if it reaches nothing new."""
        return any(row.scenario.origin == ASKED_FOR for row in self.rows)

    @property
    def node_names(self) -> tuple[str, ...]:
        name = f"{self.group}::{self.name}" if self.group else self.name
        if len(self.rows) == 1 and not self.rows[0].case_id:
            return (name,)
        return tuple(f"{name}[{row.case_id}]" for row in self.rows)
