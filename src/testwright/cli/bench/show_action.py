"""`testwright bench show`: shows one sample: what was asked and answered, and what came of it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from testwright.cli import exit_codes
from testwright.cli.output import show_document, show_text
from testwright.errors import UsageError

__all__ = ["command"]

_EVALUATION, _CONVERSATION = "evaluation__", "conversation__"


@click.command("show", short_help="Show one sample: question, answer, and what came of it.")
@click.argument("file", metavar="EVALUATION|CONVERSATION")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON document.")
def command(file: str, as_json: bool) -> int:
    """Show the conversation and the evaluation of one sample; either of the two files names it."""
    from testwright.bench.records.conversation_file import load_conversation_from_eval
    from testwright.bench.records.evaluation_file import evaluation_from, to_plain
    from testwright.bench.records.preview import preview, shown_evaluation

    place = Path(file)
    evaluation_file = place.with_name(place.name.replace(_CONVERSATION, _EVALUATION, 1))
    conversation = load_conversation_from_eval(evaluation_file)
    found = None
    if evaluation_file.exists() or place.name.startswith(_EVALUATION):
        try:
            found = evaluation_from(json.loads(evaluation_file.read_bytes()), str(evaluation_file))
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{str(evaluation_file)!r} is no evaluation: {error}",
                slug="evaluation-invalid",
                where=str(evaluation_file),
                hint="name a file that begins with evaluation__ or conversation__",
            ) from error
    if as_json:
        show_document({"evaluation": to_plain(found) if found else None, "conversation": list(conversation)})
    else:
        parts = [preview(conversation), *([shown_evaluation(found)] if found else [])]
        show_text("\n\n---\n\n".join(parts))
    return exit_codes.DONE
