"""Says to a model what went wrong when its code was run."""

from __future__ import annotations

from collections.abc import Sequence

from testwright.nouns.evaluation import Item, Outcome

__all__ = ["feedback"]

_MOST = 5
_LENGTH = 600
_WHOLE = {
    "no_code": "No code was found in the answer.",
    "parse_error": "The code does not parse.",
    "exec_error": "The code raised an error when it was loaded.",
    "timeout": "It took too long.",
    "out_of_memory": "It took too much memory.",
}


def feedback(outcome: Outcome, message: str, items: Sequence[Item]) -> str:
    """What failed, at most five items, each with its error and the end of what it printed."""
    wrong = [each for each in items if each.outcome != "passed"]
    if not wrong:
        return " ".join(filter(None, [_WHOLE.get(outcome, f"It ended with: {outcome}."), _cut(message)]))
    passed = f"{len(items) - len(wrong)} of {len(items)} checks passed."
    more = [f"... and {len(wrong) - _MOST} more"] if len(wrong) > _MOST else []
    return "\n".join([passed, *map(_line, wrong[:_MOST]), *more])


def _line(item: Item) -> str:
    name = item.kind.replace("_", " ")
    printed = f"\n  printed: {_cut(item.output)}" if item.output.strip() else ""
    return f"- {name} {item.number}: {_cut(item.message) or item.outcome}{printed}"


def _cut(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _LENGTH else "..." + text[-_LENGTH:]
