"""Runs of a benchmark: what is recorded, corrected, repeated after a stop, and given up."""

from __future__ import annotations

import pytest

from testwright.bench import evaluate_1shot, load_conversation_from_eval, load_evals, run_benchmark
from testwright.bench.records.model_registry import ModelFacts, Price, Registry
from testwright.bench.records.record_store import RecordStore
from testwright.bench.running.planning import Grid, questions
from testwright.bench.running.prompts import shipped_prompts
from testwright.bench.running.running_benchmark import RunSettings, run_questions
from testwright.errors import ModelError

from .conftest import RIGHT, WRONG


def corrected(request):
    return RIGHT if any("not right yet" in each.text for each in request.messages) else WRONG


@pytest.fixture
def run(definition, evaluator, tmp_path):
    def go(answering, *, samples=1, rounds=0, registry=None, cells=({},), askers=2):
        planned = questions(
            [definition], {"m": "m"}, shipped_prompts(), samples=samples, cells=cells, experiment="trial"
        )
        settings = RunSettings(evaluator, shipped_prompts(), registry or Registry({}), askers=askers, fix_rounds=rounds)
        store = RecordStore(tmp_path / "records", print)
        return run_questions(planned, {"m": answering}, store, settings, lambda text: None)

    return go


def test_a_record_has_upstreams_fields_and_what_was_found(run, model, tmp_path):
    (made,) = run(model(lambda request: WRONG)).evaluations
    (read,) = load_evals(tmp_path / "records", score=False)
    assert (read.parsed, read.executed, read.unit_tests_count, read.unit_tests_passed) == (True, True, 2, 1)
    assert (read.examples_count, read.examples_executed, read.tokens, read.elapsed_seconds) == (1, 1, (10, 5), 0.5)
    assert (read.prompt_label, read.prompt_strategy, read.experiment) == ("InPython", "1SHOT", "trial")
    assert made.path == read.path
    assert made.path.startswith(str(tmp_path / "records" / "double" / "m" / "evaluation__InPython__1SHOT__"))
    assert [each["outcome"] for each in read.extra["items"]] == ["passed", "failed", "passed"]
    asked, answered = load_conversation_from_eval(read.path)
    assert asked["content"] == "In Python, Write a function `double(n)`."
    assert (answered["_type"], answered["content"]) == ("aimessage", WRONG)


def test_corrections_are_asked_for_with_what_failed(run, model):
    asked = model(corrected)
    result = run(asked, rounds=2)
    found = [(each.prompt_strategy, each.unit_tests_passed, each.tokens) for each in result.evaluations]
    assert found == [
        ("1SHOT", 1, (10, 5)),
        ("1CODEFIXER__CodeFixerTiny", 2, (20, 10)),
        ("2CODEFIXER__CodeFixerTiny", 2, (20, 10)),
    ]
    assert len(asked.requests) == 2
    assert "unit test 1: AssertionError" in asked.requests[1].messages[-1].text


def test_a_run_that_is_repeated_asks_nothing(run, model):
    run(model(corrected), samples=3, rounds=1)
    again = model(corrected)
    result = run(again, samples=3, rounds=1)
    assert (again.requests, result.evaluations, result.known, result.missing) == ([], [], 6, 0)


def test_more_rounds_go_on_from_the_recorded_answer(run, model):
    run(model(corrected))
    later = model(corrected)
    result = run(later, rounds=1)
    assert [each.prompt_strategy for each in result.evaluations] == ["1CODEFIXER__CodeFixerTiny"]
    (request,) = later.requests
    assert [each.role for each in request.messages] == ["user", "assistant", "user"]


def test_a_stopped_run_that_goes_on_ends_as_one_that_was_not(run, model, tmp_path, definition, evaluator):
    def answer(request):
        return RIGHT if request.sample % 2 else WRONG

    run(model(answer), samples=3)
    run(model(answer), samples=6)
    stopped = load_evals(tmp_path / "records", max_history=0)
    whole = run_benchmark(
        [definition],
        {"m": model(answer)},
        save_dir=tmp_path / "whole",
        num_samples=6,
        experiment="trial",
        evaluator=evaluator,
    )
    stopped, whole = (sorted(each, key=lambda one: one.extra["sample"]) for each in (stopped, whole))
    assert [each.extra["key"] for each in stopped] == [each.extra["key"] for each in whole]
    assert [each.unit_tests_passed for each in stopped] == [each.unit_tests_passed for each in whole] == [1, 2] * 3


def test_what_failed_is_a_record_that_counts_nothing_and_is_asked_again(run, model, tmp_path):
    (failed,) = run(model(lambda request: ModelError("no answer", slug="model-unreachable"))).evaluations
    assert (failed.extra["outcome"], failed.extra["slug"], failed.parsed) == ("infra_error", "model-unreachable", None)
    result = run(model(lambda request: RIGHT))
    assert [each.extra["attempt"] for each in result.evaluations] == [2]
    assert len(load_evals(tmp_path / "records", max_history=0)) == 2


def test_a_model_that_fails_again_and_again_is_given_up(run, model):
    failing = model(lambda request: ModelError("no answer", slug="model-unreachable"))
    result = run(failing, samples=200, askers=1)
    assert result.given_up == {"m": "no answer"}
    assert len(failing.requests) < 100
    assert result.missing == 200


def test_a_spent_budget_leaves_no_record(run, model):
    result = run(model(lambda request: ModelError("spent", slug="model-budget-spent")), samples=3)
    assert (result.evaluations, result.missing, result.given_up) == ([], 3, {"m": "spent"})


def test_costs_are_those_of_the_day_and_unknown_is_not_nothing(run, model, tmp_path):
    assert run(model(lambda request: WRONG)).cost is None
    facts = ModelFacts("m", prices=(Price("2000-01-01", 1.0, 2.0), Price("2999-01-01", 99.0, 99.0)))
    result = run(model(corrected), samples=2, rounds=1, registry=Registry({"m": facts}))
    costs = {(each.extra["sample"], each.prompt_strategy): each.cost for each in result.evaluations}
    assert costs[1, "1CODEFIXER__CodeFixerTiny"] == pytest.approx(2 * 20 / 1_000_000)
    assert costs[0, "1CODEFIXER__CodeFixerTiny"] is None  # that of the first answer is not known
    known = [each.extra.get("cost_known", True) for each in load_evals(tmp_path / "records", max_history=0)]
    assert known.count(False) == 2


def test_each_value_is_tried_with_each_of_the_others(run, model):
    asked = model(lambda request: RIGHT)
    run(asked, cells=Grid(temperature=(0.1, 0.9), top_p=(0.5,)).cells(), askers=1)
    sampled = [(each.sampling.temperature, each.sampling.top_p) for each in asked.requests]
    assert sorted(sampled) == [(0.1, 0.5), (0.9, 0.5)]


def test_one_answer_is_evaluated_without_a_folder(definition, evaluator):
    evaluation = evaluate_1shot(RIGHT, definition, model="mine", evaluator=evaluator)
    assert (evaluation.unit_tests_passed, evaluation.extra["outcome"], evaluation.model) == (2, "passed", "mine")
