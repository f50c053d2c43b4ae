"""The table of options says of each one all that help, configuration and docs need."""

from __future__ import annotations

import sys

import pytest

from testwright.config.options import OPTIONS, Options, options_from


def test_defaults_are_those_that_the_help_promises():
    options = Options()
    assert (options.budget, options.max_executions, options.seed) == (5.0, None, 1)
    assert options.private is True
    assert options.python == sys.executable
    assert options.jobs >= 1


@pytest.mark.parametrize("spec", OPTIONS.values(), ids=lambda spec: spec.name)
def test_every_option_is_fully_declared(spec):
    assert spec.help.endswith(".")
    assert spec.flag or spec.configurable, "an option that nobody can set"
    if spec.kind != "flag" and spec.flag:
        assert spec.metavar
    assert spec.default_text or spec.default is not None


def test_keys_and_environment_names_follow_the_name():
    assert OPTIONS["max_executions"].key == "max-executions"
    assert OPTIONS["max_executions"].environment_name == "TESTWRIGHT_MAX_EXECUTIONS"


def test_absent_values_take_their_default():
    assert options_from({"seed": 7}) == Options(seed=7)
