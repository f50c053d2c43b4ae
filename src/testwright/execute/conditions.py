"""Decides under which conditions a test has to pass before it is believed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Condition", "stages"]

_ORDER_WORDS = {"given": "in order", "reversed": "reversed", "alone": "each alone"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One pytest run: hash seed, order, and whether it is the one that is traced."""

    hash_seed: int
    order: str
    trace: bool = False

    @property
    def words(self) -> str:
        order = _ORDER_WORDS.get(self.order, self.order.partition(":")[0])
        return f"hash seed {self.hash_seed}, {order}" + (", traced" if self.trace else "")


_TRACED = Condition(0, "given", trace=True)
_PLAIN = Condition(0, "given")
_ALONE = Condition(1, "alone")
_REVERSED = Condition(1, "reversed")
_SHUFFLED = Condition(999, "shuffled:1")


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
