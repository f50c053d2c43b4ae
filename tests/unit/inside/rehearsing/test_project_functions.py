"""Functions that settings name are imported and called in the worker; what is wrong with them is told by name."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from testwright.errors import ProjectError
from testwright.execute.rehearse import DjangoPlace, call_functions, learn_facts
from testwright.inside.rehearsing.project_functions import FunctionProblem, hooked, importable, imported, processed
from testwright.nouns.project_functions import ProjectFunctions

TOOLS = """
from datetime import date
from decimal import Decimal
import os

SEEN = []

def added(context):
    return {"title": context["test_name"].title(), "on": date(2026, 1, 2), "some": {3, 1}}

def more(context):
    return {"title": context["title"] + "!"}

def nothing(context):
    context["test_name"] = "changed in place"

def breaks(*given):
    raise LookupError("no such thing")

def nonsense(*given):
    return 7

def opaque(context):
    return {"it": object()}

def shout(value, field):
    if field == "django.db.models.fields.CharField" and (field.model, field.name) == ("shop.Tag", "name"):
        return value.upper()
    return Decimal("1.5") if field.name == "seats" else value

def unwritable(value, field):
    return object()

def ends(value, field):
    os._exit(3)

def marked(test):
    return {"decorators": ["@pytest.mark.slow"], "imports": [*test["imports"], "import pytest"]}

def no_lines(test):
    return {"asserts": "assert True"}

def no_python(test):
    test["request"] = ["response = ("]

number = 3
"""
TEST = {
    "name": "test_it",
    "imports": [],
    "fixtures": ["client"],
    "decorators": [],
    "arrange": [],
    "request": ['response = client.get("/")'],
    "asserts": ["assert response.status_code == 200"],
}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_tools.py").write_text(TOOLS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own_tools", raising=False)


@pytest.mark.usefixtures("tools")
def test_processors_add_names_one_after_the_other() -> None:
    functions = {"trace_processors": ["own_tools.added", "own_tools.more", "own_tools.nothing"]}
    (told,) = json.loads(processed(functions, [{"test_name": "test_it", "trace": "trc_1", "kept": [1]}]))
    assert told == {"title": "Test_It!", "on": "2026-01-02", "some": [1, 3], "test_name": "changed in place"}


@pytest.mark.usefixtures("tools")
def test_hooks_change_the_parts_of_a_test() -> None:
    (told,) = json.loads(hooked({"hooks": ["own_tools.marked"]}, [dict(TEST)]))
    assert told["decorators"] == ["@pytest.mark.slow"]
    assert told["imports"] == ["import pytest"]
    assert told["request"] == TEST["request"]


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize(
    ("call", "kind", "path", "said"),
    [
        (processed, "trace_processors", "breaks", "raised LookupError: no such thing for trace trc_1"),
        (processed, "trace_processors", "nonsense", "gave 7, not a dictionary"),
        (processed, "trace_processors", "opaque", "gave 'it' = <object"),
        (hooked, "hooks", "breaks", "raised LookupError: no such thing for test 'test_it'"),
        (hooked, "hooks", "nonsense", "gave 7, not a dictionary"),
        (hooked, "hooks", "no_lines", "gave 'asserts' = 'assert True', which is no list of lines"),
        (hooked, "hooks", "no_python", "gave a test that is no Python"),
    ],
)
def test_what_is_wrong_with_a_function_is_told(call: Any, kind: str, path: str, said: str) -> None:
    with pytest.raises(FunctionProblem) as caught:
        call({kind: [f"own_tools.{path}"]}, [{**TEST, "trace": "trc_1"}])
    assert f"'own_tools.{path}' {said}" in str(caught.value)
    assert (caught.value.slug, caught.value.kind) == ("project-function-failed", kind)


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("path", ["own_tools.missing", "missing.tools", "tools", "own_tools.number", "own_tools."])
def test_a_path_that_leads_to_nothing_is_told(path: str) -> None:
    with pytest.raises(FunctionProblem, match=f"'{path}'") as caught:
        importable({"hooks": [path]})
    assert caught.value.slug == "setting-not-importable"
    assert imported("own_tools.number", "hooks") == 3


# -- in the worker ----------------------------------------------------------------------------------------------------


def place_with(shop: Path, tmp_path: Path, **named: Any) -> DjangoPlace:
    root = shutil.copytree(shop, tmp_path / "project")
    (root / "own_tools.py").write_text(TOOLS)
    sources = dict.fromkeys(named, "pyproject.toml:3")
    functions = ProjectFunctions(**named, sources=sources)
    return DjangoPlace(
        root=str(root), python=sys.executable, project_path=(str(root),), settings="settings", functions=functions
    )


def value(label: str, attname: str, text: str, imports: str = "") -> dict[str, str]:
    return {"label": label, "attname": attname, "text": text, "imports": imports}


def test_parsers_are_called_for_every_field(shop: Path, tmp_path: Path) -> None:
    place = place_with(shop, tmp_path, field_parsers=["own_tools.shout"])
    orders = [
        value("shop.Tag", "name", '"hot"'),
        value("shop.Customer", "name", '"Ada"'),
        value("shop.Cafe", "seats", "4"),
        value("shop.Order", "takes", "timedelta(hours=1)", "from datetime import timedelta"),
    ]
    told = call_functions(place, tmp_path, "field_parsers", orders)
    assert told == [["HOT"], None, [["std", "decimal.Decimal", "1.5"]], None]


@pytest.mark.parametrize(
    ("named", "slug", "said"),
    [
        ({"field_parsers": ["own_tools.breaks"]}, "project-function-failed", "raised LookupError: no such thing"),
        ({"field_parsers": ["own_tools.unwritable"]}, "project-function-failed", "which no test can write down"),
        ({"field_parsers": ["own_tools.ends"]}, "project-function-failed", "ended the process, or did not end"),
    ],
)
def test_a_parser_that_fails_is_told(shop: Path, tmp_path: Path, named: Any, slug: str, said: str) -> None:
    place = place_with(shop, tmp_path, **named)
    with pytest.raises(ProjectError, match=said) as caught:
        call_functions(place, tmp_path, "field_parsers", [value("shop.Tag", "name", '"hot"')])
    assert (caught.value.slug, caught.value.where) == (slug, "pyproject.toml:3")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("path", "said"),
    [("own_tools.missing", "cannot be imported: AttributeError"), ("own_tools.shout", "no factory of factory_boy")],
)
def test_a_factory_that_is_none_is_told(shop: Path, tmp_path: Path, path: str, said: str) -> None:
    place = place_with(shop, tmp_path, factories=[{"path": path, "pk": False}])
    with pytest.raises(ProjectError, match=said) as caught:
        learn_facts(place, tmp_path)
    assert caught.value.slug == "setting-not-importable"
