"""Each check that runs a definition has a planted fault that it finds, and nothing to say of one that is right."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from testwright.bench.definitions import running_checks
from testwright.bench.definitions.reference_mutants import planted_bugs
from testwright.bench.definitions.starting import starting_definition
from testwright.bench.definitions.validation import Validation, validate_definition
from testwright.bench.evaluating.answers import EvaluatorSettings, Submission
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Item, Judged

START = starting_definition("cheapest", "python", "code_generation", "us", "2026-11-24")
assert isinstance(START, Definition)
LINES = tuple(f"assert cheapest({n}) == {2 * n}" for n in (0, 1, 2, -3))
SMALL = replace(
    START,
    examples=("cheapest(1)",),
    unit_tests=LINES,
    reference_solution="def cheapest(n):\n    return n + n\n",
    wrong_solutions=("def cheapest(n):\n    return n * n\n",),
)


@contextlib.contextmanager
def raises(kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    raise AssertionError(f"{kind} was not raised")


def evaluate_here(
    submissions: Sequence[Submission], settings: EvaluatorSettings, *, told: Callable[[int, Judged], None]
) -> None:
    """As the evaluator does, with none of its walls: the answers here are our own."""
    for number, submission in enumerate(submissions):
        told(number, judged(submission.definition, submission.answer))


def judged(definition: Definition, code: str) -> Judged:
    names: dict[str, Any] = {"raises": raises, "isclose": math.isclose}
    if definition.language != "python":
        return Judged("skipped", message="there is no Julia")
    try:
        exec(code, names)
    except Exception as error:  # noqa: BLE001
        return Judged("exec_error", parsed=True, message=repr(error))
    items = []
    for kind, key in (("example", "examples"), ("unit_test", "unit_tests")):
        around = getattr(definition, f"{key}_setup"), getattr(definition, f"{key}_teardown")
        for count, text in enumerate(getattr(definition, key), 1):
            own = names if definition.isolation == "shared" else dict(names)
            items.append(replace(item(text, *around, own), kind=kind, number=count))
    passed = all(each.outcome == "passed" for each in items)
    return Judged("passed" if passed else "failed", parsed=True, executed=True, items=tuple(items))


def item(text: str, setup: str, teardown: str, names: dict[str, Any]) -> Item:
    said, outcome, message = io.StringIO(), "passed", ""
    with contextlib.redirect_stdout(said):
        for part in (f"{setup}\n{text}", teardown):
            try:
                before = set(names)
                exec(part, names)
                for name in set(names) - before:
                    if name.startswith("test_"):
                        names[name]()
            except Exception as error:  # noqa: BLE001
                outcome, message = "failed", message or repr(error)
    return Item("example", 0, outcome, message, 1.0, said.getvalue())


@pytest.fixture(autouse=True)
def _evaluated_here(monkeypatch):
    monkeypatch.setattr(running_checks, "evaluate_answers", evaluate_here)


def found(validation: Validation) -> dict[str, str]:
    """By key: the check that found it, warnings in brackets."""
    return {each.key: each.check if each.is_error else f"({each.check})" for each in validation.findings}


def validated(**changes) -> Validation:
    return validate_definition(replace(SMALL, **changes))


@pytest.mark.parametrize("definition", [START, SMALL])
def test_what_is_right_has_no_findings(definition):
    validation = validate_definition(definition)
    assert (found(validation), validation.not_run) == ({}, "")
    caught, planted = validation.bugs
    assert caught >= 0.8 * planted > 0


def test_every_item_that_the_reference_does_not_pass_is_told():
    validation = validated(examples=("cheapest()",), unit_tests=(*LINES, "assert cheapest(1) == 3"))
    assert found(validation) == {"examples[1]": "reference-fails", "unit_tests[5]": "reference-fails"}
    assert "AssertionError" in validation.findings[1].message


def test_a_reference_that_does_not_run_is_told_once():
    assert found(validated(reference_solution="cheapest = undefined")) == {"reference_solution": "reference-fails"}


def test_a_reference_that_does_not_parse_is_not_run():
    validation = validated(reference_solution="def cheapest(:")
    assert found(validation) == {"reference_solution": "does-not-parse"}
    assert validation.not_run == "its reference solution does not parse"


def test_a_wrong_solution_that_passes_the_unit_tests_is_told():
    validation = validated(wrong_solutions=("def cheapest(n):\n    return 2 * n", SMALL.wrong_solutions[0]))
    assert found(validation) == {"wrong_solutions[1]": "wrong-solution-passes"}


def test_a_wrong_solution_that_fails_an_example_alone_is_told():
    wrong = "def cheapest(n):\n    return 1 / (n - 7) and 2 * n"
    validation = validated(wrong_solutions=(wrong,), examples=("cheapest(7)",))
    assert found(validation) == {"wrong_solutions[1]": "wrong-solution-passes"}


def test_a_wrong_solution_that_does_not_even_run_is_a_warning():
    assert found(validated(wrong_solutions=("cheapest = undefined",))) == {
        "wrong_solutions[1]": "(wrong-solution-does-not-run)"
    }


def test_unit_tests_that_miss_planted_bugs_are_told_with_what_they_miss():
    validation = validated(unit_tests=("assert cheapest(0) == 0",), wrong_solutions=())
    assert found(validation) == {"unit_tests": "bugs-pass"}
    assert "`n - n` instead of `n + n`" in validation.findings[0].message
    assert (
        found(
            validate_definition(
                replace(SMALL, unit_tests=("assert cheapest(0) == 0",), wrong_solutions=()), most_bugs=0
            )
        )
        == {}
    )


def test_what_an_error_says_is_left_alone():
    solution = "def f(n):\n    assert n, 'none'\n    raise ValueError(f'{n} is odd', 'x', code='y')"
    shown = [bug.shown for bug in planted_bugs(solution, 100)]
    assert any("RuntimeError" in each for each in shown)
    assert not any("XX" in each for each in shown)


def test_planting_says_nothing_of_what_the_bugs_look_like(recwarn):
    assert any("is not 1" in bug.code for bug in planted_bugs("def f(n):\n    return n is not None", 100))
    assert [str(each.message) for each in recwarn] == []


def test_so_many_bugs_are_planted_as_asked_for():
    assert validate_definition(START, most_bugs=3).bugs == (3, 3)
    assert len(planted_bugs(START.reference_solution, 5)) == 5
    everything = planted_bugs(START.reference_solution, 1000)
    assert len({bug.code for bug in everything}) == len(everything) > 5
    assert {bug.line for bug in planted_bugs(START.reference_solution, 5)} >= {2, 7}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"unit_tests": ("kept = cheapest(1)", "assert kept == 2 == cheapest(1)", *LINES)}, {"unit_tests[2]"}),
        ({"unit_tests": ("spoilt = 1", *LINES, "assert 'spoilt' in dir() and cheapest(1)")}, {"unit_tests[6]"}),
        ({"examples": ("kept = cheapest(1)",), "unit_tests": (*LINES, "assert kept == cheapest(1)")}, {"unit_tests[5]"}),
        (
            {"unit_tests": ("seen = globals().get('seen', 1) * 2\nassert seen < 4 and cheapest(1)", *LINES)},
            set(),
        ),
    ],
)  # fmt: skip
def test_an_item_that_needs_another_is_told(changes, expected):
    findings = validated(isolation="shared", **changes).findings
    assert {each.key for each in findings if each.check == "depends-on-others"} == expected
    assert all("alone" in each.message for each in findings if each.check == "depends-on-others")


def test_an_item_that_another_spoils_where_it_comes_first_is_told():
    items = (*LINES, "cheapest = None\nassert cheapest is None")
    findings = validated(isolation="shared", unit_tests=items).findings
    assert [each.key for each in findings if "in reversed order" in each.message] == [
        f"unit_tests[{n}]" for n in (4, 3, 2, 1)
    ]


def test_a_teardown_that_needs_the_item_to_pass_is_told():
    items = tuple(f"made = 1\n{line}" for line in LINES)
    assert found(validated(unit_tests=items, unit_tests_teardown="del made")) == {"unit_tests_teardown": "teardown"}
    assert found(validated(unit_tests=items, unit_tests_setup="made = 0", unit_tests_teardown="del made")) == {}
    assert found(validated(examples=("made = cheapest(1)",), examples_teardown="del made")) == {
        "examples_teardown": "teardown"
    }


def test_what_cannot_be_run_here_is_said_to_be_skipped():
    julia = starting_definition("cheapest", "julia", "code_generation", "us", "2026-11-24")
    validation = validate_definition(julia)
    assert (validation.findings, validation.not_run) == ([], "there is no Julia")
    assert validation.to_plain()["not_run"] == "there is no Julia"


def test_a_vacuous_unit_test_and_an_evaluator_that_breaks_are_told(monkeypatch):
    def evaluate(submissions, settings, *, told):
        for number, submission in enumerate(submissions):
            result = judged(submission.definition, submission.answer)
            told(number, replace(result, items=tuple(replace(each, outcome="vacuous") for each in result.items)))

    monkeypatch.setattr(running_checks, "evaluate_answers", evaluate)
    assert set(found(validated()).values()) == {"vacuous"}
    monkeypatch.setattr(running_checks, "evaluate_answers", lambda submissions, settings, *, told: None)
    assert found(validated()) == {"": "not-evaluated"}
    assert not validated()


def test_only_the_reference_is_trusted_to_take_its_time(monkeypatch):
    seen = []

    def evaluate(submissions, settings, *, told):
        seen.append({each.definition.timeout_s for each in submissions})
        evaluate_here(submissions, settings, told=told)

    monkeypatch.setattr(running_checks, "evaluate_answers", evaluate)
    assert validated(timeout_s=50.0)
    assert seen == [{50.0}, {50.0}, {1.0}]
