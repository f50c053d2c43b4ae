"""The worker's exploring job: a disposable child explores, what it found survives it, a crash denies one scenario."""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..channel import Channel
from ..conftests import load_all
from ..instrument import Recorder, import_instrumented
from ..isolation.audit_hook import blocked_count, blocked_events
from ..isolation.children import in_child
from ..isolation.limits import limit_growth
from ..observing.checks import Place
from ..observing.names import canonical
from ..scenario import Scenario
from ..surviving.noticed import Noticing
from ..surviving.search import SurvivorSearch
from ..surviving.switching import SwitchedModule
from .campaign import Campaign
from .carving import carve
from .corpus import Entry, numbers_in, spares
from .editing import largest_number, with_names, without_idle_values, without_repeats
from .executor import Executor
from .finishing import Finishing
from .live_module import LiveModule
from .progress import Budget
from .seeding import documented_results
from .suspects import HANG
from .taking_fixtures import fixtures_first

__all__ = ["run"]

RESTARTS = 12
COLLECT_AFTER = 20_000
"""Objects: most of what exploring makes is young and dies by itself."""
PIPE_CLOSED = 72
SILENCE_SECONDS = 4.0
IMPORT_SECONDS = 8.0
"""At the least, else 1.5 times the budget: the whole run is to end within twice of it."""
CALL_SECONDS = 0.3
LAST_RESORT_SECONDS = 0.8
SHARE_AGAIN, LEAST_SHARE = 0.7, 0.3
"""Of the executions, and at the least of the seconds, for searching what tells mutants after it ended the process."""
LARGEST_AFTER_CRASH = 1000
GROWTH_MB = 512
"""So much more than after the import a call may hold."""
STEADY_CALL_SECONDS = 1.0
"""With a number of executions for a budget no clock may decide: calls get so much that only endless ones reach it."""
STEADY_SILENCE_SECONDS = 40.0


def run(job: dict[str, Any], channel: Channel) -> None:
    """Sends {"event": "found"|"kept"|"imported"|"ended", …}; restarts the child after a crash while budget is left."""
    kept: list[dict[str, Any]] = []
    denied: list[str] = []
    relay = _Relay(channel, kept)
    searching: Searching | None = None
    budget, executions, done = float(job["budget"]), job.get("max_executions"), 0
    for attempt in range(RESTARTS):
        relay.importing, relay.imported = True, relay.imported and not relay.ended
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        job["budget_left"] = max(0.1 * budget, budget - used.ru_utime - used.ru_stime)
        job["executions_left"] = None if executions is None else max(executions // 10, executions - done)
        end = in_child(
            lambda inner, attempt=attempt, searching=searching: _explore(  # type: ignore[misc]
                job, inner, attempt, denied, list(kept), searching
            ),
            relay,  # type: ignore[arg-type]
            wall_seconds=60 + 12 * float(job["budget"]) if job.get("max_executions") is None else 1800,
            silence_seconds=lambda: _import_patience(job) if relay.importing else _patience(job),
        )
        if relay.ended:
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime - relay.before_search
            searching = (searching or Searching()).after(relay, end.last_text, seconds)
            if end.kind == "ok" or not relay.imported:
                return
            channel.send({"event": "search-crashed", "kind": end.kind, "code": end.code, "text": end.last_text})
            if not _mutant_in(end.last_text):
                denied.append(end.last_text.rpartition(" ")[0])
            continue
        channel.send(
            {"event": "crashed", "kind": end.kind, "code": end.code, "text": end.last_text, "imported": relay.imported}
        )
        if not relay.imported and (attempt >= 1 or end.kind == "silent"):
            return
        done += end.last_number
        denied.append(end.last_text)


def _patience(job: dict[str, Any]) -> float:
    return SILENCE_SECONDS if job.get("max_executions") is None else STEADY_SILENCE_SECONDS


def _import_patience(job: dict[str, Any]) -> float:
    return max(IMPORT_SECONDS, 1.5 * float(job["budget"]), _patience(job))


@dataclass(frozen=True, slots=True)
class Searching:
    """How far the search for what tells mutants came before it ended the process: the scenarios kept of exploring, the
    mutants told, those that ended a process, and how often that was.
    """

    best: tuple[dict[str, Any], ...] = ()
    told: frozenset[int] = frozenset()
    deadly: frozenset[int] = frozenset()
    crashes: int = 0
    seconds: float = 0.0
    """Of processor time that it took until then."""
    found: tuple[dict[str, Any], ...] = ()
    """What it told of scenarios that tell mutants, which were still to be made plainer."""

    def after(self, relay: _Relay, last_text: str, seconds: float) -> Searching:
        deadly = self.deadly | {_mutant_in(last_text)}
        taken = self.seconds + max(0.0, seconds)
        told = frozenset(number for message in relay.telling for number in message["kills"])
        return Searching(tuple(relay.best), told, deadly, self.crashes + 1, taken, tuple(relay.telling))


def _mutant_in(text: str) -> int:
    """The mutant that was active when the process ended, as the search's last note has it; 0 for none."""
    number = text.rpartition(" ")[2]
    return int(number) if number.isdigit() else 0


class _Relay:
    """Passes the child's messages on and keeps what was found, for the next child should this one die."""

    def __init__(self, channel: Channel, kept: list[dict[str, Any]]) -> None:
        self._channel = channel
        self.kept = kept
        self.best: list[dict[str, Any]] = []
        self.telling: list[dict[str, Any]] = []
        """Scenarios that were found to tell mutants."""
        self.ended = False
        self.before_search = 0.0
        """Seconds of processor time that the child had taken when its search began."""
        self.imported = False
        self.importing = True
        """Each child imports the module again."""
        self.isolation = channel.isolation

    def send_raw(self, kind: bytes, payload: bytes) -> None:
        message = _decoded(payload)
        if message.get("event") == "searching":
            self.before_search = float(message["cpu"])
            return
        if message.get("event") == "found":
            self.kept.append(message)
        if message.get("event") == "imported":
            self.imported, self.importing = True, False
        if message.get("event") == "kept":
            self.best.append(message)
        if message.get("event") == "telling":
            self.telling.append(message)
        self.ended |= message.get("event") == "ended"
        self._channel.send_raw(kind, payload)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)


