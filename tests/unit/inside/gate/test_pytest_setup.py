"""What a written file relies on: as it travels to a worker, and what pytest is told of it."""

from __future__ import annotations

import pytest

from testwright.inside.gate.pytest_setup import PytestSetup, joined


@pytest.mark.parametrize("setup", [PytestSetup(), PytestSetup("auto"), PytestSetup("strict")])
def test_it_comes_back_from_its_plain_form(setup: PytestSetup) -> None:
    assert PytestSetup.from_plain(setup.to_plain()) == setup


def test_what_is_no_mode_is_none() -> None:
    assert PytestSetup.from_plain({"asyncio": "trio"}) == PytestSetup.from_plain({}) == PytestSetup()


def test_only_a_file_with_async_tests_asks_for_the_plugin() -> None:
    assert PytestSetup().arguments == []
    assert PytestSetup("strict").arguments == ["-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=strict"]


def test_files_together_rely_on_what_any_of_them_does() -> None:
    assert joined([PytestSetup(), PytestSetup("auto")]) == PytestSetup("auto")
    assert joined([]) == PytestSetup()
