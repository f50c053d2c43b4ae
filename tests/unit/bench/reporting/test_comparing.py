"""Two models on the same cases: who is better, and how sure that is."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from testwright.bench.reporting.comparing import compared
from testwright.cli.bench.compare_action import command
from testwright.errors import TestwrightError


def run(*arguments):
    done = CliRunner().invoke(command, [*map(str, arguments)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_the_two_best_published_models_are_not_told_apart(leaderboard_folder):
    text = run(
        "claude-3-5-sonnet-20240620",
        "claude-3-opus-20240229",
        leaderboard_folder,
        "--prompts",
        "basic",
        "--last",
        "10",
        "--json",
    )
    found = json.loads(text)
    assert found["verdict"] == "not told apart"
    assert (round(found["difference"], 1), found["low"], found["high"]) == (
        2.6,
        pytest.approx(-1.6, abs=0.3),
        pytest.approx(7.7, abs=0.3),
    )
    assert found["cases"][0]["name"] == "wrap_string"
    assert round(found["cases"][0]["difference"], 1) == 30.2


HARD = {"a": [100.0, 90.0], "b": [60.0], "c": [20.0]}


def test_a_small_difference_on_each_case_is_sure_though_cases_differ_much():
    worse = {case: [each - 5 for each in scores] for case, scores in HARD.items()}
    found = compared(HARD, worse)
    assert (found.difference, found.low, found.high) == pytest.approx((5, 5, 5))
    assert found.verdict == "first"
    assert compared(worse, HARD).verdict == "second"


def test_cases_of_one_alone_are_left_out_and_told():
    found = compared(HARD, {"a": [80.0], "d": [0.0]})
    assert ([each.name for each in found.cases], found.alone) == (["a"], ("b", "c", "d"))
    assert (found.difference, found.low, found.verdict) == (15.0, None, "not told apart")


@pytest.fixture
def folders(tmp_path):
    for folder, shift in (("old", 0), ("new", 25)):
        for number in range(3):
            for model in ("m[1]", "n"):
                place = tmp_path / folder / f"{model}{number}" / f"evaluation__{number}.json"
                place.parent.mkdir(parents=True)
                passed = 4 if model == "n" else number + shift // 25
                plain = {"name": f"case{number}", "model": model, "unit_tests_count": 4, "unit_tests_passed": passed}
                place.write_text(json.dumps(plain), encoding="utf-8")
    return tmp_path


def test_two_folders_or_two_models_are_compared(folders):
    assert "n is better" in run("m[1]", "n", folders / "old")
    assert json.loads(run(folders / "new", folders / "old", "--where", "model=m*", "--json"))["difference"] == 25.0


@pytest.mark.parametrize("arguments", [("m", "n", "old"), ("old", "nowhere"), ("m[1]", "n", "nowhere")])
def test_what_is_not_there_is_refused(folders, monkeypatch, arguments):
    monkeypatch.chdir(folders)
    with pytest.raises(TestwrightError) as refused:
        run(*arguments)
    assert refused.value.slug == "no-evaluations"