def _decoded(payload: bytes) -> dict[str, Any]:
    try:
        message = json.loads(payload)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _fingerprint(scenario: Scenario) -> str:
    """The children are forks of one process, so that a text's hash is the same in all of them."""
    return f"{hash(scenario.steps) & 0xFFFFFFFFFFFFFFFF:x}"


def _explore(
    job: dict[str, Any],
    channel: Channel,
    attempt: int,
    denied: list[str],
    kept: list[dict[str, Any]],
    searching: Searching | None,
) -> None:
    scratch = Path(job["scratch"]) / f"explore{attempt}"
    scratch.mkdir()
    os.chdir(scratch)
    channel.note(0, "import")
    recorder = Recorder()
    source = Path(job["path"]).read_bytes()
    try:
        module = import_instrumented(job["module"], job["path"], recorder)
    except BaseException as error:
        channel.send(
            {
                "event": "import-failed",
                "error": f"{type(error).__name__}: {error}"[:500],
                "blocked": blocked_events()[:3],
            }
        )
        channel.send({"event": "ended"})
        return
    baseline = int.from_bytes(recorder.first_line_hits, "little")
    load_all(job.get("conftests", ()))
    channel.send(_imported(recorder, baseline))
    limit_growth(GROWTH_MB)
    executor = _executor(job, recorder, source, scratch)
    executor.check_way_out = _way_out_check(channel.descriptor)
    campaign = _campaign(job, channel, attempt, module, recorder, executor, baseline, denied)
    gc.freeze()  # what the imports made stays: looking through it again and again takes a twentieth of the time
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    _replay(campaign, kept)
    best = [Scenario.from_plain(message["scenario"]) for message in searching.best] if searching else []
    if searching is None:
        if job.get("every_call"):
            _carve(campaign, channel, job)
        campaign.run()
        entries = Finishing(campaign).best()
        best = [entry.scenario for entry in entries]
        for entry in entries:
            channel.send({"event": "kept", **_plain(entry, job["module"])})
        for entry in spares(campaign.corpus.keepable(), entries):
            channel.send({"event": "spare", **_plain(entry, job["module"])})
        channel.send(_ended(campaign, executor))
        campaign.guarded(lambda: _tell_suspects(campaign, channel, job["module"]))
    if job.get("survivors"):
        _tell_mutants(job, channel, campaign, source, best, searching or Searching())


