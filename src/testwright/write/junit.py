"""Writes checks that passed or failed as JUnit XML, which CI servers show like tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

__all__ = ["Check", "junit_xml"]

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, however it is written."""


@dataclass(frozen=True, slots=True)
class Check:
    """`message` is "" for one that passed; `kind` is then of no matter."""

    name: str
    kind: str = ""
    message: str = ""


def junit_xml(suite: str, checks: Sequence[Check], *, seconds: float) -> str:
    """One suite, a case for each check."""
    failed = sum(bool(check.message) for check in checks)
    counts = {"tests": str(len(checks)), "failures": str(failed), "errors": "0", "time": f"{seconds:.2f}"}
    root = ElementTree.Element("testsuites", counts)
    element = ElementTree.SubElement(root, "testsuite", {"name": _clean(suite), **counts})
    for check in checks:
        case = ElementTree.SubElement(element, "testcase", {"classname": _clean(suite), "name": _clean(check.name)})
        if check.message:
            message = _clean(check.message)
            ElementTree.SubElement(case, "failure", {"message": message, "type": _clean(check.kind)}).text = message
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
