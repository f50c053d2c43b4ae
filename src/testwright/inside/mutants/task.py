"""Does the "mutants" job: plants them, and either records what the suite reaches or judges some of them."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..isolation.children import in_child
from .importing import Planted, WovenModules
from .judging import Judge
from .recording import Recording
from .sites import find_sites
from .suite import SuiteRun
from .trial import Trial

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["planted", "run"]


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends what `Recording` or `Judge` sends, then "end": how the process ended.

    job: "step" ("record" or "judge"), "files" (path → operators allowed there), "tests" (paths), "in_place" (or copies
    of them, without any settings), "folder" (where pytest runs), "seconds" for the whole, "equivalent" (numbers known to
    be). To record, "mutants" tells of each file's mutants first, and "through" asks how sites are reached; to judge,
    "trials" are [number, nodes, (seconds, seconds waited) of each, from the start], "collecting" seconds, "every" (no test
    is spared because another one failed), "quick" (and none is tried again alone for that).
    """
    recording = job["step"] == "record"
    known = None if recording else frozenset(job["equivalent"])
    files = planted(job["files"], known, channel if recording else None)
    suite = SuiteRun.from_job(job)

    def work(inner: Channel) -> None:
        _record(job, suite, files, inner) if recording else _judge(job, suite, files, inner)

    end = in_child(
        work,
        channel,
        wall_seconds=float(job["seconds"]),
        silence_seconds=float(job["silence"]),
        fold=str(job["folder"]),
        may_fork=not recording,
    )
    channel.send({"event": "end", "kind": end.kind, "code": end.code, "at": end.last_text, "number": end.last_number})


def planted(files: dict[str, list[str]], known: frozenset[int] | None, told: Channel | None) -> dict[str, Planted]:
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


def _record(job: dict[str, Any], suite: SuiteRun, files: dict[str, Planted], channel: Channel) -> None:
    recorded = Recording(channel, suite.name, files if job["through"] else ())
    modules = WovenModules(files, recording=recorded.reach)
    modules.install()
    started = time.process_time()
    code = suite.run([recorded, modules])
    channel.send({"event": "finished", "code": code, "seconds": time.process_time() - started})


def _judge(job: dict[str, Any], suite: SuiteRun, files: dict[str, Planted], channel: Channel) -> None:
    modules = WovenModules(files)
    modules.install()
    trials = [
        Trial(int(n), tuple(nodes), tuple(s for s, _ in took), tuple(w for _, w in took), bool(start))
        for n, nodes, took, start in job["trials"]
    ]
    judge = Judge(channel, modules, trials, suite, every=bool(job["every"]), quick=bool(job["quick"]))
    from_the_start = [trial for trial in trials if trial.from_the_start]
    judge.from_the_start(from_the_start, frozenset(job["uncollected"]), float(job["collecting"]))
    code = suite.run([judge, judge.tests, modules])
    channel.send({"event": "finished", "code": code, "seconds": 0.0})
