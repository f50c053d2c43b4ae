"""Decides under which conditions a test has to pass before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from testwright.workers.surroundings import ELSEWHERE, FARTHER

__all__ = ["TOGETHER", "Condition", "stages"]

_ORDER_WORDS = {"given": "in order", "reversed": "reversed", "alone": "each alone"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One pytest run: hash seed, order, whether it is the one that is traced, and the variables of its environment.

    `sequence` names the only tests to run, in their order. `clock` is "" (the real one), "later" or "stand-in" (the same
    objects as for "later", telling the real time).
    """

    hash_seed: int
    order: str
    trace: bool = False
    elsewhere: Mapping[str, str] = field(default_factory=dict, hash=False)
    clock: str = ""
    sequence: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        order = _ORDER_WORDS.get(self.order, self.order.partition(":")[0])
        more = (", traced" if self.trace else "") + (", elsewhere" if self.elsewhere else "")
        more += ", on another date" if self.clock == "later" else ""
        return f"hash seed {self.hash_seed}, {order}{more}"

    @property
    def environment(self) -> dict[str, str]:
        return {**self.elsewhere, "PYTHONHASHSEED": str(self.hash_seed)}


_TRACED = Condition(0, "given", trace=True)
_PLAIN = Condition(0, "given")
_ALONE = Condition(1, "alone")
_REVERSED = Condition(1, "reversed", elsewhere=ELSEWHERE)
_SHUFFLED = Condition(999, "shuffled:1", elsewhere=FARTHER)
TOGETHER = (Condition(0, "given", elsewhere=FARTHER), _REVERSED, Condition(999, "shuffled:1"))
"""For tests that were proven already, each file for itself, and now run beside those of other files: first as they most
often will be, in order and at somebody's desk."""


def stages(runs: int) -> tuple[tuple[Condition, ...], ...]:
    """`runs` conditions in stages: what failed in one is not run in the next, those of one stage may run side by side.

    The cheap plain run weeds out first; fewer runs drop it, then the orders; the traced one is always there.
    """
    if runs < 1:
        raise ValueError(f"at least one run is needed, not {runs}")
    fewer = ((_TRACED,), (_REVERSED,), (_ALONE,), (_SHUFFLED,))
    if runs <= len(fewer):
        return fewer[:runs]
    more = tuple(Condition((0, 1, 999)[n % 3], f"shuffled:{n}") for n in range(2, runs - 3))
    return ((_PLAIN,), (_REVERSED, _SHUFFLED, *more), (_TRACED, _ALONE))
