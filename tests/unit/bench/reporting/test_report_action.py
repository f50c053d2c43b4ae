"""`bench report` on small folders: what is chosen, sorted, left out and refused."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from testwright.cli.bench.report_action import command
from testwright.errors import TestwrightError

FIELDS = {"parsed": True, "executed": True, "unit_tests_count": 4, "examples_count": 2}


def evaluation(name, model, passed, number=1, **more):
    return {
        **FIELDS,
        "name": name,
        "model": model,
        "unit_tests_passed": passed,
        "examples_executed": 2 if passed else 0,
        "elapsed_seconds": 2.0,
        "cost": 0.01,
        "timestamp": f"2024040{number}_120000__100",
        "prompt_strategy": "1SHOT",
        "prompt_label": "InJulia",
        "device": "-",
        "parameters": {"options": {"temperature": 0.5}},
        **more,
    }


@pytest.fixture
def folder(tmp_path):
    made = [
        evaluation("one", "good", 4),
        evaluation("two", "good", 4, number=2),
        evaluation("one", "bad|model", 0),
        evaluation("two", "bad|model", 2, number=3),
        evaluation("two", "bad|model", 4, number=1),
        evaluation("one", "away", 0, outcome="infra_error"),
    ]
    for number, each in enumerate(made):
        (tmp_path / f"evaluation__InJulia__1SHOT__{number}.json").write_text(json.dumps(each), encoding="utf-8")
    return tmp_path


def report(folder, *options):
    done = CliRunner().invoke(command, [str(folder), *options], standalone_mode=False)
    if isinstance(done.exception, TestwrightError):
        raise done.exception
    assert done.exception is None, done.output
    return done


def rows(folder, *options):
    return list(csv.DictReader(report(folder, "--format", "csv", *options).stdout.splitlines()))


def scores(folder, *options):
    return [(row["model"], float(row["score"])) for row in rows(folder, *options)]


def test_a_row_has_the_named_columns_and_the_best_is_first(folder):
    first, second = rows(folder)
    assert ",".join(first) == (
        "model,count,score,score_median,score_std,zero_scores,full_scores,elapsed,elapsed_median,cost_cents,"
        "points_per_cent,points_per_second,pass_at_1,score_low,score_high,rank_low,rank_high"
    )
    assert (first["model"], first["count"], first["score"], first["full_scores"]) == ("good", "2", "100.0", "2")
    assert (first["cost_cents"], first["points_per_cent"], first["points_per_second"]) == ("1.0", "100.0", "50.0")
    assert (second["model"], second["count"], second["score"]) == ("bad|model", "3", "79.2")


def test_what_failed_on_our_side_is_told_and_not_counted(folder):
    done = report(folder)
    assert "away" not in done.stdout
    assert "NOT COUNTED: 1 evaluations that are infra_error" in done.stderr


def test_the_newest_and_those_of_a_date_are_chosen(folder):
    assert scores(folder, "--last", "1") == [("good", 100.0), ("bad|model", 68.8)]
    assert scores(folder, "--as-of", "2024-04-01") == [("good", 100.0), ("bad|model", 75.0)]


def test_one_key_given_twice_means_any_of_them(folder):
    assert len(rows(folder, "--where", "model=good", "--where", "model=bad*")) == 2
    assert scores(folder, "--where", "model=!bad*") == [("good", 100.0)]
    assert scores(folder, "--where", "model=good", "--where", "name=one") == [("good", 100.0)]


def test_rows_can_be_of_several_keys_and_parameters(folder):
    assert list(rows(folder, "--by", "model,temperature")[0])[:3] == ["model", "temperature", "count"]
    assert [row["options.temperature"] for row in rows(folder, "--by", "options.temperature")] == ["0.5"]


def test_rows_are_sorted_by_a_column(folder):
    assert [row["model"] for row in rows(folder, "--sort", "-score")] == ["bad|model", "good"]
    assert [row["model"] for row in rows(folder, "--sort", "model")] == ["bad|model", "good"]
    assert [row["model"] for row in rows(folder, "--sort", "zero_scores")] == ["bad|model", "good"]


def test_numbers_are_rounded_unless_they_are_wanted_raw(folder):
    assert rows(folder)[1]["score"] == "79.2"
    assert rows(folder, "--raw")[1]["score"].startswith("79.1666")


def test_a_cell_without_evaluations_is_empty_and_not_averaged(folder):
    made = rows(folder, "--pivot", "model:name", "--where", "model=good", "--where", "model=bad*", "--last", "1")
    assert made[1] == {"model": "bad|model", "one": "50.0", "two": "87.5", "average": "68.8"}
    assert rows(folder, "--pivot", "model:name", "--as-of", "20240401")[0]["two"] == ""


def test_markdown_escapes_what_would_break_the_table(folder):
    lines = report(folder, "--format", "md").stdout.splitlines()
    assert lines[1].startswith("| :--- | ---: |")
    assert lines[3].startswith("| bad\\|model | 3 | 79.2 |")


def test_json_is_one_document(folder):
    document = json.loads(report(folder, "--format", "json").stdout)
    assert (document["schema"], document["unscored"]) == (1, {"infra_error": 1})
    assert document["rows"][0]["model"] == "good"


@pytest.mark.parametrize(
    ("options", "slug"),
    [
        (["--by", "modle"], "unknown-key"),
        (["--where", "model"], "bad-value"),
        (["--as-of", "yesterday"], "bad-value"),
        (["--preset", "readme"], "bad-value"),
        (["--pivot", "model"], "bad-value"),
        (["--sort", "points"], "unknown-key"),
        (["--models", "nowhere.toml"], "models-invalid"),
    ],
)
def test_what_cannot_be_done_is_refused(folder, options, slug):
    with pytest.raises(TestwrightError) as refused:
        report(folder, *options)
    assert refused.value.slug == slug


def test_a_file_of_models_gives_kinds_and_names(folder, tmp_path):
    file = tmp_path / "models.toml"
    file.write_text('[[model]]\nname = "good"\ndisplay = "Good (local)"\nkind = "local"\n', encoding="utf-8")
    (row,) = rows(folder, "--models", str(file), "--by", "display", "--where", "kind=local")
    assert row["display"] == "Good (local)"


def test_pages_are_written_with_one_for_each_case(folder, tmp_path):
    pages = tmp_path / "pages"
    done = report(folder, "--format", "html", "-o", str(pages))
    assert done.stdout == f"{pages / 'index.html'}\n"
    assert sorted(each.name for each in (pages / "cases").iterdir()) == ["one.html", "two.html"]
    assert 'href="cases/one.html"' in (pages / "index.html").read_text(encoding="utf-8")
    with pytest.raises(TestwrightError) as refused:
        report(folder, "--format", "html")
    assert refused.value.slug == "bad-usage"
    with pytest.raises(TestwrightError) as refused:
        report(folder, "--format", "html", "-o", str(tmp_path / "none"), "--where", "model=nobody")
    assert refused.value.slug == "no-evaluations"
