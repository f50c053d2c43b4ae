"""Lines that arrange something for a test are left out with what needs them, and found with what they need."""

from __future__ import annotations

from dataclasses import replace

from testwright.inside.rehearsing.arranged_step import ArrangedStep, links_of, needed, without


def a_step(name: str, *needs: str) -> ArrangedStep:
    arguments = [["name", 'name="a"', [], True], *([need, need, [need], False] for need in needs)]
    return ArrangedStep.from_plain({"name": name, "head": f"{name} = X(", "needs": [], "arguments": arguments})


def test_a_step_without_some_of_its_arguments() -> None:
    step = a_step("a", "b")
    assert (step.text, step.needs, step.spare) == ('a = X(name="a", b)', {"b"}, {"name"})
    lean = replace(step, gone=frozenset(["name", "b"]))
    assert (lean.text, lean.needs) == ("a = X()", set())


def test_what_needs_a_row_goes_with_it() -> None:
    steps = [a_step("a"), a_step("b", "a"), a_step("c", "b"), a_step("d")]
    assert [step.name for step in without(steps, {"a"})] == ["d"]
    assert [step.name for step in without(steps, {"c"})] == ["a", "b", "d"]
    assert needed(steps[2], steps) == {"a", "b", "c"}


def test_lines_that_link_rows_are_told_by_the_row() -> None:
    link = ArrangedStep.from_plain(
        {"name": "a tags b", "head": "a.tags.add(", "needs": ["a"], "arguments": [["b", "b", ["b"], False]]}
    )
    assert links_of([a_step("a"), a_step("b"), link]) == {"a": {"link b"}}
