"""Reports go where the user says, or the message says why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testwright.cli.report_file import pages_of, write_report, write_sarif
from testwright.errors import UsageError
from testwright.write.sarif import SarifResult


def test_a_report_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_report(str(tmp_path), "text")
    assert caught.value.slug == "output-not-writable"


def test_findings_tell_what_their_rule_does(tmp_path: Path) -> None:
    found = [SarifResult("asserts-something", "test_x asserts nothing", str(tmp_path / "test_x.py"), 3)]
    write_sarif(str(tmp_path / "found.sarif"), found, root=str(tmp_path), rules=pages_of(found))
    run = json.loads((tmp_path / "found.sarif").read_text())["runs"][0]
    assert run["results"][0]["ruleId"] == "asserts-something"
    described = run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]
    assert described.endswith(".")
    assert "\n" not in described
