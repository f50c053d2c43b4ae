"""Writes a plan down: as XML or Markdown for whoever writes the tests, as JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import msgspec

from testwright.config.safe_xml import holdable, spelled
from testwright.errors import UsageError
from testwright.nouns.plan_task import PlanFunction, PlanModule, PlanTask
from testwright.python_source.line_ranges import line_ranges

__all__ = ["plan_text"]

_SCHEMA = 1
_BACKTICKS = re.compile(r"`+")
_MARKED = "lines that no test runs are marked >"


def plan_text(tasks: Sequence[PlanTask], kind: str) -> str:
    """The tasks as "xml", "json" or "md", in their order; equal tasks give equal text.

    Characters that XML cannot hold stand in it as their code. Raises UsageError `bad-value` for another kind.
    """
    writers = {"xml": _xml, "json": _json, "md": _markdown}
    if kind not in writers:
        raise UsageError(
            f"a plan cannot be written as {kind!r}",
            slug="bad-value",
            where="--plan",
            hint="name a file that ends in .xml, .json or .md",
        )
    return writers[kind](tasks)


def _json(tasks: Sequence[PlanTask]) -> str:
    return json.dumps({"schema": _SCHEMA, "tasks": msgspec.to_builtins(tasks)}, indent=1) + "\n"


def _numbered(function: PlanFunction) -> str:
    """Its source with line numbers, as they are what is missing is told by."""
    missing = set(function.missing_lines)
    lines = function.source.rstrip("\n").split("\n") if function.source else []
    numbered = enumerate(lines, function.first_line)
    return "\n".join(f"{number:>5}{'>' if number in missing else ' '} {line}".rstrip() for number, line in numbered)


def _percent(value: float) -> str:
    """Rounded down, so that only what is covered altogether reads 100."""
    return f"{int(value * 10) / 10:.1f}"


# ── XML ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _xml(tasks: Sequence[PlanTask]) -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<plan schema="{_SCHEMA}">']
    for task in tasks:
        lines += _indented(_task_element(task))
    return "\n".join([*lines, "</plan>"]) + "\n"


def _task_element(task: PlanTask) -> Iterator[str]:
    project = {"project": spelled(task.project)} if task.project else {}
    yield _start("task", {"number": task.number, "name": task.name, **project})
    inside = [
        _text("objective", task.objective),
        _start("coverage", {"now": _percent(task.coverage_now), "target": _percent(task.coverage_target)}, empty=True),
    ]
    for module in task.modules:
        inside += _module_element(module)
    inside += [_text("fixture", fixture) for fixture in task.fixtures]
    inside += [_verbatim("sample-test", task.sample_test)] if task.sample_test else []
    place = {"folder": spelled(task.project)} if task.project else {}
    inside += [
        _start("validation", place),
        *_indented(_text("command", command) for command in task.validation),
        "</validation>",
    ]
    yield from _indented(inside)
    yield "</task>"


def _module_element(module: PlanModule) -> Iterator[str]:
    name = spelled(module.module)
    yield _start("module", {"name": name, "path": spelled(module.path), "test-file": spelled(module.test_file)})
    for element, texts in (("context", module.context), ("related", module.related)):
        if texts:
            yield from _indented([_verbatim(element, "\n".join(texts))])
    for function in module.functions:
        yield from _indented(_function_element(function))
    yield "</module>"


def _function_element(function: PlanFunction) -> Iterator[str]:
    effort = function.effort
    attributes = {
        "name": function.qualname,
        "target": spelled(function.target),
        "lines": f"{function.line}-{function.end_line}",
        "async": str(function.is_async).lower(),
        "complexity": function.complexity,
        "effort": effort.size,
        "tests-wanted": effort.tests,
    }
    yield _start("function", attributes)
    inside = [_text("signature", function.signature)]
    inside += [_text("decorator", decorator) for decorator in function.decorators]
    inside += [_text("docstring", function.docstring)] if function.docstring else []
    inside += [_text("returns", function.returns)] if function.returns else []
    inside += [_text("raises", name) for name in function.raises]
    inside += [_text("missing-lines", line_ranges(function.missing_lines))] if function.missing_lines else []
    inside += [
        _text("missing-branch", branch.words, {"line": branch.line, "to": branch.end})
        for branch in function.missing_branches
    ]
    inside += [_text("hard-input", words) for words in effort.hard_inputs]
    inside += _reached_by(function)
    if function.source:
        inside.append(_verbatim("source", _numbered(function), {"first-line": function.first_line, "note": _MARKED}))
    yield from _indented(inside)
    yield "</function>"


def _reached_by(function: PlanFunction) -> Iterator[str]:
    yield _start("reached-by", {"count": function.test_count}, empty=not function.tests)
    if function.tests:
        yield from _indented(_text("test", test) for test in function.tests)
        yield "</reached-by>"


def _start(name: str, attributes: Mapping[str, object], *, empty: bool = False) -> str:
    said = "".join(f" {key}={quoteattr(holdable(str(value)))}" for key, value in attributes.items())
    return f"<{name}{said}{'/' if empty else ''}>"


def _text(name: str, text: str, attributes: Mapping[str, object] | None = None) -> str:
    return f"{_start(name, attributes or {})}{escape(holdable(text), {chr(13): '&#13;'})}</{name}>"


def _verbatim(name: str, text: str, attributes: Mapping[str, object] | None = None) -> str:
    """Code stays as it is, which a reader wants; "]]>" would end it."""
    shown = holdable(text).replace("\r", "\\r").replace("]]>", "]]]]><![CDATA[>")
    return f"{_start(name, attributes or {})}<![CDATA[\n{shown}\n]]></{name}>"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """Elements alone: the lines of code inside one stay where they are."""
    return (f"  {line}" for line in lines)


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _markdown(tasks: Sequence[PlanTask]) -> str:
    text = "\n\n".join(["# Test plan", *(part for task in tasks for part in _task_section(task))]) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()  # a file name may be no text at all


def _task_section(task: PlanTask) -> Iterator[str]:
    yield f"## {task.number}. {_plain(task.name)}"
    yield _plain(task.objective)
    if task.project:
        yield f"Paths are below {_code(task.project)}."
    for module in task.modules:
        yield from _module_section(module)
    if task.fixtures:
        yield "### Fixtures that are there\n\n" + "\n".join(f"- {_code(fixture)}" for fixture in task.fixtures)
    if task.sample_test:
        yield f"### A test of the project\n\n{_fenced(task.sample_test, 'python')}"
    if task.validation:
        place = f", in {_code(task.project)}" if task.project else ""
        yield f"### To check{place}\n\n" + _fenced("\n".join(task.validation), "bash")


def _module_section(module: PlanModule) -> Iterator[str]:
    place = f", tests go to {_code(module.test_file)}" if module.test_file else ""
    yield f"### {_code(module.module)} in {_code(module.path)}{place}"
    if module.context or module.related:
        yield _fenced("\n".join([*module.context, *module.related]), "python")
    for function in module.functions:
        yield f"- [ ] {_code(function.qualname)}, lines {function.line}-{function.end_line}\n" + "\n".join(
            f"    - {fact}" for fact in _facts(function)
        )
        if function.source:
            yield _fenced(_numbered(function), "text")


def _facts(function: PlanFunction) -> Iterator[str]:
    effort = function.effort
    yield _code(function.signature)
    if function.docstring:
        yield _plain(function.docstring)
    for title, texts in (("decorated with", function.decorators), ("raises", function.raises)):
        if texts:
            yield f"{title} {', '.join(map(_code, texts))}"
    if function.missing_lines:
        yield f"missing lines: {line_ranges(function.missing_lines)}"
    yield from (f"line {branch.line}: {_plain(branch.words)}" for branch in function.missing_branches)
    hard = f"; hard to make: {_plain(', '.join(effort.hard_inputs))}" if effort.hard_inputs else ""
    yield f"complexity {function.complexity}, effort {effort.size}, tests wanted: {effort.tests}{hard}"
    if function.tests:
        more = function.test_count - len(function.tests)
        yield f"reached by {', '.join(map(_code, function.tests))}{f' and {more} more' if more else ''}"


def _code(text: str) -> str:
    """As code on one line, whatever is in it."""
    flat = " ".join(text.split())
    ticks = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(flat)), default=0))
    blank = " " if "`" in flat else ""
    return f"{ticks}{blank}{flat}{blank}{ticks}"


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _plain(text: str) -> str:
    """Nothing in it is markup, but for code in backticks."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # one of them opens nothing
        return _escaped("`".join(parts))
    return "`".join(part if place % 2 else _escaped(part) for place, part in enumerate(parts))


def _escaped(text: str) -> str:
    for character in "\\`*_<>[]|":
        text = text.replace(character, f"\\{character}")
    return text
