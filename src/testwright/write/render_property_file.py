"""Decides how a file of Hypothesis tests looks: docstring, imports, strategies with a name, the properties."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from testwright.nouns.property_test import PropertyEvidence, PropertyTest
from testwright.python_source.render_layout import Brackets, lay_out
from testwright.write.render_property import render_bare, render_property, strategy_parts

__all__ = ["BARE", "property_proof", "render_property_file"]

BARE = "__bare"
"""Ends the name of a test's twin that asserts nothing."""
_LONG = 40


def render_property_file(
    tests: Sequence[PropertyTest],
    *,
    module: str,
    version: str,
    seed: int,
    proofs: Mapping[str, PropertyEvidence] | None = None,
    preamble: str = "",
    twins: bool = False,
) -> str:
    """The whole file. `proofs` are by test name; `preamble` (statements after the imports) and `twins` are for trials."""
    named = _named(tests)
    head = f'"""Properties of {module}, proven by running (testwright {version}, seed {seed})."""'
    parts = ["\n\n".join(part for part in (head, _imports(tests, module), preamble, _strategies(named)) if part)]
    for test in tests:
        proof = property_proof((proofs or {}).get(test.name))
        parts.append(f"{proof}\n{render_property(test, named)}" if proof else render_property(test, named))
        if twins:
            parts.append(render_bare(test, test.name + BARE, named))
    return "\n\n\n".join(parts) + "\n"


def property_proof(evidence: PropertyEvidence | None) -> str:
    """The comment above a test, "" when nothing is known."""
    if evidence is None:
        return ""
    plain = [trial for trial in evidence.trials if trial.seed.isdecimal()]
    examples, seeds = min(trial.examples for trial in plain), len(plain)
    caught = len(evidence.catches)
    return f"# proof: {examples} examples × {seeds} seeds · catches {caught} of {evidence.reached} mutants"


def _named(tests: Sequence[PropertyTest]) -> dict[str, str]:
    """Long strategies that are used more than once get a name, after the class that they build."""
    uses = Counter(source for test in tests for _, source in test.draws if len(source) > _LONG)
    taken = {name for test in tests for _, name in test.imports} | {v for test in tests for v, _ in test.draws}
    named: dict[str, str] = {}
    for source, count in uses.items():
        if count > 1:
            built = re.match(r"st\.(?:builds\((\w+)|(\w+))", source)
            stem = (built[1] or built[2] if built else "values").upper()
            plain = stem if stem.endswith("S") else f"{stem}S"
            fitting = (each for each in (plain, *(f"{plain}_{n}" for n in range(2, 99))) if each not in taken)
            named[source] = next(fitting)
            taken.add(named[source])
    return named


def _strategies(named: Mapping[str, str]) -> str:
    return "\n".join(line for s, name in named.items() for line in lay_out(strategy_parts(s), before=f"{name} = "))


def _imports(tests: Sequence[PropertyTest], module: str) -> str:
    """In the sections and the order that isort would give them."""
    wanted = {each for test in tests for each in test.imports if each[0] != "builtins"}
    package = module.partition(".")[0]
    standard = {each for each in wanted if each[0].partition(".")[0] in sys.stdlib_module_names} - _of(wanted, package)
    marked = any("pytest." in decorator for test in tests for decorator in test.decorators)
    third = ["import pytest"] if marked else []
    settings = sorted(member for name, member in wanted if name == "hypothesis")
    third += [f"from hypothesis import {', '.join([*settings, 'given'])}", "from hypothesis import strategies as st"]
    others = {each for each in wanted - standard - _of(wanted, package) if each[0] != "hypothesis"}
    sections = [_lines(standard), [*third, *_lines(others)], _lines(_of(wanted, package))]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _of(wanted: set[tuple[str, str]], package: str) -> set[tuple[str, str]]:
    return {each for each in wanted if each[0].partition(".")[0] == package}


def _lines(wanted: set[tuple[str, str]]) -> list[str]:
    lines = [f"import {name}" for name, member in sorted(wanted) if not member]
    for name in sorted({name for name, member in wanted if member}):
        members = sorted((m for n, m in wanted if n == name and m), key=_member_order)
        whole = f"from {name} import {', '.join(members)}"
        broken = lay_out((Brackets("(", tuple((m,) for m in members), ")"),), before=f"from {name} import ")
        lines += [whole] if len(whole) <= 88 else broken
    return lines


def _member_order(name: str) -> tuple[int, str]:
    return (0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2), name.lower()
