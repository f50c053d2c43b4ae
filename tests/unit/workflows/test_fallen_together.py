"""Files of all modules side by side: no two have one name, and each reason comes to the file that it is about."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Target
from testwright.workflows.fallen_together import Fallen, fallen_together
from testwright.workflows.module_report import ModuleReport

COUNTED = "import kept\n\n\ndef test_it():\n    kept.SEEN.append(1)\n    assert len(kept.SEEN) < {most}\n"


def report(module: str, most: int = 0, whole: int = 0) -> ModuleReport:
    model: dict[str, Any] = {}
    if whole:
        model = {"text": COUNTED.format(most=whole), "tests": {"test_it": {}}, "setup": PytestSetup().to_plain()}
    text = COUNTED.format(most=most) if most else ""
    return ModuleReport(module, f"{module}.py", text=text, evidence={"test_it": {}} if most else {}, model=model)


def fallen(folder: Path, *reports: ModuleReport) -> dict[str, Fallen]:
    (folder / "kept.py").write_text("SEEN = []\n", encoding="utf-8")
    targets = {each.module: Target(each.module, str(folder / each.file), (str(folder),)) for each in reports}
    options = Options(python=sys.executable)
    return fallen_together(reports, targets, options, stop=lambda: False, notice=lambda words: None)


def test_each_file_is_run_once_and_blamed_for_its_own(tmp_path: Path) -> None:
    found = fallen(tmp_path, report("shop", 9, 2), report("shop_model", 9), report("a.b", 2), report("a_b", 9))
    assert set(found) == {"shop", "a.b"}
    assert (found["shop"].own, list(found["shop"].whole)) == ({}, ["test_it"])
    assert (list(found["a.b"].own), found["a.b"].whole) == (["test_it"], {})
    assert found["shop"].whole["test_it"].startswith("failed beside the tests of other files, ")
    assert fallen(tmp_path, report("shop", 0, 1)) == {}
