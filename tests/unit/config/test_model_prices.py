"""Prices are checked where they are read: what is no price is an error, and never counts as nothing."""

from __future__ import annotations

import pytest

from testwright.config.model_options import MODEL_VERB
from testwright.config.options import OPTIONS
from testwright.config.sources import load_settings
from testwright.errors import ConfigError


def test_a_price_has_all_its_parts(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.testwright.model]\nname = "m"\n'
        'prices = [{model = "m", prompt = 2, reply = 8.5, date = 2026-11-01}, {model = "n", prompt = 0, reply = 0}]\n'
    )
    options = load_settings(str(tmp_path / "pyproject.toml"), environment={}).options
    assert options.model_name == "m"
    assert [dict(each) for each in options.model_prices] == [
        {"model": "m", "prompt": 2.0, "reply": 8.5, "currency": "USD", "date": "2026-11-01"},
        {"model": "n", "prompt": 0.0, "reply": 0.0, "currency": "USD", "date": ""},
    ]


@pytest.mark.parametrize(
    "price",
    ['{model = "m"}', '{model = "m", prompt = -1, reply = 1}', '{model = "m", prompt = "1", reply = 1}', '"m"',
     '{model = "m", prompt = nan, reply = 1}', '{model = "m", prompt = 1, reply = 1, date = "soon"}',
     '{model = "m", prompt = 1, reply = 1, per = 1000}'],
)  # fmt: skip
def test_what_is_no_price_is_refused(tmp_path, price):
    (tmp_path / "pyproject.toml").write_text(f"[tool.testwright.model]\nprices = [{price}]\n")
    with pytest.raises(ConfigError, match=r"model\.prices"):
        load_settings(str(tmp_path / "pyproject.toml"), environment={})


def test_the_options_of_models_are_of_no_command_by_themselves():
    verbs = {spec.name: spec.verbs for spec in OPTIONS.values() if spec.table == "model"}
    assert verbs.pop("model_name_tests") == ("generate",)  # the others have no file of the engine's
    assert set(verbs.values()) == {(MODEL_VERB,)}
