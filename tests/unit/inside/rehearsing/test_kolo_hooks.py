"""Hooks that were written for Kolo change a test, without Kolo; what they do not touch stays as it was."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.rehearsing.project_functions import FunctionProblem, hooked

HOOKS = """
from kolo import plan_hook, step_hook
from kolo.generate_tests.steps import (
    AssertStatusCode, AssertEqual, Code, CodeComment, DjangoField, EndTestFunction, EndWith, FactoryCreate, Import,
    ModelCreate, TestFunction, With,
)

@step_hook(ModelCreate)
def by_factory(step):
    if step.module == "django.contrib.auth.models" and step.model == "User":
        fields = [field for field in step.fields if field.name != "email"]
        return [FactoryCreate("tests.factories", "UserFactory", fields, step.defines_variable_name)]
    return [step]

@step_hook(TestFunction)
def in_a_block(steps):
    begin, *inner, end = steps
    begin.fixtures = (*begin.fixtures, "caplog")
    where = With("caplog.at_level", ("logging.INFO",), imports={Import("import logging")})
    return [begin, *inner, where, Code("assert caplog.records == []"), EndWith(), end]

@plan_hook
def without_status(plan):
    plan.steps = [step for step in plan.steps if not isinstance(step, AssertStatusCode)]
    return plan
"""
TEST = {
    "name": "test_it",
    "imports": ["from django.contrib.auth.models import User", "from shop.models import Tag", "import json"],
    "fixtures": ["client", "db"],
    "decorators": [],
    "arrange": [
        'ann = User.objects.create_user(username="ann", email="a@example.com")',
        'Tag.objects.create(name="hot")',
        "ann.tags.add(Tag.objects.get())",
        "client.force_login(ann)",
    ],
    "request": ["with responses.RequestsMock() as upstream:", '    response = client.get(f"/{ann.pk}/")'],
    "asserts": [
        "assert response.status_code == 200",
        'assert response.json() == {"a": None, "by": ann.pk}',
        "assert not Tag.objects.exists()",
    ],
}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(tmp_path)
    before = {name for name in sys.modules if name.partition(".")[0] == "kolo"}

    def write(text: str) -> str:
        (tmp_path / "own_kolo_hooks.py").write_text(text)
        return "own_kolo_hooks"

    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] in ("kolo", "own_kolo_hooks")]:
        if name not in before:
            del sys.modules[name]


def test_hooks_of_kolo_change_a_test(module: Any) -> None:
    (told,) = json.loads(hooked({"hook_modules": [module(HOOKS)]}, [dict(TEST)]))
    assert told["arrange"] == ['ann = UserFactory(username="ann")', *TEST["arrange"][1:]]
    assert told["request"][:2] == TEST["request"]
    assert "assert response.status_code == 200" not in told["asserts"]
    assert told["fixtures"] == ["client", "db", "caplog"]
    assert "from tests.factories import UserFactory" in told["imports"]
    assert "import logging" in told["imports"]
    assert "from django.contrib.auth.models import User" not in told["imports"]  # nothing needs it any more
    lines = [*told["arrange"], *told["request"], *told["asserts"]]
    assert lines[-2:] == ["with caplog.at_level(logging.INFO):", "    assert caplog.records == []"]


def test_a_plan_that_no_hook_touches_gives_the_same_test(module: Any) -> None:
    (told,) = json.loads(hooked({"hook_modules": [module("import kolo")]}, [dict(TEST)]))
    parts = ("fixtures", "decorators", "arrange", "request", "asserts")
    assert {part: told[part] for part in parts} == {part: TEST[part] for part in parts}


@pytest.mark.parametrize(
    ("text", "slug", "said"),
    [
        ("from kolo import serve", "setting-not-importable", "'own_kolo_hooks' cannot be imported: ImportError"),
        (
            "from kolo import plan_hook\n@plan_hook\ndef hook(plan):\n    raise LookupError('no plan')",
            "project-function-failed",
            "raised LookupError: no plan",
        ),
    ],
)
def test_a_hook_that_does_not_do_is_told(module: Any, text: str, slug: str, said: str) -> None:
    with pytest.raises(FunctionProblem) as caught:
        hooked({"hook_modules": [module(text)]}, [dict(TEST)])
    assert (caught.value.slug, said in str(caught.value)) == (slug, True), str(caught.value)