def _carve(campaign: Campaign, channel: Channel, job: dict[str, Any]) -> None:
    calls = (job.get("seeds") or {}).get("recorded") or ()
    for number, (entry, why) in carve(campaign, calls):
        found = {} if entry is None else _plain(entry, job["module"])
        channel.send({"event": "carved", "number": number, "why": why, **found})
    campaign.budget.started = time.process_time()
    campaign.budget.before = campaign.executor.executions


def _tell_mutants(
    job: dict[str, Any],
    channel: Channel,
    campaign: Campaign,
    source: bytes,
    best: list[Scenario],
    searching: Searching,
) -> None:
    """Goes on for further scenarios that tell mutants from the original; as long as exploring, unless told otherwise."""
    channel.note(campaign.executor.executions + 1, "mutants")
    begun = time.process_time()
    channel.send({"event": "searching", "cpu": begun})
    switched = SwitchedModule(campaign.live.module, job["path"], source)
    folders = tuple({str(Path(job["path"]).parent), *job.get("sys_path", ())})
    executions = job.get("max_executions")
    again = None if executions is None else int(SHARE_AGAIN**searching.crashes * executions)
    seconds = float(job["survivors"])
    budget = Budget(max(seconds - searching.seconds, LEAST_SHARE * seconds), again)
    noticing = Noticing(job["path"], source.decode("utf-8", "replace"))
    search = SurvivorSearch(campaign, switched, Place(job["module"], job["path"], folders), budget, noticing)
    search.leave_out(searching.told | searching.deadly | switched.numbers_of(job.get("caught", ())))
    campaign.note = lambda number, scenario: channel.note(
        number + 1, f"{_fingerprint(scenario)} {scenario.target} {search.mutant}"
    )
    search.found = lambda entry, kills: channel.send(
        {**_killer("telling", entry, kills, job["module"]), "detailed": entry.scenario in search.detailed}
    )
    for message in searching.found:
        search.resume(
            Scenario.from_plain(message["scenario"]), message["raised"], message["kills"], message["detailed"]
        )
    search.weighed = lambda scenario, idle, needed: channel.send(
        {"event": "idle", "scenario": _written(scenario, job["module"]), "checks": idle, "needed": needed}
    )
    before = campaign.executor.executions
    for entry, kills in search.run(best):
        channel.send(_killer("teller", entry, kills, job["module"]))
    channel.send(
        {
            "event": "survivors",
            "mutants": len(switched.sites),
            "alive": sorted(search.alive),
            "unreached": sorted(n for n, s in search.alive.items() if not s.parents),
            "scenarios": search.scenarios,
            "executions": campaign.executor.executions - before,
            "cpu": round(time.process_time() - begun, 3),
            "failures": list(campaign.failures.values())[:5],
        }
    )


def _killer(event: str, entry: Entry, kills: set[int], module: str) -> dict[str, Any]:
    return {"event": event, **_plain(entry, module), "kills": sorted(kills)}


def _tell_suspects(campaign: Campaign, channel: Channel, module: str) -> None:
    """After the end was told: a call that ends the process must cost nothing but what it might have shown."""
    for scenario, shown in documented_results(campaign.live, campaign.states):
        channel.send({"event": "documented", "scenario": scenario.to_plain(), "shown": shown})
    suspected = campaign.suspected()
    campaign.executor.rest()  # a call that does not end is no longer waited for
    for scenario in suspected:
        channel.send({"event": "suspect", "scenario": _written(scenario, module), "raised": ""})
    for scenario in campaign.suspects.hangs():
        channel.send({"event": "suspect", "scenario": _written(scenario, module), "raised": HANG})


def _executor(job: dict[str, Any], recorder: Recorder, source: bytes, scratch: Path) -> Executor:
    steady = job.get("max_executions") is not None
    seconds = float(
        job.get("call_seconds")
        or (STEADY_CALL_SECONDS if steady else min(CALL_SECONDS, max(0.05, float(job["budget"]) / 15)))
    )
    executor = Executor(recorder, source.decode("utf-8", "replace"), job["path"], scratch, seconds, 12 if steady else 8)
    executor.last_resort = 0.0 if steady else LAST_RESORT_SECONDS
    executor.blocked = blocked_count
    return executor


