"""Holds what is known of a mutant that nothing has told from the original yet."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field

from ..exploring.corpus import Entry
from ..exploring.progress import TargetState
from ..exploring.suggesting import Suggestion
from ..scenario import Scenario

__all__ = ["Survivor"]

PARENTS = 8
RENEWED = 0.1
OTHERS_FIRST = 12
"""So often its function is reached through others before a private one is called itself."""


@dataclass(slots=True)
class Survivor:
    """A mutant that nothing has told from the original yet, and runs that reach it."""

    number: int
    own: TargetState | None
    """Of the function that it is in, if that can be called."""
    parents: list[Entry] = field(default_factory=list)
    nearness: int = 0
    """Of those runs: 2 for calls of its own function, which is public, and 1 where a value was another one with it."""
    turns: int = 0
    """So often a scenario was made for its sake."""
    runs: int = 0
    """So often it ran and was not told, since the search for it began."""
    vain: int = 0
    """So often it did something else, and no assertion would have told."""
    edits: deque[Suggestion] = field(default_factory=deque)
    """What the comparisons of some parent suggest."""
    read: set[Scenario] = field(default_factory=set)

    @property
    def wants_own(self) -> bool:
        """Its own function should be called, as calls of others have told nothing."""
        if self.own is None:
            return False
        return self.turns > OTHERS_FIRST if self.own.target.is_private else self.nearness < 2

    def add_parent(self, entry: Entry, rng: random.Random, *, changed: bool) -> None:
        """Where the mutant changed a value, only what follows hid it: such a run is nearer to what tells."""
        own = self.own.target if self.own is not None else None
        is_own = own is not None and not own.is_private and own.qualname == entry.scenario.target
        nearness = 2 * is_own + changed
        if nearness > self.nearness:
            self.nearness = nearness
            self.parents.clear()
        if nearness < self.nearness:
            return
        if len(self.parents) < PARENTS:
            self.parents.append(entry)
        elif rng.random() < RENEWED:
            self.parents[rng.randrange(PARENTS)] = entry
