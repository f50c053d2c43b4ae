"""Does the "rehearse" job: sets a project up once, and answers questions about it from forks."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from ..isolation.children import in_child, restrict_fork
from ..isolation.forking import fork_for
from .checking import Checking
from .django_project import import_once
from .project_functions import FunctionFailed, FunctionProblem, NotImportable, hooked, parsed_values, processed
from .rehearsal import play
from .stage import NotSetUp, Stage

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["run"]

SECONDS = 60.0
"""That one rehearsal may take."""
_CALLS = {"field_parsers": parsed_values, "trace_processors": processed, "hooks": hooked}


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends "facts" once if asked for, "called" for each of "calls", "account" for each of "plays", "checked" for each of
    "checks", "problem" if the project cannot be set up or a function of its settings does not do, and "end".

    job: "app" (an application of WSGI or ASGI, "module:name", and "conftests", paths) or "settings" (Django's module),
    "folder" (the project's root), "share" (a number for each that runs side by side), "facts" (and the modules of
    "factories"), "functions" (as the settings name them, by kind), "calls" of those ("kind" and what is "given"),
    "plays" (as `play` takes them, with an "id"), "checks" (as `Checking` does), "mutated" (path → operators), "seconds".
    """
    checking = Checking(job.get("mutated", {}))

    def work(inner: Channel) -> None:
        _work(job, checking, inner)

    end = in_child(
        work,
        channel,
        wall_seconds=float(job["seconds"]),
        fold=str(job["folder"]),
        may_fork=True,
    )
    channel.send({"event": "end", "kind": end.kind, "code": end.code, "detail": end.last_text})


def _work(job: dict[str, Any], checking: Checking, channel: Channel) -> None:
    sys.path[:0] = [path for path in job.get("project_path", ()) if path not in sys.path]
    checking.install()
    try:
        stage = _stage(job)
        if job.get("facts"):
            channel.send({"event": "facts"} | stage.facts(job))
        filtered = channel.isolation is not None and channel.isolation.syscall_filter
        for number, call in enumerate(job.get("calls", ())):
            answer = _answer_of(job.get("functions", {}), call, filtered)
            channel.send({"event": "called", "number": number, "answer": answer})
        if not job.get("plays") and not job.get("checks"):
            return
        stage.make()
    except NotSetUp as problem:
        channel.send({"event": "problem", "slug": problem.slug, "message": str(problem)})
        return
    except FunctionProblem as problem:
        channel.send({"event": "problem", **problem.to_plain()})
        return
    import_once([order["imports"] for order in (*job.get("plays", ()), *job.get("checks", ()))])
    for order in job.get("plays", ()):
        reply = fork_for(partial(_restricted, filtered, stage, order), seconds=SECONDS)
        told = json.loads(reply.data) if reply.kind == "ok" else {"problem": f"the request did not end ({reply.kind})"}
        channel.send({"event": "account", "id": order["id"], "account": told})
    checking.answer(stage, job.get("checks", ()), channel, filtered)
    stage.drop()


def _stage(job: dict[str, Any]) -> Stage:
    if job.get("app"):
        from .services.service_stage import ServiceStage

        return ServiceStage(job)
    from .django_stage import DjangoStage

    return DjangoStage(job)


def _answer_of(functions: dict[str, Any], call: dict[str, Any], filtered: bool) -> Any:
    """FunctionProblem where it ends the process, or does not end."""
    kind = call["kind"]
    reply = fork_for(partial(_called, filtered, functions, call), seconds=SECONDS)
    told = json.loads(reply.data) if reply.kind == "ok" else {}
    if reply.kind != "ok":
        paths = [*functions[kind], *(functions.get("hook_modules", ()) if kind == "hooks" else ())]
        named = ", ".join(map(repr, paths))
        raise FunctionFailed(f"{named} ended the process, or did not end", kind)
    if "problem" in told:
        failed = told["problem"]["slug"] == FunctionFailed.slug
        raise (FunctionFailed if failed else NotImportable)(told["problem"]["message"], kind)
    return told["answer"]


def _called(filtered: bool, functions: dict[str, Any], call: dict[str, Any]) -> bytes:
    restrict_fork(filtered)
    try:
        return b'{"answer": ' + _CALLS[call["kind"]](functions, call["given"]) + b"}"
    except FunctionProblem as problem:
        return json.dumps({"problem": problem.to_plain()}).encode()


def _restricted(filtered: bool, stage: Stage, order: dict[str, Any]) -> bytes:
    restrict_fork(filtered)
    return play(stage, order)
