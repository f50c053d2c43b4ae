"""What is set for Kolo is taken as it is; our own settings go before it, and what it does not know is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from testwright.config.kolo_settings import project_functions
from testwright.config.sources import load_settings
from testwright.errors import ConfigError

KOLO = """
[filters]
ignore_request_paths = ["/static/"]

[test_generation]
factories = [{path = "tests.factories.UserFactory"}, {path = "tests.factories.ToolFactory", pk = true}]
trace_processors = ["tools.header"]
field_parsers = ["tools.field"]
hook_imports = ["tools.hooks"]
output_dir = "tests"
"""


@pytest.fixture
def chosen(make_files: Any) -> Any:
    def choose(**files: str) -> Any:
        names = {"pyproject": "pyproject.toml", "kolo": ".kolo/config.toml"}
        root = Path(make_files({"pyproject.toml": "", **{names[name]: text for name, text in files.items()}}))
        settings = load_settings(str(root / "pyproject.toml"), environment={})
        return project_functions(settings, str(root))

    return choose


def test_the_settings_of_kolo_are_read(chosen: Any) -> None:
    found = chosen(kolo=KOLO)
    assert found.to_plain() == {
        "factories": [
            {"path": "tests.factories.UserFactory", "pk": False},
            {"path": "tests.factories.ToolFactory", "pk": True},
        ],
        "trace_processors": ["tools.header"],
        "field_parsers": ["tools.field"],
        "hooks": [],
        "hook_modules": ["tools.hooks"],
    }
    assert set(found.sources.values()) == {".kolo/config.toml", "default"}
    assert found.notes == []


def test_pyproject_goes_before_the_file_of_kolo_as_a_whole(chosen: Any) -> None:
    found = chosen(kolo=KOLO, pyproject='[tool.kolo.test_generation]\nfield_parsers = ["other.field"]\n')
    assert (found.field_parsers, found.factories, found.trace_processors) == (("other.field",), (), ())
    assert found.sources["field_parsers"] == "pyproject.toml"


def test_ours_go_before_those_of_kolo_kind_by_kind(chosen: Any) -> None:
    own = '[tool.testwright.generate-test]\nfactories = ["own.Factory"]\nhooks = ["own.hook"]\n'
    found = chosen(kolo=KOLO, pyproject=own)
    assert found.factories == ({"path": "own.Factory", "pk": False},)
    assert found.field_parsers == ("tools.field",)
    assert (found.hooks, found.hook_modules) == (("own.hook",), ())
    assert found.sources["factories"] == "pyproject.toml:2"


def test_an_unknown_key_is_said(chosen: Any) -> None:
    (note,) = chosen(kolo='[test_generation]\nhook_import = ["x"]\n').notes
    assert note.endswith("'hook_import' is no key of test_generation, and is passed over; did you mean 'hook_imports'?")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[test_generation]\nfield_parsers = "one"\n', "field_parsers = 'one' is not a list of texts"),
        ("[test_generation]\nfactories = [{pk = true}]\n", "is no dotted path, nor a table of path and pk"),
        ("test_generation = 3\n", "test_generation = 3 is not a table"),
        ("[test_generation\n", "the file cannot be read"),
    ],
)
def test_what_cannot_be_used_is_quoted(chosen: Any, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        chosen(kolo=text)
    assert said in str(caught.value)
    assert ".kolo/config.toml" in caught.value.where
    assert caught.value.slug == "config-invalid"
