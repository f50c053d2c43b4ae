"""The pages of `bench report`, with long names and hostile answers, in a browser."""

from __future__ import annotations

import json

import pytest

from testwright.bench.records.loading import load_table
from testwright.bench.records.model_registry import Registry
from testwright.bench.reporting.leaderboard import grouped, pivoted
from testwright.bench.reporting.pages import case_page, cases_of, leaderboard_page
from testwright.bench.reporting.selection import Keys
from testwright.nouns.definition import Definition

MODELS = ["a-model", "another/model-with-quite-a-long-name:7b-instruct-v0.2-q4_K_M", "<b>third</b>"]
HOSTILE = "</pre><script>document.title = 'taken'</script>"


@pytest.fixture
def table(tmp_path):
    for number, model in enumerate(MODELS * 2):
        for case in ("first_case", "second_case_with_a_longer_name"):
            place = tmp_path / case / f"m{number}"
            place.mkdir(parents=True)
            item = {"kind": "unit_test", "number": 1, "outcome": "failed", "milliseconds": 1.5, "message": HOSTILE}
            plain = {
                "name": case,
                "model": model,
                "prompt_label": "InPython",
                "parsed": True,
                "executed": number % 3 != 2,
                "unit_tests_count": 4,
                "unit_tests_passed": number % 3,
                "cost": 0.001 * (number + 1),
                "elapsed_seconds": 1.0 + number,
                "timestamp": f"2026010{number + 1}_000000__100",
                "language": "python",
                "outcome": "failed",
                "items": [item],
            }
            code = f"def {case}():\n    return {number}\n    # {HOSTILE}"
            message = {"_type": "aimessage", "content": f"So:\n```python\n{code}\n```", "variables": []}
            stem = f"InPython__1SHOT__{number}.json"
            (place / f"evaluation__{stem}").write_text(json.dumps(plain), encoding="utf-8")
            (place / f"conversation__{stem}").write_text(json.dumps([message]), encoding="utf-8")
    return load_table([str(tmp_path)], print)


@pytest.fixture
def board_page(table):
    keys, rows = Keys(table, Registry({})), range(len(table))
    board = grouped(table, rows, keys, ["model"])
    heat = pivoted(table, rows, keys, "name", "model")
    return leaderboard_page(board, heat, folders=["records"], cases=cases_of(table, rows, {}, 1))


@pytest.fixture
def answers_page(table):
    definition = Definition("first_case", "us", (), f"Do it. {HOSTILE}", "1", (), ("assert 1",), (), "def f(): ...")
    case, _ = cases_of(table, range(len(table)), {"first_case": definition}, 1)
    return case_page(case, table)


def test_the_leaderboard_is_sound_in_any_window_and_on_paper(open_page, looks, sound, board_page):
    shown = open_page(board_page, **looks)
    sound(shown)
    assert shown.page.locator("svg circle").count() == 6
    assert shown.page.locator("h2").count() == 5


def test_the_page_of_a_case_is_sound_and_runs_nothing_of_an_answer(open_page, looks, sound, answers_page):
    shown = open_page(answers_page, **looks)
    sound(shown)
    assert shown.page.title() == "first_case"


def test_bars_points_rows_and_cells_are_filtered_by_what_is_typed(open_page, board_page):
    shown = open_page(board_page)
    shown.tab_to("input[type=search]")
    shown.page.keyboard.type("THIRD")
    assert shown.rows("#board", 1) == ["<b>third</b>"]
    for part, count in ((".bars > div", 1), ("svg circle", 2), (".heat thead th", 3)):
        assert [one.is_visible() for one in shown.page.locator(part).all()].count(True) == count


def test_the_table_is_sorted_by_its_headings(open_page, board_page):
    shown = open_page(board_page)
    assert shown.rows("#board", 1)[0] == MODELS[1]
    shown.page.locator("#board thead button", has_text="zero scores").click()
    shown.page.locator("#board thead button").first.click()
    assert shown.rows("#board", 1)[0] == "<b>third</b>"


def test_two_answers_are_compared_line_by_line(open_page, answers_page):
    shown = open_page(answers_page)
    assert shown.page.locator("#diff .del").all_inner_texts() == ["-     return 4"]
    assert shown.page.locator("#diff .add").all_inner_texts() == ["+     return 3"]
    shown.page.locator("#side-2").select_option("1")
    assert shown.page.locator("#diff .add, #diff .del").count() == 0


def test_answers_are_filtered_and_show_their_items(open_page, answers_page):
    shown = open_page(answers_page)
    shown.page.locator("#find").fill("a-model")
    left = shown.page.locator(".answer:not([hidden])")
    assert left.count() == 1
    left.locator("summary").first.click()
    assert f"unit test 1: failed, 1.5 ms: {HOSTILE}" in left.inner_text()
