"""Samples on a terminal."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from testwright.bench import preview
from testwright.cli.bench.show_action import command
from testwright.errors import TestwrightError

CONVERSATION = [
    {"_type": "systemmessage", "content": "You write Python.", "variables": []},
    {"_type": "usermessage", "content": "Double it.", "variables": []},
    {"_type": "aimessage", "content": "\x1b[31mred\x07", "variables": []},
]
ITEM = {"kind": "unit_test", "number": 1, "outcome": "failed", "milliseconds": 1.5, "message": "AssertionError: 1 == 2"}
EVALUATION = {
    "name": "twice",
    "model": "m",
    "parsed": True,
    "executed": True,
    "unit_tests_count": 2,
    "unit_tests_passed": 1,
    "outcome": "failed",
    "items": [ITEM],
}


@pytest.fixture
def file(tmp_path):
    (tmp_path / "conversation__a.json").write_text(json.dumps(CONVERSATION), encoding="utf-8")
    (tmp_path / "evaluation__a.json").write_text(json.dumps(EVALUATION), encoding="utf-8")
    return tmp_path / "evaluation__a.json"


def show(*arguments):
    done = CliRunner().invoke(command, [*map(str, arguments)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_messages_have_titles_and_rules_and_nothing_that_a_terminal_obeys():
    text = preview(CONVERSATION)
    assert text.split("\n\n---\n\n") == [
        "# System Message\n\nYou write Python.",
        "# User Message\n\nDouble it.",
        "# AI Message\n\n[31mred",
    ]
    assert preview(CONVERSATION[1]) == "# User Message\n\nDouble it."


def test_either_file_shows_the_sample_with_its_items(file):
    text = show(file)
    assert text == show(file.with_name("conversation__a.json"))
    assert "83.3 points: parsed True, executed True, 1 of 2 unit tests" in text
    assert "- unit test 1: failed, 1.5 ms\n  AssertionError: 1 == 2" in text
    assert json.loads(show(file, "--json"))["evaluation"]["name"] == "twice"


def test_what_is_no_sample_is_refused(file, tmp_path):
    with pytest.raises(TestwrightError) as refused:
        show(tmp_path / "evaluation__b.json")
    assert refused.value.slug == "conversation-invalid"
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(TestwrightError) as refused:
        show(file)
    assert refused.value.slug == "evaluation-invalid"
