"""Decides how suspicions are shown: in the report of `generate`, and as SARIF."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testwright.cli.explain_command import find_page
from testwright.errors import UsageError
from testwright.version import VERSION
from testwright.write.sarif import SarifResult, sarif_log

if TYPE_CHECKING:
    from testwright.workflows.generate_tests import GenerateResult

__all__ = ["suspicions_text", "write_sarif"]


def suspicions_text(suspicions: Iterable[dict[str, Any]], *, verbose: bool) -> str:
    """The confident ones, or with `verbose` all, each with the call that shows it; "" for none."""
    found = list(suspicions)
    shown = [each for each in found if each["confident"] or verbose]
    if not shown:
        return ""
    lines = [f"{len(shown)} {'call looks' if len(shown) == 1 else 'calls look'} as if the code had a bug:"]
    for each in shown:
        lines.append(f"  {_place(each)}  {each['happened']} [{each['slug']}]")
        lines += [f"      {line}" for line in each["call"].splitlines() if line]
        lines.append(f"      expected: {each['expected']}")
    if len(shown) < len(found):
        lines.append(f"  and {len(found) - len(shown)} less sure; -v shows them")
    return "\n".join(lines)


def write_sarif(path: str, result: GenerateResult) -> None:
    """UsageError when the file cannot be written."""
    found = [
        SarifResult(each["slug"], _message(each), each["file"], each["line"])
        for module in result.modules
        for each in module.suspicions
        if each["confident"]
    ]
    rules = {slug: _opening(slug) for slug in {each.rule for each in found}}
    log = sarif_log(found, root=str(result.root), version=VERSION, rules=rules)
    try:
        Path(path).write_text(json.dumps(log, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the suspicions cannot be written to {path!r}: {error.strerror}",
            slug="output-not-writable",
            where=path,
            hint="name another file with --sarif",
        ) from error


def _message(suspicion: dict[str, Any]) -> str:
    return f"{suspicion['happened']}; expected: {suspicion['expected']}\n{suspicion['call']}"


def _opening(slug: str) -> str:
    """What the rule does, in the first sentence of its page."""
    text = find_page(slug).partition("## What it does")[2].strip()
    return text.partition(". ")[0].partition("\n")[0].rstrip(".") + "."


def _place(suspicion: dict[str, Any]) -> str:
    relative = os.path.relpath(suspicion["file"])
    path = suspicion["file"] if relative.startswith("..") else relative
    return f"{path}:{suspicion['line']}"
