"""Decides which projects an audit is about: one, or several in one repository, each with its own settings and tests."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from testwright.config.interpreter import choose_interpreter
from testwright.config.options import OPTIONS, Options
from testwright.config.project import find_project, projects_below
from testwright.config.request import Request, find_settings, full_path, prepare_audit
from testwright.config.sources import load_settings
from testwright.errors import UsageError

__all__ = ["LIMITS", "JointRequest", "prepare_audits"]

LIMITS = ("audit_fail_under", "audit_diff_fail_under", "audit_max_crap", "audit_ratchet")
"""Options that judge what was measured: of all projects together, and of each by itself what its own file says."""


@dataclass(frozen=True, slots=True)
class JointRequest:
    """Several projects below the folder `root`, by their folders there, with "/" in them. `options` are those of all
    together: what the user gave, and what stands in the pyproject.toml of `root`.
    """

    root: str
    options: Options
    parts: Mapping[str, Request]


def prepare_audits(
    texts: Sequence[str], flags: Mapping[str, Any], *, runs_suite: bool = False
) -> Request | JointRequest:
    """What `prepare_audit` gives for the one project that `texts` are of, or that for each of several.

    A folder that has no source itself stands for the projects in it. Raises what `prepare_audit` does.
    """
    by_root = _by_project(texts, flags)
    if len(by_root) > 1:
        return _joint(by_root, flags, runs_suite)
    (found,) = by_root.values() if by_root else (list(texts),)
    return prepare_audit(found, flags, runs_suite=runs_suite)


def _by_project(texts: Sequence[str], flags: Mapping[str, Any]) -> dict[str, list[str]]:
    """By the real path of each project's root what is meant of it; a dotted name is one of the first project's."""
    found: dict[str, list[str]] = {}
    names = []
    for text in texts:
        path = os.path.expanduser(text.partition(":")[0])
        if not os.path.exists(path):
            names.append(text)
        for place in _places(text, path, flags) if os.path.exists(path) else ():
            found.setdefault(_root_of(place), []).append(place)
    if not texts:
        here = os.getcwd()
        places = _places(here, here, flags)
        found = {_root_of(place): [place] for place in places} if places != [here] else {}
    for first in [*found.values()][:1]:
        first += names
    return found


def _places(text: str, path: str, flags: Mapping[str, Any]) -> list[str]:
    """The text, or the projects in the folder that it names where there is no source in that."""
    if not os.path.isdir(path):
        return [text]
    project, _ = find_settings(flags, [path])
    return [text] if project.has_source_in(path) else projects_below(path) or [text]


def _root_of(text: str) -> str:
    return os.path.realpath(find_project(os.path.expanduser(text.partition(":")[0])).root)


def _joint(by_root: Mapping[str, list[str]], flags: Mapping[str, Any], runs_suite: bool) -> JointRequest:
    root = _folder_of_all([*by_root])
    project = find_project(root)
    config_file = project.config_file if os.path.realpath(project.root) == root else ""
    settings = load_settings(config_file, flags=flags)
    options = settings.options
    if options.audit_ratchet:
        options = replace(options, audit_ratchet=full_path("audit_ratchet", options.audit_ratchet, settings, project))
    _require_places(flags.get("tests") or (), [*by_root])
    parts = {}
    for place, texts in sorted(by_root.items()):
        label = os.path.relpath(place, root).replace(os.sep, "/")
        parts[label] = _part(texts, _flags_of(place, root, flags), root, runs_suite)
    return JointRequest(root, options, parts)


def _folder_of_all(roots: Sequence[str]) -> str:
    """The project of the current folder if they lie in it, as in a repository; else the folder they have in common."""
    here = os.path.realpath(find_project(os.getcwd()).root)
    return here if all(_is_in(root, here) for root in roots) else os.path.commonpath(roots)


def _flags_of(place: str, root: str, flags: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are one project's to follow. Tests are run in the project that they lie in."""
    own = {name: value for name, value in flags.items() if name not in LIMITS}
    own["tests"] = tuple(test for test in flags.get("tests") or () if _is_in(os.path.realpath(test), place)) or None
    if own.get("python") is None and (python := _shared_interpreter(place, root, own)):
        own["python"] = python
    return own


def _shared_interpreter(place: str, root: str, flags: Mapping[str, Any]) -> str:
    """That of the environment in the folder of all, as workspaces have one; "" where the project has or names its own."""
    _, settings = find_settings(flags, [place])
    source = next(value.source for value in settings.values if value.name == "python")
    if source not in ("default", "VIRTUAL_ENV"):
        return ""
    python, found = choose_interpreter(root, {})
    return python if found != "default" else ""


def _part(texts: Sequence[str], flags: Mapping[str, Any], root: str, runs_suite: bool) -> Request:
    request = prepare_audit(texts, flags, runs_suite=runs_suite)
    project = request.project
    limits = {name: OPTIONS[name].default for name in LIMITS}
    if os.path.realpath(project.root) != root:  # else they are those of all
        settings = load_settings(project.config_file, environment={})
        limits = {name: getattr(settings.options, name) for name in LIMITS}
        if ratchet := limits["audit_ratchet"]:
            limits["audit_ratchet"] = full_path("audit_ratchet", ratchet, settings, project)
    return replace(request, options=replace(request.options, **limits))


def _require_places(tests: Sequence[str], roots: Sequence[str]) -> None:
    for test in tests:
        if not any(_is_in(os.path.realpath(test), root) for root in roots):
            raise UsageError(
                f"{test!r} lies in none of the projects that are audited",
                slug="bad-usage",
                where="--tests",
                hint="name tests of these projects, or the project of the tests too",
            )


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
