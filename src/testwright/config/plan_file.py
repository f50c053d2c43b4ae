"""Reads a plan back: which functions each of its tasks names, as targets for `testwright generate`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from xml.parsers import expat

from testwright.config.project import Project
from testwright.config.safe_xml import safe_parser, unspelled
from testwright.config.targets import resolve_targets
from testwright.errors import ProjectError, UsageError

__all__ = ["PlannedTask", "plan_kind", "read_plan", "require_task", "still_there", "targets_of"]

_SCHEMA = 1
_KINDS = {".xml": "xml", ".json": "json", ".md": "md"}
_GONE = ("function-not-found", "target-not-found")


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """`targets` are as `testwright generate` takes them in the project's root, each once; `test_files` are by module, where
    the plan has any, and so are the `paths` of the modules. `project` is its folder where the plan is of several.
    """

    number: int
    name: str
    targets: tuple[str, ...]
    test_files: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    project: str = ""


Targets: TypeAlias = list[PlannedTask]


def plan_kind(path: str) -> str:
    """ "xml", "json" or "md", by the file's name; raises UsageError `bad-value` for another."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in _KINDS:
        raise UsageError(
            f"{path!r} does not say what kind of plan it is",
            slug="bad-value",
            where="--plan",
            hint="name a file that ends in .xml, .json or .md",
        )
    return _KINDS[ending]


def read_plan(path: str) -> Targets:
    """The tasks of a plan in JSON or XML, told apart by their content, in the file's order.

    Raises ProjectError `plan-not-found` and `plan-unreadable`; Markdown is for people and is refused.
    """
    content = _content(path)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    try:
        if start == b"<":
            return _from_xml(content)
        if start == b"{":
            return _from_json(content)
    except expat.ExpatError as error:
        raise _unreadable(path, f"it is damaged XML: {error}") from error
    except (ValueError, LookupError, RecursionError) as error:
        raise _unreadable(path, str(error)) from error
    if path.lower().endswith(".md"):
        raise _unreadable(path, "Markdown is for people, and is not read back")
    raise _unreadable(path, "it is empty" if not content.strip() else "it is neither JSON nor XML")


def targets_of(tasks: Sequence[PlannedTask], number: int | None = None) -> tuple[str, ...]:
    """Of all tasks, or of that number, each target once. Raises UsageError `plan-task-not-found`."""
    if number is not None:
        require_task(number, [task.number for task in tasks])
    chosen = [task for task in tasks if number is None or task.number == number]
    return tuple(dict.fromkeys(target for task in chosen for target in task.targets))


def require_task(number: int, numbers: Sequence[int]) -> None:
    """Raises UsageError `plan-task-not-found`, which says which tasks there are."""
    if number not in numbers:
        there = f"tasks {min(numbers)} to {max(numbers)}" if len(numbers) > 1 else f"{len(numbers)} tasks"
        raise UsageError(
            f"there is no task {number} in the plan",
            slug="plan-task-not-found",
            where=f"--task {number}",
            hint=f"it has {there if len(numbers) != 1 else f'task {numbers[0]} alone'}",
        )


