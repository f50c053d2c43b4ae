"""A script answers from a file: in turn, or by what the question says; a bad file is explained."""

from __future__ import annotations

import pytest

from testwright.errors import ModelError
from testwright.llm.exchange import Message, ModelRequest
from testwright.llm.model_settings import ModelSettings
from testwright.llm.opening import open_model

SCRIPT = """\
{"when": "def area", "text": "of area"}
"first"

{"when": "width", "text": "of width", "again": true}
{"when": "cut", "text": "of", "finish": "length"}
{"when": "bad", "error": "no such luck"}
"""


def test_replies_go_to_the_questions_that_they_are_for(tmp_path):
    (tmp_path / "script.jsonl").write_text(SCRIPT)
    told: list[str] = []
    with_script = open_model(f"scripted:{tmp_path / 'script.jsonl'}", ModelSettings())

    def ask(text):
        return with_script.complete(ModelRequest(messages=(Message("user", text),)), told=told.append)

    assert ask("x").text == "first"
    assert [ask("width").text, ask("width").text] == ["of width"] * 2
    assert ask("def area").text == "of area"
    assert ask("cut").finish == "length"
    with pytest.raises(ModelError, match="no such luck"):
        ask("bad")
    with pytest.raises(ModelError, match="no more replies") as caught:
        ask("def area")
    assert caught.value.slug == "replies-used-up"
    assert told == ["first", "of width", "of width", "of area", "of"]


@pytest.mark.parametrize(
    "line", ["{", "17", '{"when": "x"}', '{"text": "x", "wen": "y"}', '{"text": "x", "finish": "y"}']
)
def test_a_bad_line_is_named(tmp_path, line):
    (tmp_path / "script.jsonl").write_text(f'"good"\n{line}\n')
    with pytest.raises(ModelError) as caught:
        open_model(f"scripted:{tmp_path / 'script.jsonl'}", ModelSettings())
    assert caught.value.slug == "script-unreadable"
    assert caught.value.where.endswith("script.jsonl:2")


def test_a_missing_script_is_no_traceback(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        open_model(f"scripted:{tmp_path / 'none'}", ModelSettings())
