"""`testwright trace`: lists recorded runs, shows and compares them, keeps and deletes them, hands them on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from testwright.cli import exit_codes
from testwright.cli.output import show_document, show_remark, show_text
from testwright.cli.report_file import require_folder, write_report
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.nouns import Trace
    from testwright.traces.trace_archive import Imported
    from testwright.traces.trace_filters import TraceFilter
    from testwright.workflows.open_traces import OpenTraces

__all__ = ["command"]

Command = TypeVar("Command", bound=Callable[..., Any])
_MEGABYTE = 1_000_000


class _Actions(click.Group):
    """What can be done with traces; a slip of the pen is told as that of a command is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], self.commands, n=1, cutoff=0.5)
            raise UsageError(
                f"there is no command {f'trace {args[0]}'!r}",
                slug="unknown-command",
                where="testwright trace",
                hint=f"did you mean {close[0]!r}?" if close else "`testwright trace --help` lists the commands",
            )
        return super().resolve_command(ctx, args)


@click.group("trace", cls=_Actions, short_help="Look at recorded runs: list, show, compare, keep, hand on.")
def command() -> None:
    """Look at recorded runs: list, show, compare, keep, hand on.

    TRACE is an id, the beginning of one, `latest`, or `latest~2` for the second before it.
    """


_as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")


def _with_filters(action: Command) -> Command:
    for option in reversed(_FILTERS):
        action = option(action)
    return action


_FILTERS: Sequence[Callable[[Any], Any]] = (
    click.option("--path", default="", metavar="GLOB", help="Only requests whose path fits, such as '/api/*'."),
    click.option("--status", default="", metavar="STATUS", help="Only ok, error, unfinished, 404, 5xx …"),
    click.option("--kind", default="", metavar="KIND", help="Only script, test, block, request, command or task."),
    click.option("--since", metavar="TIME", help="Only those from then on: '2026-11-23 14:05', or 2h for an age."),
    click.option("--before", metavar="TIME", help="Only those that began before."),
    click.option("--longer", type=click.FloatRange(min=0), metavar="SECONDS", help="Only those that took longer."),
    click.option("--user", default="", metavar="NAME", help="Only requests of this user."),
    click.option("--pinned", is_flag=True, help="Only pinned ones."),
)


def _filter(given: dict[str, Any], limit: int | None = None) -> TraceFilter:
    from testwright.traces.trace_filters import TraceFilter

    since, before = (_time(given[name], f"--{name}") for name in ("since", "before"))
    return TraceFilter(**{**given, "since": since, "before": before}, limit=limit)


def _time(text: str | None, option: str) -> int | None:
    from datetime import datetime

    from testwright.traces.trace_filters import time_of

    return None if text is None else time_of(text, datetime.now(), option=option)


@contextmanager
def _opened(*, create: bool = False) -> Iterator[OpenTraces]:
    from testwright.workflows.open_traces import open_traces

    with open_traces(create=create) as traces:
        yield traces
        for notice in traces.notices:
            show_remark(f"note: {notice}")


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@command.command("list", short_help="List recorded runs, the newest first.")
@_with_filters
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="So many at most."
)
@_as_json
def list_traces(limit: int, as_json: bool, **given: Any) -> int:
    """List recorded runs, the newest first."""
    from testwright.cli.trace_shown import traces_table
    from testwright.workflows.trace_documents import plain_trace

    wanted = _filter(given, limit)
    with _opened() as traces:
        found = traces.store.find(wanted)
        if as_json:
            show_document({"traces": [plain_trace(each) for each in found], "notices": traces.notices})
        else:
            show_text(traces_table(found) if found else "no traces")
    return exit_codes.DONE


@command.command("show", short_help="Show what happened in a run: calls, SQL, HTTP, with values and times.")
@click.argument("trace", default="latest")
@click.option("--depth", type=click.IntRange(min=0), metavar="N", help="Calls at most so deep.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=2000, show_default=True, metavar="N", help="Lines at most."
)
@click.option("--html", metavar="FILE", help="Write a page that opens from disk, instead.")
@click.option(
    "--check-secrets", is_flag=True, help="Search it for what looks like a secret, instead; exit 1 if any does."
)
@_as_json
def show(trace: str, depth: int | None, limit: int, html: str | None, check_secrets: bool, as_json: bool) -> int:
    """Show what happened in a run: calls, SQL, HTTP, with values and times. Without TRACE, in the latest."""
    from testwright.cli.trace_shown import shown_trace
    from testwright.workflows.trace_documents import plain_span, plain_trace

    require_folder(html)
    with _opened() as traces:
        found = traces.store.get(trace)
        if check_secrets:
            return _check_secrets(traces, found, as_json=as_json)
        spans = list(traces.store.spans(found.id))
        if html is not None:
            from testwright.workflows.trace_documents import trace_page_of
            from testwright.write.trace_page import trace_page

            write_report(html, trace_page(trace_page_of(found, spans)))
            show_remark(f"{found.id}: written to {html}")
        if as_json:
            show_document({"trace": plain_trace(found), "spans": [plain_span(span) for span in spans]})
        elif html is None:
            show_text(shown_trace(found, spans, with_values=True, depth=depth, limit=limit))
    return exit_codes.DONE


