from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from testwright.assess.coverage_files.recognition import read_evidence_file
from testwright.errors import ProjectError

BOMB = b'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><coverage><packages>&b;</packages></coverage>'
STEALING = b'<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]><coverage><sources><source>&a;</source></sources></coverage>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no known kind"),
        (b"hello", "no known kind"),
        (b"SQLite format 3\x00" + b"junk" * 500, "malformed|not a database"),
        (b"!coverage.py: This is a private format, don't read it directly!{}", "coverage.py 4"),
        (b'{"files": {"a.py": {"executed_lines": [1', "damaged JSON"),
        (b'{"files": {"a.py": {"lines": {}}}}', "no report of `coverage json`.*executed_lines"),
        (b'{"files": {"a.py": {"executed_lines": ["x"], "missing_lines": []}}}', "no report of `coverage json`"),
        (b'{"total": 3}', "no report of `coverage json`"),
        (b"<coverage><packages><package>", "damaged XML"),
        (b"<html></html>", "XML of <html>"),
        (b"<coverage><project/></coverage>", "Clover"),
        (
            b'<coverage><packages><class filename="a.py"><line number="x"/></class></packages></coverage>',
            "without numbers",
        ),
        (BOMB, "declares the entity 'a'"),
        (STEALING, "declares the entity 'a'"),
        (b"SF:a.py\nDA:1,1\nDA:2", "its line 3 is 'DA:2'"),
        (b"SF:a.py\nDA:1,1\n", "ends within the record of 'a.py'"),
        (b"TN:\nSF:a.py\nBRDA:1,0\nend_of_record\n", "its line 3"),
    ],
)
def test_what_is_no_coverage_is_explained(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "evidence"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match=reason) as caught:
        read_evidence_file(str(path))
    assert caught.value.slug == "coverage-unreadable"
    assert caught.value.where == str(path)
    assert caught.value.hint


def test_a_database_of_something_else_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(ProjectError, match="something else") as caught:
        read_evidence_file(str(path))
    assert caught.value.slug == "coverage-unreadable"
    assert path.read_bytes() == before


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_cut_off_files_are_explained(measured: object, tmp_path: Path, share: float) -> None:
    root: Path = measured.root  # type: ignore[attr-defined]
    # The last page of a database may hold nothing that is read: only a larger part of it is always missed.
    databases = (".coverage",) if share < 0.9 else ()
    for name in ("coverage.json", "coverage.xml", *databases):
        whole = (root / name).read_bytes()
        cut = tmp_path / name
        cut.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(ProjectError) as caught:
            read_evidence_file(str(cut))
        assert caught.value.slug == "coverage-unreadable"


def test_a_file_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        read_evidence_file(str(tmp_path / ".coverage"))
    assert caught.value.slug == "coverage-not-found"
    assert "coverage run" in caught.value.hint


def test_the_parts_of_a_parallel_run_are_pointed_at(tmp_path: Path) -> None:
    (tmp_path / ".coverage.host.123").write_bytes(b"")
    with pytest.raises(ProjectError) as caught:
        read_evidence_file(str(tmp_path / ".coverage"))
    assert "'.coverage.host.123'" in caught.value.hint


def test_a_folder_is_no_evidence(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="it is a folder"):
        read_evidence_file(str(tmp_path))


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "coverage.json"
    path.write_bytes(b'\xef\xbb\xbf\r\n{"files": {}}')
    assert read_evidence_file(str(path)).files == ()
