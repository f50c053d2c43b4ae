"""Runs recorded calls as they were recorded, and says of each whether it went again as it went then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..recording.class_reading import class_name
from ..recording.values import Plain, snapshot, walk_plain
from ..running import wants_loop
from ..scenario import ASKED_FOR, Scenario
from .building import Builder
from .campaign import Campaign
from .corpus import Entry
from .executor import Run
from .live_module import Callable_
from .made_again import is_made_again, looks_like
from .seeding import RecordedCall

__all__ = ["Carved", "carve"]

_MOST_LAYERS = 3
Carved = tuple[Entry | None, str]
"""A call that went again as it was recorded, or None and why there is none."""


def carve(campaign: Campaign, calls: Sequence[Any]) -> Iterator[tuple[int, Carved]]:
    """Each of the calls, by its place among them."""
    targets = {each.qualname: each for each in campaign.live.callables()}
    for number, plain in enumerate(calls):
        found: list[Carved] = []
        campaign.guarded(lambda plain=plain, found=found: found.append(_carved(campaign, targets, plain)))  # type: ignore[misc]
        yield number, found[0] if found else (None, "it could not be run")


def _carved(campaign: Campaign, targets: Mapping[str, Callable_], plain: Any) -> Carved:
    call = RecordedCall.read(plain)
    if call is None:
        return None, "it is of no known form"
    if call.function not in targets:
        return None, "no test can name the function"
    first = _carved_one_way(campaign, targets, call)
    for way in call.otherwise if first[0] is None else ():
        found = _carved_one_way(campaign, targets, RecordedCall({**plain, **way}))
        if found[0] is not None:
            return found
    return first


def _carved_one_way(campaign: Campaign, targets: Mapping[str, Callable_], call: RecordedCall) -> Carved:
    call.leave_defaults(_is_default, campaign.live.lookup(call.function))
    if not call.is_whole:
        return None, "a value cannot be made again"
    if not is_made_again(campaign.again, call):
        return None, "a value is made otherwise than it was"
    scenario = _bare(campaign.builder, call, targets)
    if scenario is None:
        return None, "it cannot be called"
    scenario, run = _run(campaign, replace(scenario, origin=ASKED_FOR))
    if run is None or run.status == "slow":
        return None, "it did not come to an end"
    if run.status == "set-up":
        return None, "what goes before it failed"
    if not _went_again(call.was, run):
        return None, "it gives something else than it gave"
    raised = run.raised
    return Entry(scenario, run.mask & ~campaign.baseline, 0.0, raised, True), ""


def _is_default(was: Plain, value: Any) -> bool:
    """Of functions and what cannot be looked into, no more is known than where they are from."""
    now = snapshot(value)
    if type(was) is not list or was[:1] not in (["function"], ["opaque"]):
        return looks_like(was, now)
    return type(now) is list and was[:2] == now[:2] and was[4:6] == now[4:6]


def _bare(builder: Builder, call: RecordedCall, targets: Mapping[str, Callable_]) -> Scenario | None:
    """Without what other calls of the function needed to be done with their results."""
    layers = builder.layers.pop(call.function, ())
    try:
        return call.scenario(builder, targets)
    finally:
        if layers:
            builder.layers[call.function] = layers


def _run(campaign: Campaign, scenario: Scenario) -> tuple[Scenario, Run | None]:
    """With what its result needs: a generator is listed, a coroutine awaited."""
    run = campaign.again(scenario)
    if run is not None and wants_loop(run.error) and not scenario.is_async:
        scenario = replace(scenario, in_loop=True)
        run = campaign.again(scenario)
    for _ in range(_MOST_LAYERS):
        further = (
            campaign.builder.unrolled(scenario, run.value) if run is not None and run.status == "returned" else None
        )
        if further is None:
            break
        scenario, run = further, campaign.again(further)
    return scenario, run


# -- what is compared --------------------------------------------------------------------------------------------------


def _went_again(was: Mapping[str, Any], run: Run) -> bool:
    """What was recorded of the end, as far as anything was."""
    if "raised" in was:
        return run.error is not None and was["raised"] in ("", class_name(type(run.error)))
    if run.error is not None:
        return "returned" not in was
    if was.get("kind") == "generator" and was.get("yielded"):
        now = snapshot(run.value)
        yielded = was["yielded"]
        return type(now) is not list or now[:1] != ["list"] or all(map(looks_like, yielded, now[1 : len(yielded) + 1]))
    if was.get("kind") not in ("function", None) or "returned" not in was or _has_secret(was):
        return True
    now = snapshot(run.value)
    if "made" in was:
        return looks_like(was["made"], now)
    return _is_unrolled(was["returned"], now) or looks_like(was["returned"], now)


def _has_secret(was: Mapping[str, Any]) -> bool:
    """What stands in for a secret gives something else than the secret gave."""
    given = (*was.get("arguments", {}).values(), *was.get("rest", ()), *was.get("keywords", {}).values())
    return any(type(node) is list and node[:1] == ["secret"] for value in given for node in walk_plain(value))


def _is_unrolled(was: Plain, now: Plain) -> bool:
    """It gave an iterator, which was listed."""
    return (
        type(was) is list and type(now) is list and now[:1] == ["list"] and was[:1] in (["opaque"], ["object"], ["std"])
    )
