"""Turns batches into tasks that can be worked on without reading the code base again: each with all that is known."""

from __future__ import annotations

import ast
import importlib.util
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from testwright.assess.batches import Batch
from testwright.assess.source_context import context_of, definition_of, first_line_of, shown_signature, used_names
from testwright.assess.statement_survey import SurveyedFunction, survey_of
from testwright.nouns.coverage import FunctionCoverage, ModuleCoverage, percentage
from testwright.nouns.plan_task import PlanFunction, PlanModule, PlanTask
from testwright.python_source.module_names import imported_names
from testwright.python_source.parsing import source_lines
from testwright.python_source.raised_names import raised_names
from testwright.python_source.source_text import own_nodes, source_of

__all__ = ["plan_tasks"]

_TESTS_NAMED = 5
_DATA_FILE = ".testwright/plan.coverage"
"""Not the project's own: it may be what the plan was made from."""


def plan_tasks(
    batches: Sequence[Batch],
    modules: Sequence[ModuleCoverage],
    *,
    sources: Mapping[str, bytes],
    test_files: Mapping[str, str],
    fixtures: Mapping[str, Sequence[str]] | None = None,
    sample_tests: Mapping[str, str] | None = None,
) -> list[PlanTask]:
    """One task a batch, in that order, numbered from 1.

    `sources` holds the text of each file by `ModuleCoverage.path`; of a file that is not there, or cannot be parsed, no
    more than the names and figures is told. `test_files` (where the new tests go, relative to the root), `fixtures` and
    `sample_tests` are by module. The target of a task is counted: what its modules would have if nothing were missing
    of its functions, and all else stayed as it is.
    """
    counted = {module.path: module for module in modules}
    read = _Sources(sources, {module.module: module.path for module in modules})
    given = _Given(test_files, fixtures or {}, sample_tests or {})
    return [_task(number, batch, counted, read, given) for number, batch in enumerate(batches, 1)]


@dataclass(frozen=True, slots=True)
class _Given:
    """By module."""

    test_files: Mapping[str, str]
    fixtures: Mapping[str, Sequence[str]]
    sample_tests: Mapping[str, str]


def _task(number: int, batch: Batch, counted: Mapping[str, ModuleCoverage], read: _Sources, given: _Given) -> PlanTask:
    places = dict.fromkeys((function.module, function.path) for function in batch.functions)
    modules = tuple(_module(place, batch.functions, read, given) for place in places)
    now, then = _coverage(batch.functions, counted)
    return PlanTask(
        number=number,
        name=batch.name,
        objective=_objective(batch, modules, now, then),
        modules=modules,
        coverage_now=now,
        coverage_target=then,
        fixtures=tuple(dict.fromkeys(text for module in modules for text in given.fixtures.get(module.module, ()))),
        sample_test=next((text for m in modules if (text := given.sample_tests.get(m.module, ""))), ""),
        validation=_validation(modules),
    )


def _coverage(functions: Iterable[FunctionCoverage], counted: Mapping[str, ModuleCoverage]) -> tuple[float, float]:
    """In percent: now, and with the functions covered altogether."""
    listed = list(functions)
    modules = [counted[path] for path in dict.fromkeys(f.path for f in listed) if path in counted]
    covered = sum(module.covered + (module.taken or 0) for module in modules)
    whole = sum(module.statements + (module.branches or 0) for module in modules)
    known = [function for function in listed if function.path in counted]
    gained = sum(f.statements - f.covered + f.branches - f.taken for f in known)
    return percentage(covered, whole), percentage(covered + gained, whole)


def _objective(batch: Batch, modules: Sequence[PlanModule], now: float, then: float) -> str:
    functions = batch.functions
    lines = sum(len(function.missing_lines) for function in functions)
    ways = sum(function.branches - function.taken for function in functions)
    missing = " and ".join([_counted(lines, "missing line"), *([_counted(ways, "branch", "es")] if ways else [])])
    places = ", ".join(module.module for module in modules)
    return (
        f"Write pytest tests for {_counted(len(functions), 'function')} of {places}: about {_counted(batch.tests, 'test')}, "
        f"which run {missing}. Coverage of {'this module' if len(modules) == 1 else 'these modules'} rises from "
        f"{_shown(now)} to {_shown(then)}."
    )


def _shown(percent: float) -> str:
    """Rounded down: 100 is only what is covered altogether."""
    return f"{int(percent * 10) / 10:.1f}%"


def _counted(number: int, what: str, plural: str = "s") -> str:
    return f"{number} {what}{'' if number == 1 else plural}"


