"""Sends recorded requests again in a sandboxed worker that has the project set up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.errors import ProjectError, SandboxError, UsageError
from testwright.nouns.django_facts import DjangoFacts
from testwright.nouns.project_facts import ProjectFacts
from testwright.nouns.project_functions import ProjectFunctions
from testwright.nouns.service_facts import ServiceFacts
from testwright.workers import project_environment, run_job

__all__ = ["DjangoPlace", "RehearsalPlace", "ServicePlace", "call_functions", "check", "learn_facts", "rehearse"]

_SETTING_UP, _OF_ONE = 300.0, 320.0
"""Seconds at most for the project, and for each request."""
_HINTS = {
    "no-django-settings": "name them: --settings shop.settings; or an application: --app shop.main:app",
    "django-not-set-up": "`python -m django check` says more",
    "no-test-database": "`python manage.py test` has to be able to make one",
    "django-missing": "install Django into the environment of the project",
    "application-not-loaded": "name it with --app MODULE:NAME",
    "setting-not-importable": "mend the dotted path, or take it out of the settings",
    "project-function-failed": "mend the function, or take it out of the settings",
}
_OF_FUNCTIONS = ("setting-not-importable", "project-function-failed")
_MOST_GIVEN = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalPlace:
    """`root` is the project's folder, `project_path` the folders to import from."""

    root: str
    python: str
    project_path: tuple[str, ...]
    memory_mb: int = 4096
    isolation: str = "auto"
    share: int = 0
    """Another number for each that runs side by side."""
    stop: Callable[[], bool] | None = None
    """Asked again and again while workers run."""
    functions: ProjectFunctions = field(default_factory=ProjectFunctions)

    @property
    def job(self) -> dict[str, Any]:
        """What the worker is told of the framework."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DjangoPlace(RehearsalPlace):
    """`settings` is a module or ""."""

    settings: str

    @property
    def job(self) -> dict[str, Any]:
        return {"settings": self.settings}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlace(RehearsalPlace):
    """`app` is "module:name", `conftests` the paths of those that the tests will have, the outermost first."""

    app: str
    conftests: tuple[str, ...] = ()

    @property
    def job(self) -> dict[str, Any]:
        return {"app": self.app, "conftests": list(self.conftests)}


@dataclass(slots=True)
class _Heard:
    facts: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None
    end: Mapping[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def take(self, message: dict[str, Any]) -> None:
        match message.get("event"):
            case "facts":
                self.facts = message
            case "problem":
                self.problem = message
            case "called":
                self.answers[str(message.get("number"))] = message.get("answer") or []
            case "account":
                self.answers[str(message.get("id"))] = message.get("account") or {}
            case "checked":
                self.answers[str(message.get("id"))] = message
            case "end":
                self.end = message


def learn_facts(place: RehearsalPlace, scratch: Path, factories: Sequence[str] = ()) -> ProjectFacts:
    """`factories` are modules to look for some in. ProjectError, with what to do, where the project cannot be set up."""
    heard = _asked(place, scratch, {"facts": True, "factories": list(factories)})
    if heard.facts is None:
        raise _not_set_up(place, heard)
    if isinstance(place, ServicePlace):
        return ServiceFacts.from_plain(heard.facts)
    return DjangoFacts.from_plain(heard.facts)


def call_functions(place: RehearsalPlace, scratch: Path, kind: str, given: Sequence[Any]) -> list[Any]:
    """What the functions of that kind in the project's settings make of each. ProjectError where one of them fails."""
    parts = [list(given[at : at + _MOST_GIVEN]) for at in range(0, len(given), _MOST_GIVEN)]
    if not parts:
        return []
    heard = _asked(place, scratch, {"calls": [{"kind": kind, "given": part} for part in parts]})
    return [
        each for number in range(len(parts)) for each in heard.answers.get(str(number), [None] * len(parts[number]))
    ]


def rehearse(place: RehearsalPlace, scratch: Path, plays: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The account of each play by its "id"; see `inside.rehearsing.rehearsal.play`."""
    return _asked(place, scratch, {"plays": list(plays)}).answers if plays else {}


def check(
    place: RehearsalPlace,
    scratch: Path,
    checks: Sequence[Mapping[str, Any]],
    mutated: Mapping[str, Sequence[str]],
) -> dict[str, Mapping[str, Any]]:
    """What is known of each test by its "id"; see `inside.rehearsing.checking.Checking`."""
    asked = {"checks": list(checks), "mutated": {path: list(names) for path, names in mutated.items()}}
    return _asked(place, scratch, asked).answers if checks else {}


def _asked(place: RehearsalPlace, scratch: Path, asked: Mapping[str, Any]) -> _Heard:
    stop = place.stop
    heard = _Heard()
    seconds = _SETTING_UP + _OF_ONE * (len(asked.get("plays", ())) + len(asked.get("checks", ())))
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        job = {
            "task": "rehearse",
            "scratch": folder,
            "folder": place.root,
            "project_path": list(place.project_path),
            **place.job,
            "memory_mb": place.memory_mb,
            "seconds": seconds,
            "isolation": place.isolation,
            "share": place.share,
            "functions": place.functions.to_plain(),
            **asked,
        }
        end = run_job(
            place.python,
            job,
            on_message=heard.take,
            wall_seconds=seconds + 60,
            stop=stop,
            environment=project_environment(),
        )
    if end.reason == "refused":
        raise SandboxError(
            f"the sandbox refused to run the project: {end.detail}", slug="sandbox-refused", where=place.root
        )
    if heard.problem is not None or (heard.end.get("kind") != "ok" and not (stop is not None and stop())):
        raise _not_set_up(place, heard, end.detail or end.stderr_tail)
    return heard


def _not_set_up(place: RehearsalPlace, heard: _Heard, detail: str = "") -> ProjectError | UsageError:
    told = heard.problem or {}
    slug = str(told.get("slug", _otherwise(place)))
    said = str(heard.end.get("detail") or detail or "").strip().splitlines()
    why = " ".join(str(told["message"]).split()) if told.get("message") else said[-1] if said else "its process ended"
    if slug == "no-django-settings":
        return UsageError(f"{why} in {place.root!r}", slug=slug, where=place.root, hint=_HINTS[slug])
    if slug in _OF_FUNCTIONS:
        kind = str(told.get("kind"))
        where = place.functions.sources.get(kind) or place.root
        return ProjectError(f"{kind}: {why}", slug=slug, where=where, hint=_HINTS[slug])
    what = "application" if isinstance(place, ServicePlace) else "Django project"
    return ProjectError(
        f"the {what} in {place.root!r} cannot be set up: {why}",
        slug=slug,
        where=place.root,
        hint=_HINTS.get(slug, ""),
    )


def _otherwise(place: RehearsalPlace) -> str:
    """The slug where the worker has ended without a word."""
    return "application-not-loaded" if isinstance(place, ServicePlace) else "django-not-set-up"
