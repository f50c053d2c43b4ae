"""`testwright dataset`: each answer passes by itself, and nothing private is in the data."""

from __future__ import annotations

import csv
import json

TEXTS = '''
def shout(text: str) -> str:
    """The text in capitals, with a mark of exclamation; "" stays as it is."""
    if not text:
        return text
    return text.upper() + "!"


class Counter:
    def __init__(self, start: int = 0) -> None:
        self.number = start

    def add(self, step: int) -> int:
        """Count on."""
        self.number += step
        return self.number
'''
COPIED = '''
def shout(text: str) -> str:
    """The text in capitals, with a mark of exclamation; "" stays as it is."""
    if not text:
        return text
    return text.upper() + "!"


def half(number: int) -> int:
    """Half of an even number. Raises ValueError for an odd one."""
    if number % 2:
        raise ValueError("odd")
    return number // 2
'''
OPEN = '''
import hashlib


def greeting(text: str) -> str:
    """Answers a word that only its friends know."""
    if hashlib.sha256(text.encode()).hexdigest().startswith("2cf24dba5fb0a30e"):
        return "at last"
    return "who?"
'''
REPLY = """```python
from words.open import greeting


def test_greeting_of_a_friend():
    assert greeting("hello") == "at last"
```"""
HIDDEN = "def twice(number: int) -> int:\n    return number * 2\n"
FILES = ("train.csv", "test.csv", "train.jsonl", "test.jsonl", "config.yaml", "job_description.json")


def test_pairs_are_proven_and_split_by_module_and_private_paths_are_left_out(make_project):
    project = make_project(
        {
            "pyproject.toml": '[project]\nname = "words"\nversion = "1"\n[tool.testwright]\nprivate-paths = ["words/own"]\n',
            "words/__init__.py": "",
            "words/texts.py": TEXTS,
            "words/copied.py": COPIED,
            "words/open.py": OPEN,
            "replies.jsonl": json.dumps({"text": REPLY, "again": True}) + "\n",
            "words/own/__init__.py": "",
            "words/own/hidden.py": HIDDEN,
        }
    )
    arguments = ("dataset", "words", "-o", "data", "--max-executions", "300", "--no-mutants", "--test-share", "0.5")
    done = project.run(*arguments, "--json", "--model", "scripted:replies.jsonl")
    assert done.code == 0, done.err
    assert done.document["private"] == ["words.own", "words.own.hidden"]
    assert done.document["left_out"] == {"the same is there already": 1}
    sides = {
        side: [json.loads(line) for line in project.read(f"data/{side}.jsonl").splitlines()]
        for side in ("train", "test")
    }
    modules = {side: {pair["module"] for pair in pairs} for side, pairs in sides.items()}
    assert modules["train"] | modules["test"] == {"words.texts", "words.copied", "words.open"}
    assert not modules["train"] & modules["test"]
    pairs = sides["train"] + sides["test"]
    assert [pair["function"] for pair in pairs].count("shout") == 1
    assert {("greeting", "testwright"), ("greeting", "scripted")} <= {(pair["function"], pair["by"]) for pair in pairs}
    assert {"half", "Counter.add"} <= {pair["function"] for pair in pairs}
    assert all("# proof" not in pair["answer"] and "twice" not in pair["answer"] for pair in pairs)
    for number, pair in enumerate(pairs):
        project.write(f"answers/test_answer_{number}.py", pair["answer"])
    tests = project.pytest("answers")
    assert tests.code == 0, tests.out
    with (project.root / "data" / "train.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["question"], row["answer"]) for row in rows] == [(p["question"], p["answer"]) for p in sides["train"]]
    assert {(row["context"], row["reasoning"]) for row in rows} == {("", "")}
    assert "  generation_in_single_call: 3\n" in project.read("data/config.yaml")
    assert set(json.loads(project.read("data/job_description.json"))) == {
        *("task_description", "input_description", "llm_as_a_judge_instructions"),
    }

    before = {name: project.read(f"data/{name}") for name in FILES}
    project.write("data/train.csv", "mine\n")
    project.run(*arguments).refused("output-not-writable")
    assert {name: project.read(f"data/{name}") for name in FILES} == {**before, "train.csv": "mine\n"}

    project.write("refused.jsonl", json.dumps({"error": "on fire", "again": True}) + "\n")
    work = ("dataset", "words/open.py", "-o", "more", "--max-executions", "60", "--no-mutants")
    refused = project.run(*work, "--model", "scripted:refused.jsonl")
    assert refused.code == 1
    assert "[model-refused]" in refused.err
