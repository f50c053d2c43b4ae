from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from testwright.config.pytest_generator_settings import PytestGeneratorSettings, read_settings
from testwright.errors import ConfigError

WHOLE = """
model:
  repo: some/repo
  file: some.gguf
generation:
  n_ctx: 8192
  max_tokens: 100
  temperature: 0
  top_p: 0.9
  repeat_penalty: 1.1
  batch_size: 64
hardware:
  n_threads: 3
output:
  default_dir: out
prompt:
  template: |
    Test this:
    {code}
"""


def read(tmp_path: Path, text: str | bytes) -> PytestGeneratorSettings:
    file = tmp_path / "config.yaml"
    file.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return read_settings(str(file))


def refused(tmp_path: Path, text: str | bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert caught.value.slug == "config-invalid"
    return caught.value


def test_every_key_is_read(tmp_path):
    expected = PytestGeneratorSettings(
        *("some/repo", "some.gguf", 8192, 100, 0.0, 0.9, 1.1, 64, 3, "out", "Test this:\n{code}\n")
    )
    settings = read(tmp_path, WHOLE)
    assert replace(settings, given=frozenset()) == expected
    assert len(settings.given) == 11


def test_the_defaults_are_those_of_pytest_generator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = read_settings(None)
    assert settings == PytestGeneratorSettings()
    assert (settings.n_ctx, settings.max_tokens, settings.temperature, settings.default_dir) == (
        4096,
        3072,
        0.05,
        "./generated_tests/",
    )
    assert settings.model_address == "Priyansu19/pytest-8b-GGUF:pytest-8b-q4_k_m.gguf"
    same = read(tmp_path, "model:\ngeneration:\n  n_ctx:\nhardware: {n_threads: 0}\n")
    assert replace(same, given=frozenset()) == settings
    assert same.given == {"n_threads"}  # what is empty says nothing
    assert read(tmp_path, "") == settings


def test_a_model_file_that_is_there_needs_no_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.gguf").touch()
    assert replace(PytestGeneratorSettings(), file="own.gguf").model_address == "own.gguf"


def test_what_is_no_key_is_said_and_passed_over(tmp_path):
    settings = read(tmp_path, "generaton:\n  n_ctx: 1\ngeneration:\n  top_k: 5\n  max_token: 7\n  n_ctx: 10\n1: x\n")
    assert settings.n_ctx == 10
    first, second, third, fourth = settings.notes
    assert first.endswith("'generaton' is no key, and is passed over; did you mean 'generation'?")
    assert "'generation.top_k' is no key" in second
    assert "did you mean 'max_tokens'?" in third
    assert "'1' is no key" in fourth


def test_all_wrong_values_are_told_at_once(tmp_path):
    error = refused(
        tmp_path,
        """
        model: {repo: 5, file: ""}
        generation: {n_ctx: 0, max_tokens: true, temperature: -1, top_p: .nan, batch_size: 1.5}
        hardware: 8
        prompt: {template: "no place for it"}
        """,
    )
    for part in (
        "model.repo: 5 is not a text",
        "model.file: '' is not a text",
        "generation.n_ctx: 0 is less than 1",
        "generation.max_tokens: True is not a whole number",
        "generation.temperature: -1 is less than 0.0",
        "generation.top_p: nan",
        "generation.batch_size: 1.5",
        "hardware: 8 is not a table",
        "prompt.template: 'no place for it' has no {code}",
    ):
        assert part in error.message


@pytest.mark.parametrize(
    "text",
    ["a: [", "- a list", "just text", b"\xff\xfe\x00a", "!!python/object/apply:os.system [ls]", "a: &a [*a]\n b"],
)
def test_what_is_no_table_of_yaml_is_refused(tmp_path, text):
    assert refused(tmp_path, text).where.startswith(str(tmp_path / "config.yaml"))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"'nowhere\.yaml' cannot be read: No such file") as caught:
        read_settings("nowhere.yaml")
    assert caught.value.where == "nowhere.yaml"


def test_without_pyyaml_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, WHOLE)
    assert caught.value.slug == "pyyaml-missing"
    assert "testwright[compat]" in caught.value.hint
