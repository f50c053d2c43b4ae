from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from testwright.errors import ProjectError
from testwright.execute.suite_coverage import SuiteRun
from testwright.nouns import SuiteFinding, SuiteOrder
from testwright.workflows.audit_suite import diagnose_suite

NODES = tuple(f"test_{letter}.py::test_{letter}" for letter in "abcdefgh")
World = Callable[[list[str], SuiteOrder, int], dict[str, str]]


def suite(world: World) -> Callable[[SuiteOrder], SuiteRun]:
    """A suite whose tests go as `world` says of the order that they run in; it is given the number of the run too."""
    count = 0

    def run(order: SuiteOrder) -> SuiteRun:
        nonlocal count
        count += 1

        def went(part: list[str]) -> dict[str, str]:
            nonlocal count
            count += 1
            return dict.fromkeys(part, "passed") | {n: o for n, o in world(part, order, count).items() if n in part}

        nodes = {
            "given": list(NODES),
            "reversed": list(reversed(NODES)),
            "shuffled": [*NODES[4:], *NODES[:4]],
            "parts": [],
        }[order.kind]
        outcomes = dict.fromkeys(nodes, "passed") | world(nodes, order, count)
        return SuiteRun(
            data_files=(),
            settings="",
            outcomes=outcomes,
            durations=dict.fromkeys(nodes, 0.1) | ({NODES[7]: 9.0} if NODES[7] in nodes else {}),
            seconds=1.0,
            exit_code=0,
            collected=len(nodes),
            isolation="",
            slept={NODES[6]: 0.5} if order.watched else {},
            hosts={NODES[6]: ("example.org",)} if order.watched else {},
            details={node: "it broke" for node, outcome in outcomes.items() if outcome == "failed"},
            parts={number: went(list(nodes)) for number, nodes in enumerate(order.parts)},
        )

    return run


def diagnosed(world: World, slugs: set[str]) -> list[SuiteFinding]:
    run = suite(world)
    found = diagnose_suite(run(SuiteOrder()), run, root="/nowhere", tops=frozenset(), progress=lambda text: None)
    return [each for each in found.findings if each.slug in slugs]


STEADINESS = {"fails", "flaky", "order-dependent", "hash-seed-dependent"}


def fails_after(node: str, before: str) -> World:
    def world(nodes: list[str], order: SuiteOrder, count: int) -> dict[str, str]:
        broken = before in nodes and node in nodes and nodes.index(before) < nodes.index(node)
        return {node: "failed"} if broken else {}

    return world


def needs(node: str, before: str) -> World:
    def world(nodes: list[str], order: SuiteOrder, count: int) -> dict[str, str]:
        there = before in nodes and nodes.index(before) < nodes.index(node) if node in nodes else True
        return {} if there else {node: "failed"}

    return world


@pytest.mark.parametrize(
    ("world", "slug", "message"),
    [
        (lambda nodes, order, count: {NODES[2]: "failed"}, "fails", "it fails: it broke"),
        (
            lambda nodes, order, count: {NODES[2]: "failed"} if count == 2 else {},
            "flaky",
            "it went otherwise when run again as before: it broke",
        ),
        (
            lambda nodes, order, count: {NODES[2]: "failed"} if order.hash_seed else {},
            "hash-seed-dependent",
            "it fails with some values of PYTHONHASHSEED: it broke",
        ),
        (fails_after(NODES[2], NODES[0]), "order-dependent", f"it passes alone, and fails after {NODES[0]}: it broke"),
        (fails_after(NODES[2], NODES[5]), "order-dependent", f"it passes alone, and fails after {NODES[5]}: it broke"),
        (needs(NODES[5], NODES[1]), "order-dependent", f"it fails alone, and passes after {NODES[1]}: it broke"),
    ],
)
def test_what_is_not_steady_is_told_apart(world: World, slug: str, message: str) -> None:
    (found,) = diagnosed(world, STEADINESS)
    assert (found.slug, found.message) == (slug, message)


def test_what_goes_by_chance_is_not_blamed_on_others() -> None:
    chance = random.Random(3)

    def world(nodes: list[str], order: SuiteOrder, count: int) -> dict[str, str]:
        return {NODES[2]: "failed"} if count > 2 and chance.random() < 0.5 else {}

    for _ in range(10):
        assert {each.slug for each in diagnosed(world, STEADINESS)} <= {"flaky", "hash-seed-dependent"}


def test_a_sound_suite_has_no_findings_of_the_kind() -> None:
    assert diagnosed(lambda nodes, order, count: {}, STEADINESS) == []


def test_what_others_depend_on_is_tried_first() -> None:
    def world(nodes: list[str], order: SuiteOrder, count: int) -> dict[str, str]:
        late = nodes[nodes.index(NODES[0]) + 1 :] if NODES[0] in nodes else []
        return {node: "failed" for node in late if node in NODES[2:5]}

    found = diagnosed(world, STEADINESS)
    assert {each.slug for each in found} == {"order-dependent"}
    assert {each.node for each in found} == set(NODES[2:5])
    assert all(f"fails after {NODES[0]}:" in each.message for each in found)


def test_tests_that_a_partial_run_does_not_find_end_nothing() -> None:
    whole = suite(fails_after(NODES[2], NODES[0]))

    def run(order: SuiteOrder) -> SuiteRun:
        if order.kind == "parts":
            raise ProjectError("no such test", slug="suite-not-runnable")
        return whole(order)

    found = diagnose_suite(run(SuiteOrder()), run, root="/nowhere", tops=frozenset(), progress=lambda text: None)
    assert [each.slug for each in found.findings if each.slug in STEADINESS] == ["order-dependent"]


def test_a_run_that_did_not_end_is_told() -> None:
    whole = suite(lambda nodes, order, count: {})

    def run(order: SuiteOrder) -> SuiteRun:
        return replace(whole(order), problem="it was stopped" if order.kind == "reversed" else "")

    found = diagnose_suite(run(SuiteOrder()), run, root="/nowhere", tops=frozenset(), progress=lambda text: None)
    assert found.notices == ["the suite, run backwards, did not come to its end: it was stopped"]


def test_only_so_many_are_investigated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testwright.workflows.audit_suite._MOST_RUNS", 0)
    (found,) = diagnosed(fails_after(NODES[2], NODES[0]), STEADINESS)
    assert found.message == "it depends on which tests run before it: it broke"


def test_sleeping_the_network_and_slow_tests_are_measured() -> None:
    found = diagnosed(lambda nodes, order, count: {}, {"sleeps", "touches-the-network", "slow"})
    assert [(each.slug, each.node, each.message) for each in found] == [
        ("touches-the-network", NODES[6], "it asks for example.org"),
        ("sleeps", NODES[6], "while it runs, 0.5 s are slept"),
        ("slow", NODES[7], "it takes 9.0 s, 93% of the time of all tests"),
    ]


def test_steady_and_skipped_tests_are_counted() -> None:
    run = suite(lambda nodes, order, count: {NODES[0]: "failed", NODES[1]: "skipped"})
    found = diagnose_suite(run(SuiteOrder()), run, root="/nowhere", tops=frozenset(), progress=lambda text: None)
    assert (found.tests, found.steady, found.stability) == (8, 6, 75.0)
    assert found.runs == 4
