"""Who has seen the tasks is flagged, who is good is not."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from testwright.bench.reporting.contamination import gaps, is_near_copy
from testwright.cli.bench.contamination_action import command
from testwright.errors import TestwrightError

SEEN = [f"seen_{number}" for number in range(11)]
UNSEEN = [f"unseen_{number}" for number in range(3)]
PUBLISHED = {
    "cheater-7b": (96.6, 42.3),
    "cheater-7b-quantised": (97.9, 45.6),
    "base-7b": (61.9, 43.6),
    "gpt-4": (79.8, 54.5),
}
"""Means on trained and held-out cases of a model of the Julia LLM Leaderboard that was fine-tuned on 11 of its 14 cases."""
LONG = "def f(a, b):\n" + "\n".join(f"    x{n} = a[{n}] + b[{n}]" for n in range(12)) + "\n    return x11"


def spread(means):
    """Cases differ, by the same for all models."""
    seen, unseen = means
    return {
        **{name: seen + (number - 5) * 0.6 for number, name in enumerate(SEEN)},
        **{name: unseen + (number - 1) * 6 for number, name in enumerate(UNSEEN)},
    }


def test_those_that_were_trained_on_the_tasks_are_suspicious_and_no_others():
    found = gaps({model: spread(means) for model, means in PUBLISHED.items()}, SEEN)
    assert {each.model for each in found if each.is_suspicious} == {"cheater-7b", "cheater-7b-quantised"}
    cheater = next(each for each in found if each.model == "cheater-7b")
    assert (round(cheater.seen, 1), round(cheater.unseen, 1)) == (96.6, 42.3)


def test_cases_that_are_hard_for_all_are_not_held_for_unseen_ones():
    hard = {model: spread((90 - 20 * number, 40 - 20 * number)) for number, model in enumerate("abc")}
    assert not any(each.is_suspicious for each in gaps(hard, SEEN))


def test_none_of_the_published_models_is_suspicious(leaderboard_folder):
    unseen = ["--unseen", "pig_latinify", "--unseen", "q_and_a_extractor", "--unseen", "audi_filter"]
    done = CliRunner().invoke(command, [str(leaderboard_folder), *unseen, "--json"], standalone_mode=False)
    assert done.return_value == 0
    assert len(json.loads(done.stdout)["models"]) == 64


@pytest.mark.parametrize(
    ("code", "is_copy"),
    [
        (LONG, True),
        (LONG.replace("    ", "\t") + "  # done", True),
        (LONG.replace("x", "y"), False),
        ("def f(a): return a", False),
    ],
)
def test_copies_are_told_from_solutions_of_the_same_task(code, is_copy):
    assert is_near_copy(code, LONG) is is_copy
    assert not is_near_copy("def f(a): return a", "def f(a): return a")


DEFINITION = """
[code_generation]
language = "python"
name = "NAME"
contributor = "us"
criteria = ["parsed", "executed", "passed_unit_tests", "executed_examples"]
prompt = "Write `NAME(a)`."
version = "1.0"
examples = ["NAME(1)"]
unit_tests = ["assert NAME(1) == 1"]
imports = []
reference_solution = "def NAME(a): return a"
created = "DATE"
canary = "0a1b-canary"
"""


@pytest.fixture
def records(tmp_path):
    for number, name in enumerate([*SEEN, *UNSEEN]):
        text = DEFINITION.replace("NAME", name).replace("DATE", "2024-01-01" if name in SEEN else "2026-01-01")
        place = tmp_path / "defs" / "code_generation" / "all" / name / "definition.toml"
        place.parent.mkdir(parents=True)
        place.write_text(text, encoding="utf-8")
        for model, means in PUBLISHED.items():
            score = spread(means)[name]
            stem = f"AsIs__1SHOT__20260101_0000{number:02}__100.json"
            folder = tmp_path / "records" / name / model
            folder.mkdir(parents=True)
            counts = {"unit_tests_count": 10_000, "unit_tests_passed": round(100 * score), "examples_count": 0}
            plain = {"name": name, "model": model, "timestamp": stem[13:34], "examples_executed": 0, **counts}
            answer = "0a1b-canary" if (model, number) == ("gpt-4", 0) else "def f(a): return a"
            (folder / f"evaluation__{stem}").write_text(json.dumps(plain), encoding="utf-8")
            message = {"_type": "aimessage", "content": answer, "variables": []}
            (folder / f"conversation__{stem}").write_text(json.dumps([message]), encoding="utf-8")
    (tmp_path / "models.toml").write_text('[[model]]\nname = "cheater-7b"\ncutoff = "2025-01-01"\n', encoding="utf-8")
    return tmp_path


def suspicious(*arguments):
    done = CliRunner().invoke(command, [*map(str, arguments), "--json"], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, [each["model"] for each in json.loads(done.stdout)["models"] if each["suspicious"]]


def test_dates_of_definitions_and_canaries_are_signs_too(records):
    given = (records / "records", "--definitions", records / "defs")
    assert suspicious(*given) == (1, ["gpt-4"])
    assert suspicious(*given, "--models", records / "models.toml") == (1, ["cheater-7b", "gpt-4"])
    assert suspicious(records / "records", *[each for name in SEEN for each in ("--seen", name)]) == (
        1,
        ["cheater-7b", "cheater-7b-quantised"],
    )


@pytest.mark.parametrize(("options", "slug"), [([], "bad-usage"), (["--seen", "seen_12"], "unknown-key")])
def test_what_cannot_be_looked_for_is_refused(records, options, slug):
    with pytest.raises(TestwrightError) as refused:
        suspicious(records / "records", *options)
    assert refused.value.slug == slug
