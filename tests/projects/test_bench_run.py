"""`bench run`, `evaluate`, `gaps` and `rescore`, as their user calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

DEFINITION = """
    [code_generation]
    language = "python"
    name = "{name}"
    contributor = "us"
    criteria = ["parsed", "executed", "passed_unit_tests", "executed_examples"]
    prompt = "Write a function `{name}(n)` that doubles a number."
    version = "1.0"
    examples = ["{name}(1)"]
    unit_tests = ["assert {name}(3) == 6", "assert {name}(2) == 4"]
    imports = []
    reference_solution = "def {name}(n): return 2 * n"
"""
MODELS = """
    [[model]]
    name = "right"
    address = "scripted:right.jsonl"
    [[model]]
    name = "wrong"
    address = "scripted:wrong.jsonl"
"""
RUN = ["bench", "run", "defs", "--models", "models.toml", "--model", "right", "--model", "wrong", "-o", "records"]


def script(body):
    lines = [
        {"when": name, "text": f"```python\ndef {name}(n): return {body}\n```", "again": True}
        for name in ("twice", "doubled")
    ]
    return "\n".join(map(json.dumps, lines))


@pytest.fixture
def project(make_project):
    return make_project(
        {
            "defs/code_generation/numbers/twice/definition.toml": DEFINITION.replace("{name}", "twice"),
            "defs/code_generation/numbers/doubled/definition.toml": DEFINITION.replace("{name}", "doubled"),
            "right.jsonl": script("2 * n"),
            "wrong.jsonl": script("n + 2"),
            "models.toml": MODELS,
        }
    )


def test_models_are_run_reported_gone_on_with_and_filled_up(project):
    done = project.run(*RUN, "--samples", "2", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    assert (found["planned"], found["recorded"], found["missing"]) == (8, 8, 0)
    assert found["outcomes"] == {"failed": 4, "passed": 4}
    report = project.run("bench", "report", "records", "--format", "csv")
    first, second = report.out.splitlines()[1:]
    assert first.startswith("right,4,100.0,")
    assert second.startswith("wrong,4,87.5,")
    project.run(*RUN, "--samples", "2").refused("records-exist")
    assert "0 records in records, 8 were there" in project.run(*RUN, "--samples", "2", "--resume").out
    assert project.run("bench", "gaps", "records").out == "nothing is missing\n"
    gaps = project.run("bench", "gaps", "records", "--samples", "3", "--json")
    assert (gaps.code, json.loads(gaps.out)["missing"]) == (1, 4)
    assert json.loads(project.run(*RUN, "--samples", "3", "--fill", "--json").out)["recorded"] == 4
    assert project.run("bench", "gaps", "records", "--samples", "3").code == 0


def test_the_best_parameters_are_searched_in_stages(project):
    done = project.run(*RUN, "--temperature", "0.1,0.9", "--search", "1", "--hardest", "twice", "--json")
    found = json.loads(done.out)
    assert found["best_parameters"] == {"right": {"temperature": 0.1}, "wrong": {"temperature": 0.1}}
    report = project.run("bench", "report", "records", "--by", "model,name,temperature", "--format", "csv")
    rows = sorted(",".join(row.split(",")[:4]) for row in report.out.splitlines()[1:])
    assert [row for row in rows if row.startswith("right")] == [
        "right,doubled,0.1,1",
        "right,twice,0.1,1",
        "right,twice,0.9,1",
        "right--optim,doubled,0.1,1",
        "right--optim,twice,0.1,1",
    ]


@pytest.mark.parametrize(
    ("options", "slug"),
    [
        (["--prompt", "Nice"], "prompt-unknown"),
        (["--prompt-file", "nowhere.toml"], "prompts-invalid"),
        (["--fix-rounds", "1", "--fix-prompt", "Nice"], "prompt-unknown"),
        (["--temperature", "warm"], "bad-value"),
        (["--top-p", "2"], "bad-value"),
        (["--search", "2"], "bad-usage"),
        (["--models", "defs"], "models-invalid"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anybody_is_asked(project, options, slug):
    project.run(*RUN, *options).refused(slug)
    assert not (project.root / "records").exists()


def test_questions_are_shown_and_nobody_is_asked(project):
    shown = project.run(*RUN, "--prompt", "AsIs", "--samples", "3", "--dry-run")
    assert shown.out.count("Write a function") == 2
    assert "12 samples would be asked for" in shown.err
    assert not (project.root / "records").exists()


def test_answers_from_elsewhere_are_evaluated_once(project):
    lines = [
        {"name": "twice", "model": "mine", "answer": "def twice(n): return n + n", "cost": 0.01},
        {"name": "doubled", "model": "mine", "messages": [{"role": "assistant", "content": "I cannot."}]},
    ]
    project.write("answers.jsonl", "\n".join(map(json.dumps, lines)))
    evaluate = ["bench", "evaluate", "defs", "--answers", "answers.jsonl", "-o", "records", "--json"]
    assert json.loads(project.run(*evaluate).out)["outcomes"] == {"no_code": 1, "passed": 1}
    assert json.loads(project.run(*evaluate).out)["outcomes"] == {}
    project.write("answers.jsonl", '{"name": "thrice", "model": "m", "answer": ""}\n{"nome": 1}\n[')
    refused = project.run(*evaluate)
    refused.refused("answers-invalid")
    assert all(f"line {number}" in refused.err for number in (1, 2, 3))


def test_stored_answers_are_evaluated_with_the_definitions_of_today(project):
    project.run(*RUN)
    rescore = ["bench", "rescore", "records", "--definitions", "defs"]
    same = project.run(*rescore)
    assert (same.code, same.out) == (0, "4 answers evaluated again, 0 changed\n")
    path = "defs/code_generation/numbers/twice/definition.toml"
    project.write(path, project.read(path).replace("twice(3) == 6", "twice(3) == 5"))
    changed = project.run(*rescore, "-o", "anew")
    assert changed.code == 1
    assert "unit_tests_passed 2 → 1" in changed.out
    assert changed.out.endswith("4 answers evaluated again, 2 changed\n")
    assert "right,2,93.75," in project.run("bench", "report", "anew", "--raw", "--format", "csv").out
    project.run(*rescore, "-o", "records/anew").refused("bad-value")


def records(folder):
    found = {}
    for path in folder.rglob("evaluation__*.json"):
        plain = json.loads(path.read_text(encoding="utf-8"))
        for key in ("timestamp", "elapsed_seconds", "attempt"):
            plain.pop(key, None)
        plain["items"] = [{**each, "milliseconds": 0} for each in plain["items"]]
        assert plain["key"] not in found
        found[plain["key"]] = plain
    return found


def test_a_killed_run_that_goes_on_has_the_records_of_one_that_was_not(project):
    many = [*RUN, "--samples", "12", "--resume", "-q"]
    process = subprocess.Popen(
        [sys.executable, "-m", "testwright", *many],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    while not any((project.root / "records").rglob("evaluation__*")) and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 0 < len(records(project.root / "records")) <= 48
    assert project.run(*many).code == 0
    assert project.run(*RUN[:-1], "whole", "--samples", "12", "-q").code == 0
    assert records(project.root / "records") == records(project.root / "whole")
