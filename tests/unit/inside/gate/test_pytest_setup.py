"""What a written file relies on: as it travels to a worker, and what pytest is told of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from testwright.inside.gate.pytest_setup import PytestSetup, joined

CHAIN = PytestSetup("strict", "tests/unit", ((".", "A = 1\n"), ("tests/unit", "B = 1\n")), ("/ours",))


@pytest.mark.parametrize("setup", [PytestSetup(), PytestSetup("auto"), CHAIN])
def test_it_comes_back_from_its_plain_form(setup: PytestSetup) -> None:
    assert PytestSetup.from_plain(setup.to_plain()) == setup


def test_what_is_no_mode_is_none() -> None:
    assert PytestSetup.from_plain({"asyncio": "trio"}) == PytestSetup.from_plain({}) == PytestSetup()


def test_only_a_file_with_async_tests_asks_for_the_plugin() -> None:
    assert PytestSetup().arguments == []
    assert PytestSetup("strict").arguments == ["-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=strict"]


def test_files_together_rely_on_what_any_of_them_does() -> None:
    assert joined([PytestSetup(), PytestSetup("auto")]) == PytestSetup("auto")
    assert joined([PytestSetup("auto"), replace(CHAIN, asyncio="")]) == replace(CHAIN, asyncio="auto")
    assert joined([]) == PytestSetup()


def test_conftests_lie_where_the_file_sees_them(tmp_path: Path) -> None:
    assert CHAIN.laid_out(tmp_path / "tests") == tmp_path / "tests" / "tests" / "unit"
    assert (tmp_path / "tests" / "conftest.py").read_text() == "A = 1\n"
    assert (tmp_path / "tests" / "tests" / "unit" / "conftest.py").read_text() == "B = 1\n"
    assert PytestSetup().laid_out(tmp_path / "alone") == tmp_path / "alone"


@pytest.mark.parametrize("folder", ["/etc", "../other", "a/../../b"])
def test_nothing_is_laid_out_elsewhere(folder: str) -> None:
    with pytest.raises(ValueError, match="not a folder below"):
        PytestSetup.from_plain({"folder": folder})
