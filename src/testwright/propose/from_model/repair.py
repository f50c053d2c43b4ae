"""Mends by rule what models get wrong around a test, and cuts a reply into candidates that stand alone."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from testwright.nouns import WrittenCandidate
from testwright.propose.from_model.repair_async import repair_async
from testwright.propose.from_model.repair_calls import repair_calls
from testwright.propose.from_model.repair_fixtures import repair_fixtures
from testwright.propose.from_model.repair_imports import Importing
from testwright.propose.from_model.target_facts import TargetFacts
from testwright.python_source.parsing import parse_source
from testwright.python_source.pieces import Pieces, Support, WrittenUnit, take_apart
from testwright.python_source.text_edits import renamed_definition

__all__ = ["Repaired", "written_candidates"]


@dataclass(slots=True)
class Repaired:
    """`rejected` are the tests not worth running: name, slug, reason; `repairs` what was mended for all of them."""

    candidates: list[WrittenCandidate] = field(default_factory=list)
    rejected: list[tuple[str, str, str]] = field(default_factory=list)
    repairs: tuple[str, ...] = ()


def written_candidates(code: str, target: str, facts: TargetFacts) -> Repaired:
    """The tests of a reply's code, each for itself; `target` is the qualname that was asked about."""
    importing = Importing(facts)
    pieces = take_apart(importing.with_real_module(code))
    pieces.supports = [each for each in pieces.supports if not _stands_in_for_target(each, facts)]
    found = Repaired(repairs=tuple(dict.fromkeys(importing.repairs)))
    shapes: set[str] = set()
    taken: set[str] = set(facts.names)
    for test in pieces.tests:
        shape = _shape(test)
        if _does_nothing(test):
            found.rejected.append((test.name, "asserts-something", "its body does nothing"))
        elif shape in shapes:
            found.rejected.append((test.name, "duplicate", "the reply has the same test before it"))
        else:
            shapes.add(shape)
            found.candidates.append(_candidate(test, pieces, target, importing, taken))
    return found


def _candidate(
    test: WrittenUnit, pieces: Pieces, target: str, importing: Importing, taken: set[str]
) -> WrittenCandidate:
    imports, supports = pieces.needed_by(test)
    body = "\n\n\n".join([*(each.text for each in supports), test.text]) + "\n"
    body, repairs = repair_fixtures(body, importing.facts, test.name)
    body, told = repair_async(body, importing.facts, test.name)
    body, imports, more = importing.complete(body, imports)
    repairs += [*told, *more]
    body, told = repair_calls(body, importing.facts, test.name)
    if told:
        body, imports, more = importing.complete(body, imports)
        repairs += [*told, *more]
    name = _free_name(test.name, taken)
    if name != test.name:
        repairs.append(f"{test.name} is called {name}")
        body = renamed_definition(body, test.name, name)
    taken.add(name)
    source = "\n".join(each.text for each in imports) + "\n\n\n" + body if imports else body
    return WrittenCandidate(name, target, source, test.group, tuple(dict.fromkeys(repairs)))


def _stands_in_for_target(support: Support, facts: TargetFacts) -> bool:
    """A copy of the code under test, or a name of it taken by other means than an import: the real one is meant."""
    own = facts.names - set(facts.imported)
    builtin = support.kind == "constant" and any(hasattr(builtins, name) for name in support.names)
    return builtin or not own.isdisjoint(support.names)


def _does_nothing(test: WrittenUnit) -> bool:
    function = _function(test)
    return all(
        isinstance(each, ast.Pass) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in function.body
    )


def _function(test: WrittenUnit) -> ast.FunctionDef | ast.AsyncFunctionDef:
    return next(
        each
        for each in ast.walk(parse_source(test.text))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == test.name
    )


def _shape(test: WrittenUnit) -> str:
    """Equal for tests that do the same under other names."""
    function = _function(test)
    parts = [function.args, *function.decorator_list, *(each for each in function.body if not _is_text(each))]
    return test.group + "".join(ast.dump(part) for part in parts)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _free_name(name: str, taken: set[str]) -> str:
    numbers = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbers if each not in taken)
