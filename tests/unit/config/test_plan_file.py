"""Plans are read back as they were written; damaged, foreign and hostile files are refused with a reason."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testwright.config.plan_file import PlannedTask, plan_kind, read_plan, still_there, targets_of
from testwright.config.project import find_project
from testwright.errors import ProjectError, UsageError
from testwright.nouns import Effort, PlanFunction, PlanModule, PlanTask
from testwright.write.plan_files import plan_text

FUNCTION = PlanFunction(
    qualname="f",
    target="shop:f",
    line=1,
    end_line=2,
    signature="def f()",
    decorators=(),
    returns="",
    raises=(),
    is_async=False,
    docstring="",
    missing_lines=(2,),
    missing_branches=(),
    complexity=1,
    effort=Effort("S", 1),
)
BOMB = '<!DOCTYPE plan [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><plan schema="1"><task number="1" name="&b;"/></plan>'


def task(number: int, *targets: str, module: str = "shop", test_file: str = "", note: str = "") -> PlanTask:
    functions = tuple(replace(FUNCTION, target=t, qualname=t, source=note, docstring=note) for t in targets)
    modules = (PlanModule(module=module, path="shop.py", test_file=test_file, functions=functions, context=(note,)),)
    return PlanTask(
        number=number, name="a", objective=note, modules=modules, coverage_now=0, coverage_target=100, fixtures=(note,)
    )


ODD = st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(
    ["]]>", "<a>&amp;", "\\u0001", "\x00\x0b", "\udcff", "\ufffe", "\"'\n\r\t", "</plan>", "&#0;", "é漢"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.lists(ODD, min_size=1, max_size=3), ODD, ODD, ODD), max_size=3))
def test_what_is_written_is_read_back(tmp_path: Path, parts: list[tuple[list[str], str, str, str]]) -> None:
    tasks = [
        task(number, *targets, module=module, test_file=file, note=note)
        for number, (targets, module, file, note) in enumerate(parts, 1)
    ]
    expected = [
        (number, tuple(dict.fromkeys(targets)), {module: file} if file else {})
        for number, (targets, module, file, _) in enumerate(parts, 1)
    ]
    for kind in ("json", "xml"):
        path = tmp_path / "plan"
        path.write_bytes(plan_text(tasks, kind).encode())
        assert [(t.number, t.targets, dict(t.test_files)) for t in read_plan(str(path))] == expected, kind


def written(tmp_path: Path, text: str | bytes, name: str = "plan.xml") -> str:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_a_byte_order_mark_and_another_name_do_not_matter(tmp_path: Path, kind: str) -> None:
    text = plan_text([task(1, "shop:f")], kind)
    path = written(tmp_path, b"\xef\xbb\xbf" + text.encode(), "plan.txt")
    assert [each.targets for each in read_plan(path)] == [("shop:f",)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("# Test plan\n", "neither JSON nor XML"),
        ("<plan schema='1'><task", "damaged XML"),
        ("<coverage/>", "XML of <coverage>"),
        ("<plan/>", "schema '' is no whole number"),
        ("<plan schema='2'/>", "schema 2 is not 1"),
        ("<plan schema='1'><task number='x'/></plan>", "number 'x' is no whole number"),
        ("<plan schema='1'><function target='a:b'/></plan>", "a <function> of it stands in no <task>"),
        ("<plan schema='1'><task number='1'><function/></task></plan>", "a <function> of it has no 'target'"),
        ("<plan schema='1'><task number='1'/><task number='1'/></plan>", "it has task 1 twice"),
        ("<?xml version='1.0' encoding='klingon'?><plan schema='1'/>", "cannot be read as a plan"),
        (BOMB, "declares the entity 'a'"),
        ("{", "cannot be read as a plan: Expecting"),
        ("{}", 'no list of "tasks"'),
        ('{"tasks": [], "schema": 9}', "schema 9 is not 1"),
        ('{"schema": 1, "tasks": [3]}', "its task 1 is none: TypeError"),
        ('{"schema": 1, "tasks": [{"number": 1, "name": "a"}]}', "its task 1 is none: KeyError: 'modules'"),
        ('{"schema": 1, "tasks": [{"number": true, "name": "a", "modules": []}]}', "True is no whole number"),
        ('{"schema": 1, "tasks": ' + "[" * 100_000, "cannot be read as a plan"),
        (b"{\xff", "cannot be read as a plan"),
    ],
)
def test_what_is_no_plan_is_explained(tmp_path: Path, text: str | bytes, reason: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ProjectError, match=reason) as caught:
        read_plan(path)
    assert (caught.value.slug, caught.value.where) == ("plan-unreadable", path)
    assert repr(path) in caught.value.message


def test_a_target_that_is_no_text_is_refused(tmp_path: Path) -> None:
    told = json.loads(plan_text([task(1, "shop:f")], "json"))
    told["tasks"][0]["modules"][0]["functions"][0]["target"] = 3
    with pytest.raises(ProjectError, match="its task 1 is none: ValueError: 3 is no text"):
        read_plan(written(tmp_path, json.dumps(told)))


def test_markdown_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="Markdown is for people") as caught:
        read_plan(written(tmp_path, plan_text([task(1, "shop:f")], "md"), "plan.md"))
    assert "--plan plan.json" in caught.value.hint


def test_a_plan_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"plan\.json.*No such file") as caught:
        read_plan(str(tmp_path / "plan.json"))
    assert caught.value.slug == "plan-not-found"


@pytest.mark.parametrize(("path", "kind"), [("a/plan.xml", "xml"), ("plan.JSON", "json"), ("x.md", "md")])
def test_the_kind_is_told_by_the_name(path: str, kind: str) -> None:
    assert plan_kind(path) == kind


@pytest.mark.parametrize("path", ["plan", "plan.yaml", ".json"])
def test_a_name_without_a_kind_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match=repr(path)) as caught:
        plan_kind(path)
    assert caught.value.slug == "bad-value"


PLANNED = [PlannedTask(1, "a", ("a:f", "a:g")), PlannedTask(2, "b", ("b:h", "a:f"))]


def test_targets_are_of_one_task_or_of_all_each_once() -> None:
    assert targets_of(PLANNED) == ("a:f", "a:g", "b:h")
    assert targets_of(PLANNED, 2) == ("b:h", "a:f")
    assert targets_of([]) == ()


@pytest.mark.parametrize(("tasks", "told"), [(PLANNED, "tasks 1 to 2"), (PLANNED[:1], "task 1 alone"), ([], "0 tasks")])
def test_a_task_that_is_not_there_is_told_with_those_that_are(tasks: list[PlannedTask], told: str) -> None:
    with pytest.raises(UsageError, match="no task 7") as caught:
        targets_of(tasks, 7)
    assert (caught.value.slug, caught.value.hint) == ("plan-task-not-found", f"it has {told}")


def test_functions_that_are_gone_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "shop.py").write_text("class Cart:\n    def add(self): ...\ndef total(): ...\n")
    project = find_project(str(tmp_path))
    targets = ["shop:Cart.add", "shop:gone", "away.module:f", "shop:total"]
    assert still_there(targets, project, sys.executable) == (
        ("shop:Cart.add", "shop:total"),
        ("shop:gone", "away.module:f"),
    )


def test_a_file_that_is_no_python_any_more_is_not_just_gone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "shop.py").write_text("def f(:\n")
    with pytest.raises(ProjectError, match="not valid Python"):
        still_there(["shop:f"], find_project(str(tmp_path)), sys.executable)
