"""What is stored of a module is read again whole, or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.workflows.module_report import ModuleReport, stored_report


def stored(folder: Path, **changed: Any) -> ModuleReport | None:
    report = ModuleReport("shop", "shop.py", kept=2, setup=PytestSetup("auto", "tests").to_plain())
    store = folder / "shop.json"
    store.write_text(json.dumps({**asdict(report), **changed}), encoding="utf-8")
    return stored_report(store)


def test_a_report_is_read_as_it_was_stored(tmp_path: Path) -> None:
    report = stored(tmp_path)
    assert report is not None
    assert (report.module, report.kept) == ("shop", 2)
    assert PytestSetup.from_plain(report.setup) == PytestSetup("auto", "tests")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"setup": {"folder": "../elsewhere"}}, id="a folder outside"),
        pytest.param({"setup": {"conftests": [["/tmp", "x"]]}}, id="a conftest outside"),
        pytest.param({"setup": "auto"}, id="no set-up"),
        pytest.param({"model": {"text": "x", "tests": {}}}, id="no set-up of a model's tests"),
        pytest.param({"model": {"text": "x", "tests": {}, "setup": {"folder": ".."}}}, id="a model's tests outside"),
        pytest.param({"only": None}, id="no names"),
        pytest.param({"colour": "red"}, id="of another version"),
    ],
)
def test_one_that_is_spoilt_is_as_good_as_none(tmp_path: Path, changed: dict[str, Any]) -> None:
    assert stored(tmp_path, **changed) is None
