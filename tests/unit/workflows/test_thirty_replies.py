"""A middling model is asked about thirty functions: what it gets right is kept, and nothing else is in the file."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from testwright.config.options import Options
from testwright.execute.coverage_figures import figures
from testwright.llm.exchange import ModelReply, ModelRequest
from testwright.llm.scripted import ScriptedModel
from testwright.nouns import Target
from testwright.workflows.ask_model import ModelGain, ask_model
from testwright.workflows.generated_module import GeneratedModule

REPLIES = Path(__file__).resolve().parents[2] / "replies"
KNOWN: list[dict[str, Any]] = tomllib.loads((REPLIES / "thirty.toml").read_text(encoding="utf-8"))["reply"]
ONCE = "no rows; write whole tests"


def model() -> ScriptedModel:
    """Has no rows, and answers once for each function."""
    left = {f"def {each['function'].rpartition('.')[2]}(": each for each in KNOWN}

    def answer(request: ModelRequest) -> str | ModelReply:
        asked = request.messages[1].text.partition("The function under test:")[2]
        found = next((head for head in left if head in asked), "")
        if request.schema is not None or not found:
            return ONCE
        reply = left.pop(found)
        return ModelReply(reply["text"], finish=reply.get("finish", "stop"))

    return ScriptedModel(answer)


def asked(folder: Path, only: tuple[str, ...] = ()) -> ModelGain:
    source = folder / "thirty.py"
    source.write_text((REPLIES / "thirty.py").read_text(encoding="utf-8"), encoding="utf-8")
    made = GeneratedModule(Target("thirty", str(source), (str(folder),), only))
    made.before = made.after = figures(source, [])
    options = Options(python=sys.executable, mutants=False)
    return ask_model(
        made, model(), options, root=None, engine_seconds=0.0, stop=lambda: False, notice=lambda words: None
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("thirty")


@pytest.fixture(scope="module")
def gain(folder) -> ModelGain:
    return asked(folder)


def test_there_are_thirty_kinds():
    assert len(KNOWN) >= 30
    assert len({each["function"] for each in KNOWN}) == len(KNOWN)


def test_just_what_is_right_is_kept(gain):
    kept = {verdict.node.partition("[")[0] for verdict in gain.written.kept}
    assert kept == {name for each in KNOWN for name in each.get("kept", ())}


def test_the_others_are_rejected_for_what_is_wrong_with_them(gain):
    wanted = {
        (name or f"{each['function']} (model)", slug)
        for each in KNOWN
        for name, slug in each.get("rejected", {}).items()
    }
    found = {(verdict.node, verdict.slug) for verdict in gain.rejected if ONCE not in verdict.reason}
    assert {
        each for each in found if each[1] not in ("covers-something-new", "reply-not-json") and "[" not in each[0]
    } == wanted


def test_the_file_passes_where_it_stands(gain, folder):
    (folder / "test_thirty.py").write_text(gain.written.text, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_thirty.py"],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert gain.written.text.count("# proof: 5/5 runs") == len({v.node.partition("[")[0] for v in gain.written.kept})


def test_the_same_replies_give_the_same_file(tmp_path):
    some = ("clamp", "slugify", "Basket.put")
    first, second = (asked(tmp_path, only=some).written for _ in range(2))
    assert first.text.count("# proof") >= 4
    assert first.text == second.text
    assert first.rejected == second.rejected
