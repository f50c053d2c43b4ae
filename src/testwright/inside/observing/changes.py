"""Compares what the variables held before the step under test with what they hold after, and the scratch folder too."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..recipes import Call, Const, Name, Recipe, ScratchFile, Variable, walk
from ..scenario import Check, Scenario
from .capture import express
from .comparing import Comparer
from .objects import attribute_names, is_mock

__all__ = ["Held", "changed_variables", "changed_files", "hold", "writes_beside"]

CONTAINERS = (list, dict, set, bytearray, deque, OrderedDict, defaultdict, Counter)
MOST_FILES = 5
LARGEST_FILE = 1000
LARGEST_BINARY = 100


@dataclass(slots=True)
class Held:
    """What one variable held: a container's contents and length, or an object's attributes."""

    contents: Recipe | None = None
    length: int | None = None
    attributes: dict[str, Recipe | int | None] = field(default_factory=dict)


def hold(variables: dict[str, Any], module: str) -> dict[str, Held]:
    """Writes down what the variables hold; runs no code of their classes but reading stored attributes."""
    return {name: _held(value, module) for name, value in variables.items()}


def _held(value: Any, module: str) -> Held:
    if type(value) in CONTAINERS:
        return Held(express(value, module=module, verify=False), len(value))
    if is_mock(type(value)) or issubclass(type(value), type):  # never isinstance: `__class__` may be code too
        return Held()
    held = Held()
    for name in attribute_names(value):
        if _is_cache(type(value), name):
            continue
        try:
            stored = object.__getattribute__(value, name)
        except Exception:  # noqa: BLE001  an empty slot, or a descriptor that raises
            continue
        held.attributes[name] = _shallow(stored, module)
    return held


def _is_cache(kind: type, name: str) -> bool:
    """A `functools.cached_property` or its like: what it computed when it was first asked is no change."""
    held = next((vars(k)[name] for k in kind.__mro__ if name in vars(k)), None)
    described = type(held)
    return hasattr(described, "__get__") and not hasattr(described, "__set__") and not callable(held)


def _shallow(stored: Any, module: str) -> Recipe | int | None:
    """A recipe of the stored value; of a container that has none, its length, so that growing is seen."""
    recipe = express(stored, module=module, verify=False)
    if recipe is None and type(stored) in CONTAINERS:
        return len(stored)
    return recipe


def changed_variables(before: dict[str, Held], comparer: Comparer) -> list[Check]:
    """Checks of what the step under test changed in variables that earlier steps bound."""
    checks: list[Check] = []
    seen: set[int] = set()
    for name, held in before.items():
        value = comparer.variables.get(name)
        if id(value) in seen:
            continue  # two variables hold one object: say it once
        seen.add(id(value))
        checks += _changes(Variable(name), value, held, comparer)
    return checks


def _changes(subject: Recipe, value: Any, held: Held, comparer: Comparer) -> list[Check]:
    now = _held(value, comparer.module)
    if type(value) in CONTAINERS:
        return _container_changes(subject, value, held, now, comparer)
    changed = [n for n, recipe in now.attributes.items() if n not in held.attributes or held.attributes[n] != recipe]
    public = [n for n in changed if not n.startswith("_")]
    if checks := comparer.attributes(subject, value, public):
        return checks
    if not changed or type(value).__module__ != comparer.module:
        return []
    if words := comparer.in_its_words(subject, value):
        return words
    stored = set(now.attributes)
    properties = [n for n in comparer.public_names(value) if n not in stored]
    return comparer.attributes(subject, value, properties)[:3]


def _container_changes(subject: Recipe, value: Any, held: Held, now: Held, comparer: Comparer) -> list[Check]:
    if held.contents == now.contents and held.length == now.length:
        return []
    checks = comparer.compare(subject, value)
    if not checks and held.length != now.length:
        return [Check("equals", Call(Name("builtins", "len"), (subject,)), Const(len(value)))]
    return checks


def changed_files(
    scratch: Path, scenario: Scenario, comparer: Comparer, of_fixtures: Mapping[str, bytes]
) -> list[Check]:
    """Checks of small files in the scratch folder that neither the scenario's own recipes nor fixtures wrote so."""
    given = dict(of_fixtures) | {
        node.name: node.content if isinstance(node.content, bytes) else node.content.encode("utf-8", "replace")
        for step in scenario.steps
        for node in walk(step.recipe)
        if isinstance(node, ScratchFile) and node.content is not None
    }
    checks: list[Check] = []
    for path in sorted(scratch.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            continue
        name, content = str(path.relative_to(scratch)), path.read_bytes()
        expected = _file_contents(content)
        if given.get(name) != content and expected is not None and not comparer.volatile.recipe(expected):
            checks.append(Check("file", ScratchFile(name), expected))
    return checks[:MOST_FILES]


def writes_beside(scratch: Path, scenario: Scenario, of_fixtures: Mapping[str, bytes]) -> bool:
    """Something is left in the scratch folder that no step names, and no fixture wrote: its path was relative to the
    current folder.
    """
    steps = (node for step in scenario.steps for node in walk(step.recipe))
    named = {node.name.strip("/") for node in steps if isinstance(node, ScratchFile)} - {""}
    named |= of_fixtures.keys()
    left = (str(path.relative_to(scratch)) for path in scratch.rglob("*"))
    return any(
        not any(f"{name}/".startswith(f"{n}/") or f"{n}/".startswith(f"{name}/") for n in named) for name in left
    )


def _file_contents(content: bytes) -> Const | None:
    try:
        return Const(content.decode("utf-8"))
    except UnicodeDecodeError:
        return Const(content) if len(content) <= LARGEST_BINARY else None
