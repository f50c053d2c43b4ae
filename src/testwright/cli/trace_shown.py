"""Decides how traces look on a terminal: a table, a tree of calls, differences; a line each, cut to the width."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

from testwright.cli.output import table
from testwright.traces.plain_text import duration, told, trace_title
from testwright.traces.trace_tree import walked
from testwright.workflows.trace_documents import started_at

if TYPE_CHECKING:
    from testwright.nouns import Span, Trace
    from testwright.traces.secret_search import FoundSecret
    from testwright.traces.trace_diff import Difference

__all__ = ["shown_differences", "shown_secrets", "shown_trace", "traces_table"]

_WIDE = 200
"""Columns where there is no terminal to ask."""
_VALUE, _DEEPEST = 60, 30


def traces_table(traces: Iterable[Trace]) -> str:
    rows = [
        (each.id, started_at(each), each.status or "unfinished", duration(each.took), str(each.spans), _title(each))
        for each in traces
    ]
    shown = table(("trace", "started", "status", "took", "spans", "what"), rows, right=(3, 4))
    return "\n".join(_cut(line) for line in shown.splitlines())


def _title(trace: Trace) -> str:
    return one_line(trace_title(trace)) + (" (pinned)" if trace.pinned else "")


def shown_trace(
    trace: Trace, spans: Sequence[Span], *, with_values: bool, depth: int | None = None, limit: int | None = None
) -> str:
    lines = [*_heading(trace, spans), ""]
    rows = ((deep, span) for deep, span in walked(spans) if depth is None or deep <= depth)
    for deep, span in islice(rows, limit):
        lines.append(_cut(_line(deep, span, with_values=with_values)))
    if limit is not None and (more := sum(1 for _ in rows)):
        lines.append(f"and {more} more; --limit shows more of them, --html a page")
    return "\n".join(lines)


def _heading(trace: Trace, spans: Sequence[Span]) -> Iterator[str]:
    yield f"{trace.id}  {_title(trace)}"
    facts = [trace.kind, trace.status or "unfinished", duration(trace.took), started_at(trace)]
    yield "  " + " · ".join(filter(None, facts))
    kinds = Counter(span.kind for span in spans)
    yield "  " + (", ".join(f"{number} {kind}" for kind, number in kinds.most_common()) or "nothing was recorded in it")
    if trace.user:
        yield f"  user: {one_line(trace.user)}"
    if trace.dropped:
        yield "  not kept: " + ", ".join(f"{number} {kind}" for kind, number in trace.dropped.items())
    if not trace.complete:
        yield "  parts of it are missing"


def _line(depth: int, span: Span, *, with_values: bool) -> str:
    said = told(span, _VALUE)
    text = said.line if with_values else said.title
    kind = "" if span.kind == "call" else f"[{span.kind}] "
    return f"{duration(span.took):>9}  {'  ' * min(depth, _DEEPEST)}{kind}{text}"


def shown_differences(first: Trace, second: Trace, found: Sequence[Difference]) -> str:
    if not found:
        return "no difference"
    lines = [f"- {first.id}  {_title(first)}", f"+ {second.id}  {_title(second)}"]
    for section, group in groupby(found, key=lambda each: each.section):
        lines += ["", section, *(_cut(f"{each.sign} {each.text}") for each in group)]
    return "\n".join(lines)


def shown_secrets(trace: Trace, found: Sequence[FoundSecret]) -> str:
    if not found:
        return f"{trace.id}: nothing looks like a secret"
    rows = [(str(each.span or ""), each.kind, one_line(each.place), one_line(each.shown)) for each in found]
    return f"{trace.id}: {len(found)} places look like secrets\n\n" + table(("span", "what", "where", "begins"), rows)


def _cut(line: str) -> str:
    width = shutil.get_terminal_size((_WIDE, 24)).columns
    line = one_line(line)
    return line if len(line) <= width else line[: width - 1] + "…"


def one_line(text: str) -> str:
    """What was recorded must not move the cursor of whoever looks at it."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