def still_there(targets: Iterable[str], project: Project, python: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The targets that the project has, and those that are gone since the plan was made, both in order.

    Raises what `resolve_targets` does of anything else, such as a file that is no Python any more.
    """
    named = list(targets)
    if _are_there(named, project, python):  # as they mostly are: each module is then parsed once, not once a function
        return tuple(named), ()
    kept: list[str] = []
    gone: list[str] = []
    for target in named:
        (kept if _are_there([target], project, python) else gone).append(target)
    return tuple(kept), tuple(gone)


def _are_there(targets: Sequence[str], project: Project, python: str) -> bool:
    try:
        resolve_targets(targets, project, python)
    except UsageError as error:
        if error.slug not in _GONE:
            raise
        return False
    return True


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"the plan {path!r} cannot be read: {getattr(error, 'strerror', None) or error}",
            slug="plan-not-found",
            where=path,
            hint="make it with `testwright audit --plan plan.json`",
        ) from error


def _unreadable(path: str, why: str) -> ProjectError:
    return ProjectError(
        f"{path!r} cannot be read as a plan: {why}",
        slug="plan-unreadable",
        where=path,
        hint="make it anew with `testwright audit --plan plan.json`, or plan.xml",
    )


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _from_json(content: bytes) -> Targets:
    told = json.loads(content.decode("utf-8-sig"))
    if not isinstance(told, dict) or not isinstance(told.get("tasks"), list):
        raise ValueError('it has no list of "tasks"')
    _require_schema(told.get("schema"))
    return _checked([_json_task(place, task) for place, task in enumerate(told["tasks"], 1)])


def _json_task(place: int, told: Any) -> PlannedTask:
    try:
        read = _ReadTask(_int(told["number"]), _str(told["name"]), _str(told.get("project", "")))
        for module in told["modules"]:
            name = _str(module["module"])
            read.files[name], read.paths[name] = _str(module["test_file"]), _str(module.get("path", ""))
            read.targets += [_str(function["target"]) for function in module["functions"]]
        return read.finished()
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"its task {place} is none: {type(error).__name__}: {error}") from error


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _int(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r} is no whole number")
    return value


# ── XML ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _from_xml(content: bytes) -> Targets:
    plan = _PlanElements()
    parser = safe_parser()
    parser.StartElementHandler = plan.started
    parser.Parse(content, True)
    return _checked([task.finished() for task in plan.tasks])


class _PlanElements:
    """Takes the beginnings of elements; all that is read back is in their attributes."""

    def __init__(self) -> None:
        self.tasks: list[_ReadTask] = []
        self._inside = False

    def started(self, name: str, attributes: dict[str, str]) -> None:
        if not self._inside:
            if name != "plan":
                raise ValueError(f"it is XML of <{name}>, and a plan is <plan>")
            _require_schema(_whole(attributes, "schema"))
            self._inside = True
        elif name == "task":
            project = unspelled(attributes.get("project", ""))
            self.tasks.append(_ReadTask(_whole(attributes, "number"), attributes.get("name", ""), project))
        elif name in ("module", "function") and not self.tasks:
            raise ValueError(f"a <{name}> of it stands in no <task>")
        elif name == "module":
            module, task = unspelled(_given(name, attributes, "name")), self.tasks[-1]
            task.files[module] = unspelled(attributes.get("test-file", ""))
            task.paths[module] = unspelled(attributes.get("path", ""))
        elif name == "function":
            self.tasks[-1].targets.append(unspelled(_given(name, attributes, "target")))


def _given(element: str, attributes: Mapping[str, str], name: str) -> str:
    if name not in attributes:
        raise ValueError(f"a <{element}> of it has no {name!r}")
    return attributes[name]


def _whole(attributes: Mapping[str, str], name: str) -> int:
    value = attributes.get(name, "")
    if not value.isdecimal():
        raise ValueError(f"its {name} {value!r} is no whole number")
    return int(value)


# ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _require_schema(schema: Any) -> None:
    if schema != _SCHEMA:
        raise ValueError(f"its schema {schema!r} is not {_SCHEMA}")


@dataclass(slots=True)
class _ReadTask:
    """A task as far as it is read."""

    number: int
    name: str
    project: str
    targets: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def finished(self) -> PlannedTask:
        files, paths = ({m: path for m, path in each.items() if path} for each in (self.files, self.paths))
        return PlannedTask(self.number, self.name, tuple(dict.fromkeys(self.targets)), files, paths, self.project)


def _checked(tasks: Targets) -> Targets:
    numbers = [task.number for task in tasks]
    twice = [number for number in numbers if numbers.count(number) > 1]
    if twice:
        raise ValueError(f"it has task {twice[0]} twice")
    return tasks
