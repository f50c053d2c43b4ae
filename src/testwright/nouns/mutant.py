"""Holds one planted bug, and what became of it when tests were run against it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Mutant", "MutantVerdict", "Survivor"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """In the file `path`, from (line, column) to (last line, column after), `text` stands instead; "" = nothing.

    Columns count UTF-8 bytes. `function` is the qualname of the outermost function; mutants of one `site` replace the
    same node. `number` counts from 1 over all files of one run.
    """

    number: int
    operator: str
    path: str
    function: str
    span: tuple[int, int, int, int]
    text: str
    site: int

    @property
    def line(self) -> int:
        return self.span[0]


@dataclass(frozen=True, slots=True)
class MutantVerdict:
    """outcome: "killed" | "timeout" | "crashed" | "survived" | "unreached" (by any passing test) | "unjudged" (the run
    ended before). `node` is the first test that told, "" when none could be run; `nodes` are all that do, if asked for.
    """

    mutant: Mutant
    outcome: str
    node: str = ""
    nodes: tuple[str, ...] = ()

    @property
    def caught(self) -> bool:
        return self.outcome in ("killed", "timeout", "crashed")


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant with which a test still passes; `diff` are the few lines that it changes."""

    mutant: Mutant
    diff: tuple[str, ...]