def _way_out_check(descriptor: int) -> Callable[[], None]:
    fstat, leave = os.fstat, os._exit

    def check() -> None:
        try:
            fstat(descriptor)
        except OSError:
            leave(PIPE_CLOSED)

    return check


def _imported(recorder: Recorder, baseline: int) -> dict[str, Any]:
    arcs = [[a.number, a.line, a.qualname, a.kind] for a in recorder.arcs]
    return {"event": "imported", "arcs": arcs, "baseline": numbers_in(baseline)}


def _campaign(
    job: dict[str, Any],
    channel: Channel,
    attempt: int,
    module: Any,
    recorder: Recorder,
    executor: Executor,
    baseline: int,
    denied: list[str],
) -> Campaign:
    budget = Budget(float(job["budget_left"]), job.get("executions_left"))
    campaign = Campaign(
        LiveModule(sys.modules.get(job["module"], module), job["model"]),
        executor,
        recorder.arcs,
        seed=int(job["seed"]) * 1000 + attempt,
        budget=budget,
        without=frozenset(job.get("without", ())),
        private=bool(job.get("private", True)),
        only=frozenset(job.get("only", ())),
        baseline=baseline,
        denied=_Denied(denied),
        seeds=job.get("seeds"),
        note=lambda number, scenario: channel.note(number + 1, f"{_fingerprint(scenario)} {scenario.target}"),
    )
    campaign.found = lambda entry: channel.send({"event": "found", **_plain(entry, job["module"])})  # type: ignore[method-assign]
    return campaign


class _Denied(frozenset[Scenario]):
    """Scenarios that killed a child, known by their fingerprints; a target that killed one, and what shares its class, is
    denied large numbers, which fill memory faster than anything stops them, and one that killed two is denied altogether.
    """

    def __new__(cls, crashes: list[str]) -> _Denied:
        return super().__new__(cls)

    def __init__(self, crashes: list[str]) -> None:
        self.fingerprints = {crash.partition(" ")[0] for crash in crashes}
        counts = Counter(crash.partition(" ")[2] for crash in crashes)
        self.careful = frozenset(map(_class_or_function, counts))
        self.targets = {target for target, count in counts.items() if count > 1}

    def __contains__(self, scenario: object) -> bool:
        if not self.fingerprints or not isinstance(scenario, Scenario):
            return False
        if _class_or_function(scenario.target) in self.careful and largest_number(scenario) > LARGEST_AFTER_CRASH:
            return True
        return scenario.target in self.targets or _fingerprint(scenario) in self.fingerprints


def _class_or_function(target: str) -> str:
    """What was too large for one method came through the constructor, mostly."""
    return target.rpartition(".")[0] or target


def _replay(campaign: Campaign, kept: list[dict[str, Any]]) -> None:
    """What an earlier child found is run again, so that nothing is lost and nothing is sought twice."""
    for message in kept:
        scenario = Scenario.from_plain(message["scenario"])
        state = campaign.states.get(scenario.target)
        if state is not None:
            campaign.guarded(lambda scenario=scenario, state=state: campaign.try_out(scenario, state))  # type: ignore[misc]


def _plain(entry: Entry, module: str) -> dict[str, Any]:
    return {"scenario": _written(entry.scenario, module), "arcs": numbers_in(entry.mask), "raised": entry.raised}


def _written(scenario: Scenario, module: str) -> dict[str, Any]:
    tidied = without_repeats(with_names(without_idle_values(scenario), lambda name: canonical(name, module)))
    return fixtures_first(tidied).to_plain()


def _ended(campaign: Campaign, executor: Executor) -> dict[str, Any]:
    blocked = list(dict.fromkeys(blocked_events()))[:20]
    return {
        "event": "ended",
        "executions": executor.executions,
        "cpu": round(time.process_time(), 3),
        "covered": numbers_in(campaign.corpus.kept),
        "touched": numbers_in(campaign.corpus.touched),
        "failures": list(campaign.failures.values())[:5],
        "blocked": json.loads(json.dumps(blocked, default=str)),
    }
