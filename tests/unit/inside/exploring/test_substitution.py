"""Operands that were compared are put where they stood in the input."""

from __future__ import annotations

import random
import re
import types
from typing import Any

import pytest

from testwright.inside.exploring.editing import replace_node
from testwright.inside.exploring.live_module import LiveModule
from testwright.inside.exploring.substitution import Comparison, separators_of, substitutions
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Call, Const, Name, Sequence
from testwright.inside.scenario import Scenario, Step


def suggested(value: Any, *comparisons: tuple[str, Any, Any], seed: int = 1) -> list[Any]:
    """What is tried instead of the one argument after such comparisons."""
    rng = random.Random(seed)
    live = LiveModule(types.ModuleType("planted"), {"functions": [], "classes": []})
    scenario = Scenario((Step(Call(Name("planted", "f"), (Const(value),)), "result"),), "f")
    noted: list[Comparison] = [(n, op, left, right) for n, (op, left, right) in enumerate(comparisons)]
    found = [replace_node(scenario, *edit) for edit in substitutions(scenario, noted, [], Maker(live, rng), rng)]
    return [s.steps[-1].recipe.args[0].value for s in found]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "comparison", "wanted"),
    [
        ("abc", ("==", "abc", "magic"), "magic"),
        ("x:abc:y", ("==", "abc", "magic"), "x:magic:y"),
        ("x ABC y", ("==", "abc", "magic"), "x magic y"),
        ("f(\n   a\n   b)", ("==", "a b", "c"), "f(\n   c)"),
        (3, ("<", 3, 10), 11),
        ("total 3", (">", 3, 10), "total 11"),
        ("get('x')", ("==", ("x",), ("",)), "get('')"),
        ("abc", ("endswith", "abc", ", optional"), "abc, optional"),
        ("abc", ("startswith", "abc", "#"), "#abc"),
        ("abc", ("in", ":", "abc"), ":abc"),
        (b"abc", ("==", b"abc", b"\x00"), b"\x00"),
    ],
)
def test_the_other_operand_is_put_in(value: Any, comparison: tuple[str, Any, Any], wanted: Any) -> None:
    assert wanted in suggested(value, comparison)


def test_words_that_only_look_alike_are_not_replaced() -> None:
    assert suggested("ax b", ("==", "a b", "c")) == []


def test_a_subject_becomes_a_match() -> None:
    pattern = r"(\w+) \((\w+)\)"
    found = suggested("Args:\n    abc: x", ("re.match", (pattern, 0), "abc"))
    assert any(re.search(rf"^    {pattern}: x$", t, re.MULTILINE) for t in found)


def test_a_subject_is_wrapped_in_a_match() -> None:
    found = [
        t for seed in range(5) for t in suggested("abc", ("re.match", (r"\((?P<inner>.+)\)$", 0), "abc"), seed=seed)
    ]
    assert "(abc)" in found


def test_what_matches_gets_other_texts_in_its_groups() -> None:
    compared = ("==", "zz", "split")
    found = [
        t for seed in range(5) for t in suggested("a.b", ("re.match", (r"(\w+)\.(\w+)", 0), "a.b"), compared, seed=seed)
    ]
    assert "a.split" in found


def test_an_empty_subject_adds_a_deeper_line() -> None:
    found = [t for seed in range(10) for t in suggested("Args:", ("re.search", (r"\d", 0), ""), seed=seed)]
    assert any(re.fullmatch(r"Args:\n    \d", t) for t in found)


def test_a_pattern_of_texts_says_nothing_of_bytes() -> None:
    assert suggested(b"abc", ("re.match", ("a", 0), b"abc")) == []


def test_no_more_than_a_bounded_number_is_tried() -> None:
    many = [("==", "abc", f"word{n}") for n in range(300)]
    assert len(suggested("abc", *many)) <= 60


def test_nested_sequences_are_reached() -> None:
    rng = random.Random(1)
    live = LiveModule(types.ModuleType("planted"), {"functions": [], "classes": []})
    scenario = Scenario((Step(Call(Name("planted", "f"), (Sequence("list", (Const("abc"),)),))),), "f")
    found = substitutions(scenario, [(0, "==", "abc", "magic")], [], Maker(live, rng), rng)
    made = [replace_node(scenario, *edit).steps[0].recipe for edit in found]
    assert [call.args[0] for call in made] == [Sequence("list", (Const("magic"),))]  # type: ignore[union-attr]


def test_an_empty_part_is_filled_behind_what_the_text_is_cut_at() -> None:
    rng = random.Random(1)
    live = LiveModule(types.ModuleType("planted"), {"functions": [], "classes": []})
    scenario = Scenario((Step(Call(Name("planted", "f"), (Const("key"),)), "result"),), "f")
    cut: list[Comparison] = [(0, "partition", "key", "="), (1, "in", ":", "key"), (2, "startswith", "", "0x")]
    assert separators_of(cut) == ["=", ":"]
    found = substitutions(scenario, cut[2:], [], Maker(live, rng), rng, separators_of(cut))
    assert {Const("key=0x"), Const("key:0x")} <= {new for _, new in found}