@command.command("tree", short_help="Show the names and times of a run's calls, without values.")
@click.argument("trace", default="latest")
@click.option("--depth", type=click.IntRange(min=0), metavar="N", help="Calls at most so deep.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=2000, show_default=True, metavar="N", help="Lines at most."
)
@_as_json
def tree(trace: str, depth: int | None, limit: int, as_json: bool) -> int:
    """Show the names and times of a run's calls, without values. Without TRACE, of the latest."""
    from testwright.cli.trace_shown import shown_trace
    from testwright.traces.trace_tree import walked
    from testwright.workflows.trace_documents import plain_span, plain_trace

    with _opened() as traces:
        found = traces.store.get(trace)
        spans = list(traces.store.spans(found.id))
        if as_json:
            rows = [plain_span(span, depth=deep) for deep, span in walked(spans)]
            show_document({"trace": plain_trace(found), "spans": rows})
        else:
            show_text(shown_trace(found, spans, with_values=False, depth=depth, limit=limit))
    return exit_codes.DONE


@command.command("diff", short_help="Show in what two runs differ: response, calls, SQL, HTTP.")
@click.argument("first")
@click.argument("second", default="latest")
@_as_json
def diff(first: str, second: str, as_json: bool) -> int:
    """Show in what two runs differ: response, calls, SQL, HTTP. Exits 1 when they do.

    Ids, times, UUIDs and dates with a time do not count. Without SECOND, FIRST is compared with the latest.
    """
    from testwright.cli.trace_shown import shown_differences
    from testwright.traces.trace_diff import differences

    with _opened() as traces:
        store = traces.store
        one, other = store.get(first), store.get(second)
        found = differences(list(store.spans(one.id)), list(store.spans(other.id)), one.status, other.status)
        code = exit_codes.FINDINGS if found else exit_codes.DONE
        if as_json:
            plain = [{"section": each.section, "sign": each.sign, "text": each.text} for each in found]
            show_document({"exit_code": code, "first": one.id, "second": other.id, "differences": plain})
        else:
            show_text(shown_differences(one, other, found))
    return code


def _check_secrets(traces: OpenTraces, trace: Trace, *, as_json: bool) -> int:
    from testwright.traces.secret_search import secrets_in

    found = secrets_in(trace, traces.store.spans(trace.id), _stand_ins(traces))
    code = exit_codes.FINDINGS if found else exit_codes.DONE
    if as_json:
        plain = [{"kind": each.kind, "span": each.span, "place": each.place, "shown": each.shown} for each in found]
        show_document({"exit_code": code, "trace": trace.id, "secrets": plain})
        return code
    from testwright.cli.trace_shown import shown_secrets

    show_text(shown_secrets(trace, found))
    return code


def _stand_ins(traces: OpenTraces) -> frozenset[str]:
    from testwright.inside.recording.issued_stand_ins import stand_ins_in
    from testwright.inside.recording.log_file import REMEMBERED

    return stand_ins_in(traces.root / REMEMBERED)


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@command.command("pin", short_help="Keep runs: they are never dropped for room.")
@click.argument("traces", nargs=-1, required=True, metavar="TRACE...")
@_as_json
def pin(traces: tuple[str, ...], as_json: bool) -> int:
    """Keep runs: they are never dropped for room."""
    return _pin(traces, True, as_json=as_json)


@command.command("unpin", short_help="Let runs be dropped for room again.")
@click.argument("traces", nargs=-1, required=True, metavar="TRACE...")
@_as_json
def unpin(traces: tuple[str, ...], as_json: bool) -> int:
    """Let runs be dropped for room again."""
    return _pin(traces, False, as_json=as_json)


def _pin(texts: tuple[str, ...], pinned: bool, *, as_json: bool) -> int:
    with _opened() as traces:
        chosen = [traces.store.resolve(text) for text in texts]
        traces.store.pin(chosen, pinned)
        _tell("pinned" if pinned else "unpinned", chosen, as_json=as_json)
    return exit_codes.DONE


