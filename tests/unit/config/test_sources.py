"""A value comes from the highest source that gives one, and every problem of every source is told."""

from __future__ import annotations

import os

import pytest

from testwright.config.sources import load_settings
from testwright.errors import ConfigError


@pytest.fixture
def config_file(make_files):
    def make(table: str) -> str:
        return str(
            make_files({"pyproject.toml": f"[project]\nname = 'a'\n\n[tool.testwright]\n{table}\n"}) / "pyproject.toml"
        )

    return make


def source_of(settings, name):
    return next(value.source for value in settings.values if value.name == name)


def test_without_any_source_there_are_defaults():
    settings = load_settings(environment={})
    assert {value.source for value in settings.values} == {"default"}


def test_each_source_outranks_the_one_before(config_file):
    file = config_file("seed = 2\nbudget = 1.5\njobs = 4")
    environment = {"TESTWRIGHT_SEED": "3", "TESTWRIGHT_JOBS": "5"}
    settings = load_settings(file, environment=environment, flags={"seed": "4"})
    assert (settings.options.seed, settings.options.jobs, settings.options.budget) == (4, 5, 1.5)
    assert source_of(settings, "seed") == "--seed"
    assert source_of(settings, "jobs") == "TESTWRIGHT_JOBS"
    assert source_of(settings, "budget") == "pyproject.toml:6"


def test_the_table_of_a_command_has_keys_of_its_own(config_file):
    table = (
        '[tool.testwright.generate-test]\nhttp = "vcr"\nqueries = true\nfactories = ["a.B", {path = "a.C", pk = true}]'
    )
    settings = load_settings(config_file(table), environment={}, flags={"generate_test_http": "respx"})
    options = settings.options
    assert (options.generate_test_http, options.generate_test_queries) == ("respx", True)
    assert [each["pk"] for each in options.generate_test_factories] == [False, True]
    assert source_of(settings, "generate_test_queries") == "pyproject.toml:7"
    environment = {"TESTWRIGHT_GENERATE_TEST_TIME": "freezegun"}
    assert load_settings(environment=environment).options.generate_test_time == "freezegun"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('htpp = "vcr"', "unknown key 'htpp' in [tool.testwright.generate-test]; did you mean 'http'?"),
        ('http = "telnet"', "generate-test.http = 'telnet' is none of vcr"),
        ("factories = [3]", "generate-test.factories = 3 is no dotted path"),
        ("seed = 3", "unknown key 'seed' in [tool.testwright.generate-test]"),
    ],
)
def test_what_is_wrong_in_the_table_of_a_command_is_said(config_file, table, said):
    with pytest.raises(ConfigError) as caught:
        load_settings(config_file(f"[tool.testwright.generate-test]\n{table}"), environment={})
    assert said in str(caught.value)
    assert caught.value.where.endswith("pyproject.toml:6")


def test_a_flag_not_given_outranks_nothing(config_file):
    settings = load_settings(config_file("seed = 2"), environment={}, flags={"seed": None, "without": ()})
    assert settings.options.seed == 2


def test_the_name_of_a_switched_off_flag_is_the_one_given():
    settings = load_settings(environment={}, flags={"private": False})
    assert (settings.options.private, source_of(settings, "private")) == (False, "--no-private")


def test_lists_come_as_lists_paths_or_repeated_flags(config_file):
    file = config_file('exclude = ["a/*"]')
    settings = load_settings(
        file,
        environment={"TESTWRIGHT_SOURCE": os.pathsep.join(["src", "lib"])},
        flags={"without": ("mutation", "learning")},
    )
    options = settings.options
    assert (options.exclude, options.source, options.without) == (("a/*",), ("src", "lib"), ("mutation", "learning"))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("seed = 'x'", "seed = 'x' is not a whole number"),
        ("seed = 1.5", "seed = 1.5 is not a whole number"),
        ("seed = true", "seed = True is not a whole number"),
        ("budget = nan", "budget = nan is not a number"),
        ("budget = -1", "budget = -1 is less than 0"),
        ("jobs = 0", "jobs = 0 is less than 1"),
        ("private = 'maybe'", "private = 'maybe' is neither true nor false"),
        ("exclude = [1]", "exclude = [1] is not a list of texts"),
        ("without = ['mutatoin']", "without = 'mutatoin' is none of agreement, callbacks, callers"),
        ("output = 3", "output = 3 is not text"),
        ("output = ''", "output is empty"),
        ("max_executions = 3", "unknown key 'max_executions' in [tool.testwright]; did you mean 'max-executions'?"),
        ("diff = true", "unknown key 'diff' in [tool.testwright]"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_line(config_file, table, message):
    file = config_file(table)
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environment={})
    assert caught.value.slug == "config-invalid"
    assert caught.value.message.startswith(message)
    assert caught.value.where == f"{file}:5"


def test_all_problems_are_told_at_once(config_file):
    file = config_file("sed = 1\njobs = 'many'")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environment={"TESTWRIGHT_BUDGET": "big"}, flags={"seed": "-1"})
    message = caught.value.message
    assert message.startswith("4 options cannot be used")
    for part in ("pyproject.toml:5", "'sed'", "pyproject.toml:6", "'many'", "TESTWRIGHT_BUDGET", "--seed"):
        assert part in message


def test_a_slip_in_a_variable_is_told_but_a_stranger_is_not_ours():
    with pytest.raises(ConfigError, match="did you mean 'TESTWRIGHT_BUDGET'"):
        load_settings(environment={"TESTWRIGHT_BUGET": "3"})
    assert load_settings(environment={"TESTWRIGHT_SHARED": "/data"}).options.seed == 1


def test_a_line_is_found_in_the_right_table_only(make_files):
    text = "[tool.other]\nbuget = 1\n\n[tool.testwright]\nseed = 1\n'buget' = 2\n"
    file = str(make_files({"pyproject.toml": text}) / "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environment={})
    assert caught.value.where == f"{file}:6"


@pytest.mark.parametrize(("text", "line"), [("a = \n", 1), ("[project]\nname = 'x", 2), ("a = 1\nb = = 2\n", 2)])
def test_a_file_that_is_not_toml_is_told_with_its_line(make_files, text, line):
    file = str(make_files({"pyproject.toml": text}) / "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environment={})
    assert caught.value.where == f"{file}:{line}"


def test_a_table_of_the_wrong_kind_is_told(make_files):
    file = str(make_files({"pyproject.toml": "tool.testwright = 3\n"}) / "pyproject.toml")
    with pytest.raises(ConfigError, match="is not a table"):
        load_settings(file, environment={})
