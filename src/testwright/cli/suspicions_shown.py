"""Decides how suspicions are shown: in the report of `generate`, and as SARIF."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from testwright.cli.report_file import pages_of, write_sarif
from testwright.write.sarif import SarifResult

if TYPE_CHECKING:
    from testwright.workflows.generate_tests import GenerateResult

__all__ = ["suspicions_text", "write_suspicions"]


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


def write_suspicions(path: str, result: GenerateResult) -> None:
    """UsageError when the file cannot be written."""
    found = [
        SarifResult(each["slug"], _message(each), each["file"], each["line"], fingerprint=_fingerprint(each))
        for module in result.modules
        for each in module.suspicions
        if each["confident"]
    ]
    write_sarif(path, found, root=str(result.root), rules=pages_of(found))


def _message(suspicion: dict[str, Any]) -> str:
    return f"{suspicion['happened']}; expected: {suspicion['expected']}\n{suspicion['call']}"


def _fingerprint(suspicion: dict[str, Any]) -> str:
    """The function, and the error if there was one: another search may find another call that shows the same."""
    happened = suspicion["happened"].partition(":")[0]
    return f"{suspicion['target']} {happened if happened.endswith(('Error', 'Exception')) else ''}".strip()


def _place(suspicion: dict[str, Any]) -> str:
    relative = os.path.relpath(suspicion["file"])
    path = suspicion["file"] if relative.startswith("..") else relative
    return f"{path}:{suspicion['line']}"
