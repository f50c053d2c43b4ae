"""Asks a model for better names of proven tests, and takes them where the tests pass as before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from testwright.config.options import Options
from testwright.execute.pytest_gate import gate
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.llm.exchange import ModelClient, Sampling
from testwright.nouns import Target
from testwright.propose.from_model.prompts import question_of_names
from testwright.propose.from_model.row_reading import read_json
from testwright.python_source.named_tests import TestName, accepted_names, with_names
from testwright.python_source.pieces import take_apart
from testwright.workers import scratch_folder
from testwright.workflows.generated_module import GeneratedModule, Notice, Stop
from testwright.workflows.model_balance import Balance

__all__ = ["name_tests"]

TOKENS = 2048
RUNS = 5


def name_tests(
    made: GeneratedModule, client: ModelClient, options: Options, balance: Balance, *, stop: Stop, notice: Notice
) -> None:
    """Changes the text of `made` and the nodes in what is known of its tests. Raises ModelError."""
    if not made.text or stop():
        return
    notice(f"{made.target.module}: asking for names")
    names = accepted_names(made.text, _wanted(made, client, options, balance))
    text = with_names(made.text, names)
    if text == made.text:
        return
    nodes = {verdict.node: _renamed(verdict.node, names) for verdict in made.kept}
    if not _passes(text, list(nodes.values()), made.target, made.setup, options, stop):
        notice(f"{made.target.module}: the tests do not pass by other names, and keep theirs")
        return
    made.text = text
    made.kept = [replace(verdict, node=nodes[verdict.node]) for verdict in made.kept]
    made.evidence = {
        nodes.get(node, node): replace(one, node=nodes.get(node, node)) for node, one in made.evidence.items()
    }
    made.targets = {nodes.get(node, node): target for node, target in made.targets.items()}
    made.chosen = [replace(c, name=names[c.name].name) if c.name in names else c for c in made.chosen]


def _wanted(made: GeneratedModule, client: ModelClient, options: Options, balance: Balance) -> dict[str, TestName]:
    tests = [unit.text for unit in take_apart(made.text).tests]
    sampling = Sampling(temperature=options.model_temperature or 0.0, max_tokens=TOKENS, seed=options.seed)
    reply = client.complete(question_of_names(made.target.module, tests, sampling))
    balance.count(reply)
    found, _, _ = read_json(reply.text, reply.finish, "names")
    plain: dict[str, Any] = found if isinstance(found, dict) else {}
    return {
        old: TestName(str(each.get("name", old)), str(each.get("docstring", "")))
        for old, each in plain.items()
        if isinstance(each, dict)
    }


def _renamed(node: str, names: Mapping[str, TestName]) -> str:
    name, bracket, row = node.partition("[")
    return (names[name].name if name in names else name) + bracket + row


def _passes(text: str, nodes: list[str], target: Target, setup: PytestSetup, options: Options, stop: Stop) -> bool:
    """A test may see its own name, as in the name of its folder."""
    with scratch_folder() as scratch:
        evidence, _ = gate(
            text,
            file_name="test_named.py",
            python=options.python,
            target=target,
            sys_path=target.import_roots,
            scratch_root=scratch,
            nodes=nodes,
            runs=RUNS,
            jobs=options.jobs,
            stop=stop,
            setup=setup,
        )
    return not stop() and all(run.outcome == "passed" for one in evidence.values() for run in one.runs)