def _validation(modules: Sequence[PlanModule]) -> tuple[str, ...]:
    """To be run in the project's root. All that is imported is measured, as the project's settings may say which."""
    files = shlex.join(dict.fromkeys(module.test_file for module in modules if module.test_file))
    if not files:
        return ()
    shown = shlex.quote(",".join(dict.fromkeys(module.path for module in modules)))
    return (
        f"python -m coverage run --branch --data-file={_DATA_FILE} -m pytest {files}",
        f"python -m coverage report --data-file={_DATA_FILE} --show-missing --include={shown}",
        f"testwright prove {files}",
    )


# ── one module, one function ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Read:
    """One file: its lines with their ends, its tree, and its functions by the line of their `def`."""

    lines: list[str]
    tree: ast.Module
    functions: dict[int, SurveyedFunction]


class _Sources:
    """Each file is parsed once, however many tasks it has a part in."""

    def __init__(self, texts: Mapping[str, bytes], paths: Mapping[str, str]) -> None:
        self._texts, self._paths = texts, paths
        self._read: dict[str, _Read] = {}

    def of(self, path: str) -> _Read:
        if path not in self._read:
            self._read[path] = _read(self._texts.get(path, b""))
        return self._read[path]

    def is_module(self, module: str) -> bool:
        return module in self._paths

    def defined(self, module: str, name: str, hops: int = 3) -> str:
        """What the project's module means by that name, with where it is; "" for what is not the project's."""
        path = self._paths.get(module, "")
        if not path or not hops:
            return ""
        tree = self.of(path).tree
        if text := definition_of(tree, name):
            return f"# {module}\n{text}"
        origins = [each for each in imported_names(tree, module, is_package=_is_package(path)) if each.name == name]
        return next((text for o in origins if (text := self.defined(o.module, o.qualname, hops - 1))), "")


def _is_package(path: str) -> bool:
    return path.endswith("__init__.py")


def _read(content: bytes) -> _Read:
    try:
        found, text = survey_of(content), importlib.util.decode_source(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # whoever measured the file has said so
        return _Read([], ast.Module([], []), {})
    return _Read(source_lines(text), found.tree, {function.line: function for function in found.functions})


def _module(place: tuple[str, str], functions: Iterable[FunctionCoverage], read: _Sources, given: _Given) -> PlanModule:
    module, path = place
    own = [function for function in functions if (function.module, function.path) == place]
    file = read.of(path)
    known = [file.functions[function.line] for function in own if function.line in file.functions]
    return PlanModule(
        module=module,
        path=path,
        test_file=given.test_files.get(module, ""),
        functions=tuple(_function(function, file) for function in own),
        context=context_of(file.tree, known),
        related=tuple(dict.fromkeys(_related(module, path, known, read))),
    )


def _related(module: str, path: str, known: Iterable[SurveyedFunction], read: _Sources) -> Iterator[str]:
    """What the functions take from other modules of the project: how to make it, or how it is called."""
    used = used_names(known)
    for each in imported_names(read.of(path).tree, module, is_package=_is_package(path)):
        if each.name not in used:
            continue
        inside = f"{each.module}.{each.qualname}".rstrip(".")
        wanted = [(each.module, each.qualname)]
        if read.is_module(inside):
            wanted = [(inside, name) for name in sorted(used[each.name])]
        yield from (text for place in wanted if (text := read.defined(*place)))


def _function(function: FunctionCoverage, file: _Read) -> PlanFunction:
    """coverage.py tells functions of one name apart by "@" and their line; in the source, the line alone says which."""
    qualname = function.qualname.partition("@")[0]
    known = file.functions.get(function.line)
    node = known.node if known is not None else None
    first = min([function.line, *(d.lineno for d in node.decorator_list)]) if node else function.line
    return PlanFunction(
        qualname=function.qualname,
        target=f"{function.module}:{_outermost(qualname, function.line, file)}",
        line=function.line,
        end_line=function.end_line,
        signature=shown_signature(node) if node else f"def {qualname.rpartition('.')[2]}(...)",
        decorators=tuple(source_of(decorator) for decorator in node.decorator_list) if node else (),
        returns=source_of(node.returns) if node else "",
        raises=raised_names(node, list(own_nodes(node.body))) if node else (),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        docstring=first_line_of(node) if node else "",
        missing_lines=function.missing_lines,
        missing_branches=function.missing_branches,
        complexity=function.complexity,
        effort=function.effort,
        tests=function.tests[:_TESTS_NAMED],
        test_count=len(function.tests),
        first_line=first,
        source="".join(file.lines[first - 1 : function.end_line]),
    )


def _outermost(qualname: str, line: int, file: _Read) -> str:
    """The function that can be called from outside: one inside another cannot."""
    around = [
        r for r in file.functions.values() if r.line < line <= r.end_line and qualname.startswith(f"{r.qualname}.")
    ]
    return min((each.qualname for each in around), key=len, default=qualname)
