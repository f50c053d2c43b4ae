"""Opens the model that a command was given, tells the user where it is, and shows its replies as they come."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from testwright.cli.output import show_remark, show_text
from testwright.config.project import Project
from testwright.config.sources import Settings
from testwright.llm.exchange import ModelClient, Told

__all__ = ["asked_model", "reply_shower"]


def asked_model(settings: Settings, project: Project, *, quiet: bool = False) -> ModelClient | None:
    """None where no model is named. With --dry-run, one that only prints what it is asked. Close it in the end."""
    options = settings.options
    if not options.model_name:
        return None
    if options.model_dry_run:
        # On stdout a JSON document stands alone, and so do the questions where there is none.
        return _dry_run(project, options.model_context_size, show_remark if options.json else show_text)
    from testwright.llm.opening import open_model
    from testwright.workflows.model_settings import model_settings

    # Where code goes is said also to those who want to hear nothing else.
    is_told = not quiet or bool(options.model_base_url)
    return open_model(options.model_name, model_settings(settings, project), announce=show_remark if is_told else None)


def _dry_run(project: Project, context_size: int | None, show: Told) -> ModelClient:
    """Redacted as recordings are: what is printed ends up in logs and tickets."""
    from testwright.inside.recording.log_file import REMEMBERED
    from testwright.inside.recording.recording_settings import rules_of, salt_in
    from testwright.inside.recording.redaction import Redactor
    from testwright.llm.dry_run import DryRun

    redactor = Redactor(rules_of(str(project.root)), salt_in(Path(project.root, REMEMBERED)))
    return DryRun(show, lambda text: str(redactor.redact(text)), context_size=context_size)


def reply_shower(*, stream: bool, quiet: bool) -> Told | None:
    """For `complete(told=...)`: replies on stderr, piece by piece; None where that is no terminal or not wanted."""
    if quiet or not stream or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None

    def show(piece: str) -> None:
        # A reply is strangers' text: what a terminal would obey is not shown to it.
        sys.stderr.write("".join(each for each in piece if each.isprintable() or each in "\n\t"))
        sys.stderr.flush()

    return show
