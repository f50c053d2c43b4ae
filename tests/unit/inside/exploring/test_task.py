"""What is known of a search is carried over when it loses its process."""

from __future__ import annotations

from types import SimpleNamespace

from testwright.inside.exploring.task import Searching


def test_finds_and_deadly_mutants_are_carried_over() -> None:
    finds = [{"event": "telling", "kills": [4, 7]}, {"event": "telling", "kills": [9]}]
    relay = SimpleNamespace(best=[{"scenario": 1}], telling=finds)
    once = Searching().after(relay, "2634a59d price 16", 1.5)  # type: ignore[arg-type]
    twice = once.after(relay, "8cb0a918 price 17", 0.5)  # type: ignore[arg-type]
    assert once.found == tuple(finds)
    assert twice.told == {4, 7, 9}
    assert twice.deadly == {16, 17}
    assert (twice.crashes, twice.seconds) == (2, 2.0)
