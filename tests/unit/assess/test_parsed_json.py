from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from testwright.assess.parsed_json import parse_coverage_json
from testwright.errors import ProjectError


def report(path: str = "src/shop/cart.py", **summary: Any) -> str:
    counts = {"covered_lines": 6, "num_statements": 8, "percent_covered": 75.0, "missing_lines": 2, **summary}
    told = {"executed_lines": [1, 2, 3, 4, 5, 6], "summary": counts, "missing_lines": [9, 7], "excluded_lines": []}
    return json.dumps({"meta": {"version": "5.0"}, "files": {path: told}, "totals": counts})


def test_lines_alone_are_told_without_branches() -> None:
    (module,) = parse_coverage_json(report())

    assert (module.module, module.path) == ("shop.cart", "src/shop/cart.py")
    assert (module.statements, module.covered, module.missing_lines) == (8, 6, (7, 9))
    assert (module.branches, module.taken, module.percent, module.functions) == (None, None, 75.0, ())


def test_branches_count_in_the_percentage() -> None:
    (module,) = parse_coverage_json(report(num_branches=4, covered_branches=1, missing_branches=3))

    assert (module.branches, module.taken, module.percent) == (4, 1, pytest.approx(100 * 7 / 12))


def test_version_5_tells_taken_branches_by_the_percentage_only() -> None:
    (module,) = parse_coverage_json(report(num_branches=4, num_partial_branches=1, percent_covered=100 * 9 / 12))

    assert (module.branches, module.taken, module.percent) == (4, 3, pytest.approx(75))


def test_a_file_without_statements_is_covered() -> None:
    (module,) = parse_coverage_json(report(covered_lines=0, num_statements=0, percent_covered=0))

    assert module.percent == 100


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("shop/__init__.py", "shop"),
        ("src\\shop\\pay.py", "shop.pay"),
        ("./shop/a.py", "shop.a"),
        ("../src/shop/a.py", "shop.a"),
        ("src.py", "src"),
        ("__init__.py", "__init__"),
        ("/ci/shop/a.py", "ci.shop.a"),
    ],
)
def test_modules_are_named_by_their_path(path: str, name: str) -> None:
    (module,) = parse_coverage_json(report(path))

    assert module.module == name


@pytest.mark.parametrize("branch", [True, False])
def test_a_real_report_is_read_as_coverage_sums_it_up(tmp_path: Path, branch: bool) -> None:
    (tmp_path / "a.py").write_text(
        "import sys\nfor x in sys.argv:\n    if x:\n        y = 1\n    else:\n        y = 2\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    for words in (["run", *(["--branch"] if branch else []), "a.py"], ["json", "-q"]):
        subprocess.run(
            [sys.executable, "-m", "coverage", *words], cwd=tmp_path, env=environment, check=True, timeout=60
        )
    path = tmp_path / "coverage.json"
    totals = json.loads(path.read_text())["totals"]

    (module,) = parse_coverage_json(path)

    assert (module.statements, module.covered) == (totals["num_statements"], totals["covered_lines"])
    assert (module.branches, module.taken) == (totals.get("num_branches"), totals.get("covered_branches"))
    assert module.percent == pytest.approx(totals["percent_covered"])
    assert parse_coverage_json(str(path)) == parse_coverage_json(path.read_text()) == [module]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        '{"files": []}',
        '{"files": {"a.py": 3}}',
        '{"files": {"a.py": {}}}',
        '{"files": {"a.py": {"summary": {}, "missing_lines": []}}}',
        '{"files": ' + '{"a":' * 100_000,
    ],
)
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match=r"no coverage\.json") as caught:
        parse_coverage_json(text)
    assert caught.value.slug == "coverage-unreadable"


def test_a_file_that_is_no_json_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(b"\xff\x00 nothing")

    with pytest.raises(ProjectError, match=r"c\.json"):
        parse_coverage_json(tmp_path / "c.json")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"none\.json") as caught:
        parse_coverage_json(tmp_path / "none.json")
    assert caught.value.slug == "coverage-not-found"
