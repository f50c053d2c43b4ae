"""`config` shows where each value comes from; `doctor` says what is missing and what to do."""

from __future__ import annotations

import json

import pytest

from testwright.cli.main import run


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("[tool.testwright]\nseed = 4\n")
    (tmp_path / "shop.py").write_text("def f(): ...\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_config_shows_each_value_and_its_source(project, monkeypatch, capsys):
    monkeypatch.setenv("TESTWRIGHT_JOBS", "3")
    assert run(["config", "--budget", "2", "--json"]) == 0
    options = json.loads(capsys.readouterr().out)["options"]
    assert options["seed"] == {"value": 4, "source": "pyproject.toml:2"}
    assert options["jobs"] == {"value": 3, "source": "TESTWRIGHT_JOBS"}
    assert options["budget"] == {"value": 2.0, "source": "--budget"}
    assert options["private"] == {"value": True, "source": "default"}


def test_config_shows_a_table(project, capsys):
    assert run(["config", "--no-private"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["private", "false", "--no-private"] in lines
    assert ["seed", "4", "pyproject.toml:2"] in lines


def test_doctor_finds_this_environment_well(project, capsys):
    code = run(["doctor", "--json"])
    document = json.loads(capsys.readouterr().out)
    checks = {check["name"]: check for check in document["checks"]}
    assert checks["interpreter"]["ok"] is True
    assert checks["its pytest"]["ok"] is True
    assert checks["sandbox"]["ok"] is True
    assert "audit" in checks["sandbox"]["answer"]
    assert (code, document["ok"]) == (0, True)


def test_doctor_says_what_to_do_about_what_is_missing(project, capsys):
    assert run(["doctor", "--python", "/no/such/python"]) == 2
    out = capsys.readouterr().out
    assert "FAILED" in out
    assert "[python-not-found]" in out
    assert "interpreter: name the interpreter" in out


def test_doctor_says_which_model_would_be_asked_and_where(project, capsys, monkeypatch):
    def model(*flags):
        run(["doctor", "--json", *flags])
        return next(check for check in json.loads(capsys.readouterr().out)["checks"] if check["name"] == "model")

    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert model()["answer"].startswith("none")
    assert model("--model", "scripted:x.jsonl")["answer"] == "replies of x.jsonl"
    assert "[model-not-found]" in model("--model", "qwen")["answer"]
    assert model("--model", "qwen")["ok"] is False
    assert "[model-not-found]" in model("--model", "gone.gguf")["answer"]
    monkeypatch.setenv("OPENAI_BASE_URL", "https://far.example/v1")
    assert "[model-host-not-named]" in model("--model", "qwen")["answer"]
    offline = model("--model", "qwen", "--base-url", "https://far.example/v1", "--offline")
    assert "[model-offline]" in offline["answer"]
