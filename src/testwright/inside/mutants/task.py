"""Does the "mutants" job: plants them, and either records what the suite reaches or judges some of them."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..isolation.children import in_child
from .importing import Planted, WovenModules
from .sites import find_sites
from .suite import Judge, Recording, Trial, run_suite

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["run"]


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends what `Recording` or `Judge` sends, then "end": how the process ended.

    job: "step" ("record" or "judge"), "files" (path → operators allowed there), "tests" (paths), "folder" (where pytest
    runs), "seconds" for the whole, "equivalent" (numbers known to be). To record, "mutants" tells of each file's
    mutants first; to judge, "trials" are [number, nodes, seconds of each, from the start], "collecting" seconds.
    """
    recording = job["step"] == "record"
    known = None if recording else frozenset(job["equivalent"])
    files = _planted(job["files"], known, channel if recording else None)

    def work(inner: Channel) -> None:
        _record(job, files, inner) if recording else _judge(job, files, inner)

    end = in_child(
        work,
        channel,
        wall_seconds=float(job["seconds"]),
        silence_seconds=float(job["silence"]),
        fold=str(job["folder"]),
        may_fork=not recording,
    )
    channel.send({"event": "end", "kind": end.kind, "code": end.code, "at": end.last_text, "number": end.last_number})


def _planted(files: dict[str, list[str]], known: frozenset[int] | None, told: Channel | None) -> dict[str, Planted]:
    planted: dict[str, Planted] = {}
    first = 1
    for path, operators in files.items():
        source = Path(path).read_bytes()
        tree = ast.parse(source, path)
        text = ast.unparse(tree) if not source else source.decode("utf-8", "replace")
        found = find_sites(tree, text, first=first, operators=operators, equivalent=known)
        planted[path] = Planted(path, tree, found.sites, first, found.next - 1)
        if told is not None:
            mutants = [_told(site, mutant) for site in found.sites for mutant in site.mutants]
            told.send({"event": "mutants", "path": path, "mutants": mutants, "equivalent": list(found.equivalent)})
        first = found.next
    return planted


def _told(site: Any, mutant: Any) -> list[Any]:
    return [
        mutant.number,
        mutant.operator,
        site.function,
        list(site.span),
        site.shown(mutant),
        site.mutants[0].number,
        site.default is not None and site.default.mutated(site, mutant) is not None,
    ]


def _record(job: dict[str, Any], files: dict[str, Planted], channel: Channel) -> None:
    recorded = Recording(channel)
    modules = WovenModules(files, recording=recorded.reached.add)
    modules.install()
    started = time.process_time()
    code = run_suite(job, [recorded, modules])
    channel.send({"event": "finished", "code": code, "seconds": time.process_time() - started})


def _judge(job: dict[str, Any], files: dict[str, Planted], channel: Channel) -> None:
    modules = WovenModules(files)
    modules.install()
    trials = [Trial(int(n), tuple(nodes), tuple(seconds), bool(start)) for n, nodes, seconds, start in job["trials"]]
    judge = Judge(channel, modules, [t for t in trials if not t.from_the_start])
    judge.from_the_start([t for t in trials if t.from_the_start], job, float(job["collecting"]))
    code = run_suite(job, [judge, modules])
    channel.send({"event": "finished", "code": code, "seconds": 0.0})
