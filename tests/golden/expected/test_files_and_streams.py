"""Tests for ledger, proven by running (testwright 0.1, seed 1)."""

import pytest

from ledger import load, save


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_load(tmp_path):
    path = tmp_path / "accounts.txt"
    path.write_text("cash\nbank\n", encoding="utf-8")

    assert load(path) == ["cash", "bank"]


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_load_raises_file_not_found_error_for_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.txt")


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_save(tmp_path, capsys):
    path = tmp_path / "out.txt"

    assert save(path, ["cash"]) == 1
    assert path.read_text(encoding="utf-8") == "cash\n"
    captured = capsys.readouterr()
    assert captured.out == "1 lines saved\n"
    assert captured.err == "done\n"


# proof: 5/5 runs
def test_save_prints(tmp_path, capsys):
    save(tmp_path / "deep.txt", [])

    assert capsys.readouterr().out == "0 lines saved\n"
