from __future__ import annotations

from pathlib import Path

import pytest

from testwright.assess import figures_store
from testwright.assess.figures_store import FiguresStore, StoredFile, evidence_key, lazily_decoded
from testwright.assess.module_figures import module_figures
from testwright.assess.statement_survey import survey_of
from testwright.nouns import BranchPoint, FileCoverage

SOURCE = b"def f(a):\n    if a:\n        return 1\n    return 2\n"
LINES = frozenset({1, 2, 3, 4})
FILES = [
    FileCoverage("/p/m.py", LINES, frozenset({1}), (BranchPoint(2, 2, 0, (3, 4)),)),
    FileCoverage("/p/m.py", LINES, LINES, None, frozenset({9}), measured=False, stale="it has changed"),
    FileCoverage("/p/m.py", LINES, LINES, (), tests={1: ("a::t", "b::t"), 2: ("a::t",), 3: ("a::t", "b::t")}),
    FileCoverage(
        "/p/m.py", LINES, LINES, (), tests={n: tuple(f"t.py::test_{i}" for i in range(n)) for n in range(999)}
    ),
]


def stored(file: FileCoverage, content: bytes = b"1") -> StoredFile:
    figures = module_figures(file, survey_of(SOURCE), module="m", root="/p")
    return StoredFile.of(content, imports=["b", "a"], notice="", figures=figures, coverage=file)


@pytest.mark.parametrize("file", FILES)
def test_what_is_stored_comes_back_as_it_was(file: FileCoverage) -> None:
    found = stored(file)
    assert found.file_coverage("/p/m.py") == file
    assert found.module_figures() == module_figures(file, survey_of(SOURCE), module="m", root="/p")
    assert found.imports == ("a", "b")


def test_names_that_are_repeated_take_little_room() -> None:
    assert len(stored(FILES[-1]).coverage) < 2_000_000


def test_a_source_is_found_as_long_as_its_text_and_the_evidence_are_the_same(tmp_path: Path) -> None:
    place = tmp_path / "store"
    one = stored(FILES[0])
    place.write_bytes(FiguresStore(place, b"key").packed(["doubtful"], {"/p/m.py": one}))
    again = FiguresStore(place, b"key")
    assert (again.is_known, again.notices) == (True, ("doubtful",))
    assert again.find("/p/m.py", b"1") == one
    assert again.find("/p/m.py", b"2") is None
    assert again.find("/p/n.py", b"1") is None
    for other in (FiguresStore(place, b"other"), FiguresStore(place, b"key", forget=True)):
        assert (other.is_known, other.find("/p/m.py", b"1")) == (False, None)


def test_damage_in_the_middle_is_seen(tmp_path: Path) -> None:
    place = tmp_path / "store"
    text = bytearray(FiguresStore(place, b"key").packed([], {"/p/m.py": stored(FILES[-1])}))
    place.write_bytes(text)
    assert FiguresStore(place, b"key").is_known
    text[len(text) // 2] ^= 1
    place.write_bytes(text)
    assert not FiguresStore(place, b"key").is_known


@pytest.mark.parametrize("damage", [b"", b"\x93", b"garbage" * 9])
def test_what_cannot_be_read_is_forgotten(tmp_path: Path, damage: bytes) -> None:
    place = tmp_path / "store"
    place.write_bytes(damage)
    assert not FiguresStore(place, b"key").is_known
    assert not FiguresStore(tmp_path / "none", b"key").is_known


def test_the_key_is_of_the_evidence_the_settings_and_whoever_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1")
    other.write_text("2")
    keys = [
        evidence_key([str(one)], ["a"]),
        evidence_key([str(other)], ["a"]),
        evidence_key([str(one), str(other)], ["a"]),
        evidence_key([str(one)], ["a", ""]),
        evidence_key([str(one)], ["b"]),
    ]
    assert keys[0] == evidence_key([str(one)], ["a"])
    monkeypatch.setattr(figures_store, "VERSION", "99")
    keys.append(evidence_key([str(one)], ["a"]))
    assert len(set(keys)) == len(keys)


def test_coverage_is_unpacked_when_it_is_asked_for() -> None:
    files = lazily_decoded({"/p/m.py": stored(FILES[0]), "/p/n.py": FILES[1]})
    assert (len(files), sorted(files)) == (2, ["/p/m.py", "/p/n.py"])
    assert files["/p/m.py"] == FILES[0]
    assert files["/p/m.py"] is files["/p/m.py"]
    assert files["/p/n.py"] is FILES[1]
