"""Holds the floor that the coverage of each file may not fall below, keeps it in a file and raises it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from testwright.assess.baseline import Counts, counts_of, plain_counts
from testwright.errors import ProjectError
from testwright.nouns.coverage import ModuleCoverage

__all__ = ["Drop", "Raised", "drops", "floors_of", "raised_floors", "read_floors", "floors_text"]

_SCHEMA = 1
_KEYS = {"schema", "files"}
Floors: TypeAlias = Mapping[str, Counts]
"""By path relative to the root, with "/" in it."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that is below its floor."""

    path: str
    floor: Counts
    now: Counts


@dataclass(frozen=True, slots=True)
class Raised:
    """The new floors and, by path, what became of the old: a refused one is above what the file has now, and stays."""

    floors: Floors
    added: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    refused: tuple[Drop, ...] = ()


def floors_of(modules: Iterable[ModuleCoverage]) -> dict[str, Counts]:
    """What the files have now."""
    return {module.path: Counts(module.covered, module.statements, module.taken, module.branches) for module in modules}


def drops(floors: Floors, now: Floors) -> tuple[Drop, ...]:
    """By path. A file without a floor, as a new or a renamed one, cannot fall below it; nor can one that is gone."""
    both = sorted(path for path in now if path in floors)
    return tuple(Drop(path, floors[path], now[path]) for path in both if now[path].is_below(floors[path]))


def raised_floors(floors: Floors, now: Floors, root: str) -> Raised:
    """A floor is only ever raised. Those of files that are not below the folder `root` any more are dropped; of files
    that are there but were not counted this time they stay as they are.
    """
    refused = drops(floors, now)
    fallen = {drop.path for drop in refused}
    dropped = sorted(path for path in floors if path not in now and not os.path.exists(os.path.join(root, path)))
    raised = sorted(
        path for path in now if path in floors and path not in fallen and _is_above(now[path], floors[path])
    )
    added = sorted(path for path in now if path not in floors)
    kept = {path: floor for path, floor in floors.items() if path not in set(dropped)}
    new = {**kept, **{path: now[path] for path in [*raised, *added]}}
    return Raised(dict(sorted(new.items())), tuple(added), tuple(raised), tuple(dropped), refused)


def _is_above(now: Counts, floor: Counts) -> bool:
    """One that says something of branches is above one that does not, at the same lines."""
    if floor.branches is None and now.branches is not None:
        return True
    return floor.is_below(now) and (now.branches is None) == (floor.branches is None)


def read_floors(path: str, *, required: bool = True) -> dict[str, Counts]:
    """The floors in the file; none if it is not `required` and not there. Raises ProjectError for one that is damaged."""
    try:
        with open(path, encoding="utf-8") as stream:
            return _floors(json.load(stream, object_pairs_hook=_once_each))
    except FileNotFoundError as error:
        if not required:
            return {}
        raise _unreadable(path, "there is no such file", hint="make it by running once with --update") from error
    except json.JSONDecodeError as error:
        raise _unreadable(path, error.msg, line=error.lineno) from error
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path, str(error)) from error


def floors_text(floors: Floors) -> str:
    """One line a file, in order: two branches that raise different floors can be merged."""
    lines = [f"{json.dumps(name)}: {json.dumps(plain_counts(counts))}" for name, counts in sorted(floors.items())]
    files = "{\n" + ",\n".join(lines) + "\n}" if lines else "{}"
    return f'{{\n"schema": {_SCHEMA},\n"files": {files}\n}}\n'


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A merge can leave a file in it twice: which of the two counts would be chance."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} is in it twice")
        found[key] = value
    return found


def _floors(told: Any) -> dict[str, Counts]:
    if not isinstance(told, dict) or set(told) != _KEYS or not isinstance(told["files"], dict):
        raise ValueError('it is no object with "schema" and "files"')
    if told["schema"] != _SCHEMA:
        raise ValueError(f"schema {told['schema']!r} is not {_SCHEMA}")
    return {name: _floor(name, counts) for name, counts in told["files"].items()}


def _floor(name: str, told: Any) -> Counts:
    try:
        return counts_of(told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the floor of {name!r} is no counts: {error}") from error


def _unreadable(path: str, why: str, *, line: int = 0, hint: str = "") -> ProjectError:
    return ProjectError(
        f"the ratchet file {path!r} cannot be read: {why}",
        slug="ratchet-unreadable",
        where=f"{path}:{line}" if line else path,
        hint=hint or "restore it from version control, or delete it and make it anew",
    )
