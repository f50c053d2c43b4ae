"""Decides how a test file looks: docstring, imports, helpers, the tests by function and class, private ones last."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.inside.recipes import Function, Helper, walk
from testwright.nouns.candidate import Candidate
from testwright.nouns.verdict import Proof
from testwright.python_source.parsing import parse_source
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_recipe import parameter_names as bound_by_lambda
from testwright.python_source.render_recipe import used_names
from testwright.write.render_test import TestFile, local_names, recipes_of, render_test

__all__ = ["PINNED_COMMENT", "PRIVATE_COMMENT", "fill_sources", "proof_line", "proof_words", "render_file"]

PRIVATE_COMMENT = "# private functions: these tests follow how the module works inside, and change with it"

PINNED_COMMENT = "# pins what looks like a bug ({slug}): change this test when the code is mended"


def render_file(
    candidates: Sequence[Candidate],
    *,
    module: str,
    version: str,
    seed: int,
    proofs: Mapping[str, Proof],
    parameter_names: Mapping[str, Sequence[str]] | None = None,
    collected: Iterable[str] = (),
    setup: PytestSetup | None = None,
) -> str:
    """The whole file. `proofs` are by node name; `parameter_names` (qualname → positional names) name the columns;
    `collected` are objects that pytest takes for tests where it finds them imported; `setup` is what it may rely on.
    """
    file = _file_for(candidates, module, parameter_names or {}, collected, setup)
    ordered = _ordered(candidates)
    sources = [render_test(candidate, file) for candidate in ordered]
    blocks = [f'"""Tests for {module}, proven by running (testwright {version}, seed {seed})."""']
    imports = file.imports.render()
    head = "\n\n".join([*blocks, *([imports] if imports else [])])
    parts = [head, *file.helpers.sources]
    private, group = False, ""
    for candidate, source in zip(ordered, sources, strict=True):
        if candidate.private and not private:
            parts.append(PRIVATE_COMMENT)
            private = True
        if candidate.pins:
            source = f"{PINNED_COMMENT.format(slug=candidate.pins)}\n{source}"
        line = proof_line(candidate, proofs)
        margin = "    " if candidate.group else ""
        block = f"{margin}{line}\n{source}" if line else source
        if candidate.group and candidate.group == group:
            parts[-1] += f"\n\n{block}"
        else:
            parts.append(f"class {candidate.group}:\n{block}" if candidate.group else block)
        group = candidate.group
    return "\n\n\n".join(parts) + "\n"


def fill_sources(
    candidates: Sequence[Candidate], *, module: str, parameter_names: Mapping[str, Sequence[str]] | None = None
) -> list[Candidate]:
    """The candidates with `source` as `render_file` would write it in one file with these."""
    file = _file_for(candidates, module, parameter_names or {})
    rendered = {c.name: render_test(c, file) for c in _ordered(candidates)}
    return [replace(candidate, source=rendered[candidate.name]) for candidate in candidates]


def proof_line(candidate: Candidate, proofs: Mapping[str, Proof]) -> str:
    """What the nodes of the candidate proved together, "" when nothing is known."""
    nodes = candidate.node_names or (candidate.name,)
    return proof_words([proofs[node] for node in nodes if node in proofs])


def proof_words(known: Sequence[Proof]) -> str:
    """The comment that says what these proofs show together, "" of none."""
    if not known:
        return ""
    lines, branches = sum(p.new_lines for p in known), sum(p.new_branches for p in known)
    news = [_counted(lines, "new line", "new lines")] if lines else []
    news += [_counted(branches, "new branch", "new branches")] if branches else []
    runs = f"# proof: {min(p.passed for p in known)}/{max(p.runs for p in known)} runs"
    told = [runs, *([", ".join(news)] if news else []), *_catches(known)]
    return " · ".join(told)


def _catches(known: Sequence[Proof]) -> list[str]:
    """How many mutants the nodes catch together, of all that they reach."""
    caught = {number for proof in known for number in proof.caught}
    catchable = {number for proof in known for number in proof.catchable}
    return [f"catches {len(caught)} of {_counted(len(catchable), 'mutant', 'mutants')}"] if catchable else []


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _file_for(
    candidates: Iterable[Candidate],
    module: str,
    parameter_names: Mapping[str, Sequence[str]],
    collected: Iterable[str] = (),
    setup: PytestSetup | None = None,
) -> TestFile:
    reserved: set[str] = {"pytest_plugins"}
    called_through = {module.partition(".")[0]} if collected else set()
    for candidate in candidates:
        reserved |= _reserved_by(candidate, called_through)
    imports = Imports(target=module, reserved=reserved, collected=collected)
    return TestFile(module, imports, parameter_names=parameter_names, setup=setup or PytestSetup())


def _reserved_by(candidate: Candidate, modules: Set[str]) -> set[str]:
    """Names that no import may take: those of tests and helpers, and locals of a test that uses the same import."""
    recipes = recipes_of(candidate)
    nodes = [node for recipe in recipes for node in walk(recipe)]
    bound = set(local_names(candidate)) | {"scenario"}
    for node in nodes:
        if isinstance(node, Function):
            bound.update(bound_by_lambda(node.parameters))
    helpers = {node.name for node in nodes if isinstance(node, Helper)}
    return (
        {candidate.group or candidate.name}
        | helpers
        | (bound & (used_names(recipes) | {"pytest", "asyncio", "re"} | modules))
        | _defined(candidate)
    )


def _defined(candidate: Candidate) -> set[str]:
    """Names that a candidate from elsewhere defines beside its imports."""
    if candidate.rows:
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in parse_source(candidate.source).body if isinstance(node, kinds)}


def _ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Tests of one function or class together, in the order in which each first appears; private ones last."""
    groups: dict[tuple[bool, str], dict[str, list[Candidate]]] = {}
    for candidate in candidates:
        owner = candidate.target.partition(".")[0]
        groups.setdefault((candidate.private, owner), {}).setdefault(candidate.target, []).append(candidate)
    return [
        candidate
        for private in (False, True)
        for (is_private, _), targets in groups.items()
        if is_private is private
        for tests in targets.values()
        for candidate in tests
    ]
