"""Records are bounded, reset is complete, and recording can be switched off."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.instrument import Recorder, instrument

Load = Callable[[str], tuple[dict[str, Any], Recorder]]
MANY = "def f(n):\n    for i in range(n):\n        " + "\n        ".join(f"i == {k}" for k in range(80)) + "\n"


def test_at_most_eight_for_a_site(load: Load) -> None:
    namespace, recorder = load("def f(n):\n    return [i == 99 for i in range(n)]\n")

    assert namespace["f"](20) == [False] * 20
    assert [left for _, _, left, _ in recorder.comparisons] == list(range(8))


def test_at_most_four_hundred_in_all_and_reset_starts_anew(load: Load) -> None:
    namespace, recorder = load(MANY)

    for _ in range(2):
        namespace["f"](20)
        assert len(recorder.comparisons) == 400
        recorder.reset()
        assert recorder.comparisons == []


def test_reset_keeps_a_list_that_was_taken(load: Load) -> None:
    namespace, recorder = load(MANY)
    namespace["f"](1)
    taken = recorder.comparisons

    recorder.reset()

    assert len(taken) == 80


def test_switched_off_nothing_is_kept_and_probes_still_work(load: Load) -> None:
    namespace, recorder = load(MANY)
    recorder.recording = False

    namespace["f"](2)

    assert recorder.comparisons == []
    assert [recorder.arcs[n].kind for n in recorder.hit_numbers()][:2] == ["function-entry", "loop-body"]
    recorder.reset()
    assert recorder.hit_numbers() == ()
    recorder.recording = True
    namespace["f"](2)
    assert len(recorder.comparisons) == 160


def test_hits_stay_the_same_object(load: Load) -> None:
    namespace, recorder = load("def f(): pass\n")
    hits = recorder.hits

    recorder.reset()
    namespace["f"]()

    assert hits is recorder.hits
    assert bytes(hits) == b"\0\1"


def test_one_recorder_serves_one_module() -> None:
    recorder = Recorder()
    recorder.attach(instrument(ast.parse("x = 1"), path="a.py"))

    with pytest.raises(ValueError, match="one module"):
        recorder.attach(instrument(ast.parse("x = 1"), path="b.py"))
