"""The stored evaluations of the Julia LLM Leaderboard give its published tables, cell by cell."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from testwright.cli.bench.report_action import command

PUBLISHED = {
    "readme_paid": {
        "Elapsed": "elapsed",
        "Score": "score",
        "Score Std Deviation": "score_std",
        "Count Zero Score": "zero_scores",
        "Count Full Score": "full_scores",
        "Cost Cents": "cost_cents",
    },
    "readme_local": {
        "Elapsed": "elapsed",
        "Elapsed Median": "elapsed_median",
        "Score": "score",
        "Score Median": "score_median",
        "Score Std Deviation": "score_std",
        "Count Zero Score": "zero_scores",
        "Count Full Score": "full_scores",
    },
    "readme_prompts": {
        "Elapsed (s, average)": "elapsed",
        "Elapsed (s, median)": "elapsed_median",
        "Avg. Score (Max 100 pts)": "score",
        "Median Score (Max 100 pts)": "score_median",
    },
}
CELLS = {"readme_paid": 150, "readme_local": 231, "readme_prompts": 20}


@pytest.fixture(scope="session")
def report(leaderboard_folder):
    def run(*options):
        done = CliRunner().invoke(command, [str(leaderboard_folder), *options], standalone_mode=False)
        assert done.exception is None, done.output
        return done.stdout

    return run


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_cell_comes_out_equal(report, shared_material, name):
    with (shared_material / "leaderboard" / "published" / f"{name}.csv").open(encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    made = list(csv.DictReader(report("--preset", name.replace("_", "-"), "--format", "csv").splitlines()))
    by_key = {next(iter(row.values())): row for row in made}
    compared = 0
    assert len(made) == len(published)
    for row in published:
        key, *cells = row.values()
        for column, cell in zip(PUBLISHED[name].values(), cells, strict=True):
            assert float(by_key[key][column]) == float(cell), (key, column)
            compared += 1
    assert (list(published[0])[1:], compared) == (list(PUBLISHED[name]), CELLS[name])


def test_passes_and_intervals_are_those_that_were_worked_out_apart(report):
    rows = {row["display"]: row for row in json.loads(report("--preset", "readme-paid", "--format", "json"))["rows"]}
    passes = {name: rows[name]["pass_at_1"] for name in list(rows)[:3]}
    assert passes == {
        "claude-3-5-sonnet-20240620": 0.507,
        "claude-3-opus-20240229": 0.47,
        "claude-3-sonnet-20240229": 0.44,
    }
    assert (rows["gpt-4-1106-preview"]["pass_at_1"], rows["gemini-1.0-pro-latest"]["pass_at_1"]) == (0.406, 0.036)
    known = {"claude-3-5-sonnet-20240620": (78.2, 92.4), "claude-3-opus-20240229": (74.6, 90.7)}
    for name, (low, high) in known.items():
        assert (rows[name]["score_low"], rows[name]["score_high"]) == (
            pytest.approx(low, abs=0.5),
            pytest.approx(high, abs=0.5),
        )
    places = [(row["rank_low"], row["rank_high"]) for row in rows.values()]
    assert (places[0], places[2], places[4], places[24]) == ((1, 2), (2, 14), (2, 17), (25, 25))


def test_a_pivot_has_a_column_for_each_value_and_their_average(report):
    text = report(
        "--pivot", "model:prompt_label", "--prompts", "basic", "--last", "10", "--where", "kind=paid", "--format", "csv"
    )
    first = next(csv.DictReader(text.splitlines()))
    assert first == {
        "model": "claude-3-5-sonnet-20240620",
        "InJulia": "87.7",
        "JuliaExpertAsk": "84.2",
        "JuliaExpertCoTTask": "86.1",
        "JuliaRecapCoTTask": "84.5",
        "JuliaRecapTask": "86.5",
        "average": "85.8",
    }
