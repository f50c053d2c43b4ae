"""Fixtures called outside of pytest give what they give inside of it, and end as they would."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import pytest

from testwright.inside.conftests import fixture_function, folder_imported_from, load_conftest
from testwright.inside.patching import take_back
from testwright.inside.recipes import (
    Call,
    Const,
    Fixture,
    Function,
    Name,
    Recipe,
    Surroundings,
    Variable,
    evaluate,
    from_plain,
    to_plain,
    walk,
)
from testwright.inside.scenario import Scenario, Step

CONFTEST = """
    import os
    from dataclasses import dataclass
    import pytest

    ENDED = []

    @dataclass
    class Line:
        name: str

    @pytest.fixture
    def line():
        return Line("tea")

    @pytest.fixture(name="lines")
    def several(line, tmp_path):
        (tmp_path / "lines.txt").write_text(line.name)
        yield [line]
        ENDED.append("lines")
        raise RuntimeError("a test with it has an error")

    @pytest.fixture
    def abroad(monkeypatch):
        monkeypatch.setenv("COUNTRY", "FR")
        return os.environ["COUNTRY"]

    def no_fixture():
        return 1
    """


@pytest.fixture
def fixture(tmp_path: Path) -> Callable[..., Fixture]:
    """A recipe for one of that file."""
    path = tmp_path / "conftest.py"
    path.write_text(dedent(CONFTEST))
    return lambda name, function="", needs=(): Fixture(name, str(path), function or name, tuple(needs))


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    (tmp_path / "scratch").mkdir()
    return Surroundings(tmp_path / "scratch", files={})


def test_one_test_is_given_a_fixture_once_whoever_needs_it(
    fixture: Callable[..., Fixture], around: Surroundings
) -> None:
    line = fixture("line")
    lines = fixture("lines", "several", [line, Fixture("tmp_path")])
    held = evaluate(lines, around)
    assert held[0].name == "tea"
    assert evaluate(line, around) is held[0]
    assert evaluate(Call(Function("", lines)), around) is held
    assert around.files == {"lines.txt": b"tea"}


def test_what_stands_after_the_yield_is_done_at_the_end_and_its_errors_are_not_ours(
    fixture: Callable[..., Fixture], around: Surroundings
) -> None:
    lines = fixture("lines", "several", [fixture("line"), Fixture("tmp_path")])
    evaluate(lines, around)
    ended = load_conftest(lines.path).ENDED
    assert ended == []
    take_back(around.finish)
    assert ended == ["lines"]


def test_what_a_fixture_patches_is_taken_back(fixture: Callable[..., Fixture], around: Surroundings) -> None:
    assert evaluate(fixture("abroad", "", [Fixture("monkeypatch")]), around) == "FR"
    take_back(around.undo)
    assert "COUNTRY" not in os.environ


@pytest.mark.parametrize("name", ["no_fixture", "nothing"])
def test_what_is_no_fixture_is_not_called(fixture: Callable[..., Fixture], around: Surroundings, name: str) -> None:
    with pytest.raises(LookupError, match=name):
        evaluate(fixture(name), around)


def test_others_of_pytest_need_a_test(around: Surroundings) -> None:
    with pytest.raises(LookupError, match="capsys"):
        evaluate(Fixture("capsys"), around)


def test_the_form_before_pytest_8_4_is_known_too() -> None:
    def made() -> int:
        return 1

    def refusing() -> None: ...

    refusing.__pytest_wrapped__ = SimpleNamespace(obj=made)  # type: ignore[attr-defined]
    assert fixture_function(refusing) is made
    assert fixture_function(made) is None


def test_a_conftest_is_no_module_that_others_could_import(fixture: Callable[..., Fixture]) -> None:
    module = load_conftest(fixture("line").path)
    assert module.__name__ not in sys.modules
    assert load_conftest(fixture("line").path) is module


def test_packages_are_imported_from_above_them(tmp_path: Path) -> None:
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    for folder in ("tests", "tests/unit"):
        (tmp_path / folder / "__init__.py").touch()
    assert folder_imported_from(str(tmp_path / "tests" / "unit" / "conftest.py")) == str(tmp_path)
    assert folder_imported_from(str(tmp_path / "conftest.py")) == str(tmp_path)


LINES = Fixture("lines", "/a/conftest.py", "several", (Fixture("line", "/b/conftest.py", "line"), Fixture("tmp_path")))


def test_a_fixture_comes_back_from_its_plain_form() -> None:
    call = Call(Name("shop", "total"), (LINES, Variable("x")))
    assert from_plain(to_plain(call)) == call
    with pytest.raises(ValueError, match="not a fixture"):
        from_plain(["fixture", "lines", "/a/conftest.py", "several", [["variable", "x"]]])


def test_a_fixture_is_a_leaf_and_tells_which_files_it_is_made_by() -> None:
    call: Recipe = Call(Name("shop", "total"), (LINES,))
    assert [node for node in walk(call) if isinstance(node, Fixture)] == [LINES]
    scenario = Scenario((Step(call), Step(Const(1))), "total")
    assert LINES.conftests == scenario.conftests == ("/a/conftest.py", "/b/conftest.py")
