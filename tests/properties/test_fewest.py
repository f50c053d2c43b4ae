from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testwright.decide.select import fewest

REACHED = st.dictionaries(
    st.sampled_from([f"test_{n}" for n in range(9)]), st.frozensets(st.integers(0, 9), max_size=5), max_size=9
)


@given(REACHED, st.dictionaries(st.sampled_from([f"test_{n}" for n in range(9)]), st.floats(0, 9)))
def test_nothing_is_lost_and_nothing_is_superfluous(reached: dict[str, frozenset[int]], cost: dict[str, float]) -> None:
    kept = fewest(reached, cost)

    assert kept <= set(reached)
    assert frozenset().union(*(reached[node] for node in kept)) == frozenset().union(*reached.values())
    for node in kept:
        others = frozenset[int]().union(*(reached[other] for other in kept if other != node))
        assert not reached[node] <= others


@given(REACHED)
def test_repeatable(reached: dict[str, frozenset[int]]) -> None:
    assert fewest(reached) == fewest(dict(reached))