@command.command("delete", short_help="Delete runs, pinned ones too if they are named.")
@click.argument("traces", nargs=-1, metavar="[TRACE]...")
@click.option("--before", metavar="TIME", help="All that began before and are not pinned: a time, or 3d for an age.")
@_as_json
def delete(traces: tuple[str, ...], before: str | None, as_json: bool) -> int:
    """Delete runs, pinned ones too if they are named. What they held is overwritten on the disk."""
    from testwright.traces.trace_filters import TraceFilter

    if not traces and before is None:
        raise click.UsageError("no trace is named; --before chooses by age")
    limit = _time(before, "--before")
    with _opened() as opened:
        chosen = [opened.store.resolve(text) for text in traces]
        if limit is not None:
            chosen += [each.id for each in opened.store.find(TraceFilter(before=limit)) if not each.pinned]
        chosen = list(dict.fromkeys(chosen))
        opened.store.delete(chosen)
        _tell("deleted", chosen, as_json=as_json)
    return exit_codes.DONE


@command.command("prune", short_help="Delete the oldest runs that are not pinned, until the rest fits.")
@click.option("--keep", type=click.FloatRange(min=0), metavar="MB", help="Megabytes to keep. [default: trace-store-mb]")
@_as_json
def prune(keep: float | None, as_json: bool) -> int:
    """Delete the oldest runs that are not pinned, until the rest fits."""
    with _opened() as traces:
        dropped = traces.store.prune(None if keep is None else int(keep * _MEGABYTE))
        used = traces.store.used()
        if as_json:
            show_document({"deleted": dropped, "bytes": used})
        else:
            show_text(f"{_counted(dropped)} deleted; the others take {used / _MEGABYTE:.1f} MB")
    return exit_codes.DONE


def _tell(what: str, traces: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        show_document({"traces": list(traces)})
    else:
        show_text("\n".join(f"{what} {trace}" for trace in traces) or f"nothing {what}")


# ── handing on ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command.command("export", short_help="Write runs to a file for another machine.")
@click.argument("traces", nargs=-1, metavar="[TRACE]...")
@click.option("-o", "--output", required=True, metavar="FILE", help="The zip file.")
@_with_filters
@_as_json
def export(traces: tuple[str, ...], output: str, as_json: bool, **given: Any) -> int:
    """Write runs to a file for another machine: those that are named, else all that fit."""
    from testwright.traces.secret_search import secrets_in
    from testwright.traces.trace_archive import export_traces

    require_folder(output)
    wanted = _filter(given)
    with _opened() as opened:
        chosen = [opened.store.get(text) for text in traces] if traces else opened.store.find(wanted)
        if not chosen:
            raise UsageError(
                "there is no trace to export",
                slug="trace-unknown",
                where="testwright trace export",
                hint="`testwright trace list` shows what there is",
            )
        export_traces(opened.store, chosen, Path(output))
        stand_ins = _stand_ins(opened)
        suspect = [each.id for each in chosen if secrets_in(each, opened.store.spans(each.id), stand_ins)]
        if as_json:
            show_document({"file": output, "traces": [each.id for each in chosen], "suspect": suspect})
        else:
            show_text(f"{_counted(chosen)} written to {output}")
    for trace in suspect:
        show_remark(f"note: {trace} may hold secrets: look with `testwright trace show {trace} --check-secrets`")
    return exit_codes.DONE


@command.command("import", short_help="Take in exported runs, or those of Kolo 2.x.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_as_json
def import_traces(file: Path, as_json: bool) -> int:
    """Take in exported runs, or those of Kolo 2.x: FILE is what `export` wrote, or .kolo/db.sqlite3."""
    with _opened(create=True) as traces:
        imported = _imported(traces, file)
        if as_json:
            known = {"known": imported.known, "left_out": imported.left_out}
            show_document({"traces": imported.traces, **known})
        else:
            there = f"; {imported.known} were here already" if imported.known else ""
            show_text("\n".join([*imported.traces, f"{_counted(imported.traces)} taken in{there}"]))
    for kind, number in sorted(imported.left_out.items()):
        show_remark(f"note: left out: {number} × {kind}")
    return exit_codes.DONE


def _imported(traces: OpenTraces, file: Path) -> Imported:
    from testwright.traces.kolo_traces import import_kolo, is_sqlite
    from testwright.traces.trace_archive import import_archive, unreadable

    try:
        from_kolo = is_sqlite(file)
    except OSError as error:
        raise unreadable(file, error.strerror or str(error)) from error
    return (
        import_kolo(traces.store, file, redact=_redaction(traces)) if from_kolo else import_archive(traces.store, file)
    )


def _redaction(traces: OpenTraces) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """As recordings are redacted here: Kolo keeps everything as it was."""
    from testwright.inside.recording.log_file import REMEMBERED
    from testwright.inside.recording.record_redaction import redact_record
    from testwright.inside.recording.recording_settings import rules_of, salt_in
    from testwright.inside.recording.redaction import Redactor

    redactor = Redactor(rules_of(str(traces.root)), salt_in(traces.root / REMEMBERED))
    return lambda record: redact_record(redactor, record)


def _counted(traces: Sequence[object]) -> str:
    return f"{len(traces)} trace{'' if len(traces) == 1 else 's'}"
