"""Of each format what coverage.py's own reports of a small project do not show."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from testwright.assess.coverage_files import read_coverage
from testwright.assess.coverage_files.recognition import read_evidence_file
from testwright.assess.coverage_files.told import LEAVES, Reading, Reported
from testwright.nouns.coverage import BranchPoint


def reading(tmp_path: Path, text: str) -> Reading:
    path = tmp_path / "evidence"
    path.write_text(text)
    return read_evidence_file(str(path))


def only(read: Reading) -> Reported:
    ((_, told),) = read.files
    assert isinstance(told, Reported)
    return told


def json_of(**file: Any) -> str:
    return json.dumps({"files": {"a.py": {"executed_lines": [1, 2], "missing_lines": [3], **file}}})


def test_json_of_version_5_has_lines_alone(tmp_path: Path) -> None:
    read = reading(tmp_path, json_of(excluded_lines=[9], summary={"covered_lines": 2}))
    told = only(read)
    assert (told.statements, told.covered, told.excluded, told.branches) == ({1, 2, 3}, {1, 2}, {9}, None)
    assert (read.has_branches, read.notices) == (False, ())


def test_json_that_counts_branches_without_listing_them_is_a_notice(tmp_path: Path) -> None:
    read = reading(tmp_path, json_of(summary={"num_branches": 4, "covered_branches": 2}))
    assert "counts branches but does not list them" in read.notices[0]
    assert only(read).branches is None


def test_a_way_to_an_excluded_line_is_no_branch(tmp_path: Path) -> None:
    read = reading(
        tmp_path, json_of(excluded_lines=[9], executed_branches=[[1, 2], [1, 9]], missing_branches=[[1, -1], [1, 3]])
    )
    assert only(read).branches == {1: BranchPoint(1, 3, 1, (-1, 3))}


def test_json_contexts_are_tests(tmp_path: Path) -> None:
    contexts = {"1": [""], "2": ["t.py::test_a[x|y]|run", "t.py::test_a[x|y]|setup", "pkg.test_b", ""]}
    assert only(reading(tmp_path, json_of(contexts=contexts))).tests == {2: {"t.py::test_a[x|y]", "pkg.test_b"}}


def test_contexts_of_a_data_file_are_tests(project: Path, run_coverage: Callable[..., None]) -> None:
    (project / "test_it.py").write_text(
        "import sys; sys.path.insert(0, 'src')\nfrom pkg.a import f\ndef test_one(): f(1)\ndef test_none(): f(0)\n"
        "test_one(); test_none()\n"
    )
    (project / ".coveragerc").write_text("[run]\ndynamic_context = test_function\nbranch = True\n")
    run_coverage(project, "run", "test_it.py")
    run_coverage(project, "json", "-q", "--show-contexts")
    source = str(project / "src" / "pkg" / "a.py")
    expected = {2: ("__main__.test_none", "__main__.test_one"), 3: ("__main__.test_one",), 4: ("__main__.test_none",)}
    for kind in (".coverage", "coverage.json"):
        evidence = read_coverage([str(project / kind)], root=str(project), sources=[source])
        assert evidence.files[source].tests == expected, kind


def xml_of(lines: str, root: str = "", doctype: str = "") -> str:
    packages = (
        f'<packages><package><classes><class filename="a.py"><methods/>{lines}</class></classes></package></packages>'
    )
    return f'<?xml version="1.0" ?>{doctype}<coverage><sources><source>{root}</source></sources>{packages}</coverage>'


def test_cobertura_of_others_counts_branches(tmp_path: Path) -> None:
    line = '<lines><line number="1" hits="7" branch="True" condition-coverage="50% (1/2)"><conditions/></line></lines>'
    told = only(
        reading(tmp_path, xml_of(line, doctype='<!DOCTYPE coverage SYSTEM "http://cobertura.example/coverage-04.dtd">'))
    )
    assert (told.covered, told.branches) == ({1}, {1: BranchPoint(1, 2, 1)})


def test_cobertura_of_coverage_names_what_is_missing(tmp_path: Path) -> None:
    line = '<lines><line number="1" hits="1" branch="true" condition-coverage="0% (0/2)" missing-branches="4,exit"/></lines>'
    assert only(reading(tmp_path, xml_of(line))).branches == {1: BranchPoint(1, 2, 0, (4, LEAVES))}


def test_a_line_told_twice_is_covered_if_it_is_once(tmp_path: Path) -> None:
    lines = '<lines><line number="1" hits="1"/><line number="2" hits="0"/></lines><lines><line number="1" hits="0"/></lines>'
    told = only(reading(tmp_path, xml_of(lines)))
    assert (told.statements, told.covered, told.branches) == ({1, 2}, {1}, None)


def test_cobertura_paths_start_at_its_sources(project: Path) -> None:
    path = project / "coverage.xml"
    path.write_text(xml_of('<lines><line number="1" hits="1"/></lines>', root="/home/ci/src/pkg"))
    source = str(project / "src" / "pkg" / "a.py")
    assert read_coverage([str(path)], root=str(project), sources=[source]).files[source].covered == {1}


def test_numbered_branches_of_lcov_are_counted(tmp_path: Path) -> None:
    records = "TN:\nSF:a.py\nDA:1,5\nDA:2,0,hash\nBRDA:1,0,0,3\nBRDA:1,0,1,0\nBRDA:1,e1,0,-\nLF:2\nend_of_record\n"
    read = reading(tmp_path, records)
    told = only(read)
    assert (told.statements, told.covered, told.branches) == ({1, 2}, {1}, {1: BranchPoint(1, 3, 1)})
    assert read.has_branches


def test_words_of_lcov_branches_are_understood(tmp_path: Path) -> None:
    words = ["jump to line 7,0", "jump to line 9,1", "return from function 'f',0"]
    told = only(
        reading(tmp_path, "\n".join(["SF:a.py", "DA:3,1", *(f"BRDA:3,0,{each}" for each in words), "end_of_record"]))
    )
    assert told.branches == {3: BranchPoint(3, 3, 1, (7, LEAVES))}


def test_lcov_records_of_one_file_add_up(project: Path) -> None:
    path = project / "lcov.info"
    records = [f"SF:src/pkg/a.py\nDA:1,1\nDA:2,1\nDA:3,{hit}\nDA:4,{1 - hit}\nend_of_record\n" for hit in (0, 1)]
    path.write_text("# merged\nTN:one\n" + "TN:two\n".join(records))
    source = str(project / "src" / "pkg" / "a.py")
    assert read_coverage([str(path)], root=str(project), sources=[source]).files[source].percent == 100
