"""What models are asked: labels, languages, placeholders, files of prompts, and what went wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from testwright.bench.running.feedback import feedback
from testwright.bench.running.prompts import read_prompts, shipped_prompts
from testwright.errors import TestwrightError
from testwright.nouns.evaluation import Item

UPSTREAM = [
    "InJulia",
    "AsIs",
    "JuliaExpertAsk",
    "JuliaExpertCoTTask",
    "JuliaRecapTask",
    "JuliaRecapCoTTask",
    "JuliaExpertAskXML",
    "JuliaExpertCoTTaskXML",
    "JuliaExpertAskZH",
]


@pytest.mark.parametrize("label", UPSTREAM)
def test_each_of_the_nine_labels_asks_in_either_language(definition, label):
    julia = replace(definition, language="julia")
    for each, language, other in ((julia, "Julia", "Python"), (definition, "Python", "Julia")):
        shown, messages = shipped_prompts().asking(label, each)
        texts = "\n".join(message.text for message in messages)
        assert shown == label.replace("Julia", language)
        assert definition.prompt in texts
        assert other not in texts
        assert "{{" not in texts
        assert ("double(1)" in texts) == ("CoT" in label)


def test_braces_in_a_task_are_not_placeholders(definition):
    _, (message,) = shipped_prompts().asking("AsIs", replace(definition, prompt="Fill {{name}} in."))
    assert message.text == "Fill {{name}} in."


def prompts_in(tmp_path, text):
    file = tmp_path / "prompts.toml"
    file.write_text(text, encoding="utf-8")
    return read_prompts(file)


def test_a_placeholder_that_nothing_fills_is_refused(definition, tmp_path):
    with pytest.raises(TestwrightError) as refused:
        prompts_in(tmp_path, '[ask.Mine]\nuser = "{{task}} {{instruction}}"').asking("Mine", definition)
    assert refused.value.slug == "prompt-unfilled"
    assert "'{{instruction}}'" in refused.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[asks.A]\nuser = 'x'", "'asks'"),
        ("[ask.A]\nuser = 1", "ask.A is no table of texts"),
        ("[ask.A]\nuser = 'x'\nassistant = 'y'", "'assistant'"),
        ("[fix.A]\nsystem = 'x'", "no text `user`"),
        ("", "there is no prompt"),
        ("[", "prompts.toml"),
    ],
)
def test_a_file_that_is_none_of_prompts_is_refused(tmp_path, text, said):
    with pytest.raises(TestwrightError) as refused:
        prompts_in(tmp_path, text)
    assert refused.value.slug == "prompts-invalid"
    assert said in refused.value.message


def test_a_label_that_is_not_known_is_refused_with_those_that_are(definition):
    with pytest.raises(TestwrightError) as refused:
        shipped_prompts().asking("PythonExpert", definition)
    assert refused.value.slug == "prompt-unknown"
    assert "PythonExpertAsk" in refused.value.hint
    with pytest.raises(TestwrightError):
        shipped_prompts().fixing("CodeFixer", "")


def test_feedback_says_what_failed_and_no_more():
    items = [Item("unit_test", number, "failed", f"AssertionError: {number}") for number in range(1, 9)]
    said = feedback("failed", "", [Item("example", 1, "passed"), *items])
    assert said.splitlines()[:2] == ["1 of 9 checks passed.", "- unit test 1: AssertionError: 1"]
    assert said.splitlines()[-1] == "... and 3 more"
    assert feedback("parse_error", "invalid syntax (line 2)", []) == "The code does not parse. invalid syntax (line 2)"
    assert len(feedback("failed", "", [Item("unit_test", 1, "failed", "x" * 5000)])) < 700
