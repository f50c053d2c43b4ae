"""Which fixtures a generated file may take: those of its folder and above, the nearest of one name, that work."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.inside.recipes import Fixture, to_plain
from testwright.nouns import ProjectFixture, WrittenCandidate
from testwright.workflows.own_tests import OwnTests
from testwright.workflows.usable_fixtures import UsableFixtures, usable_fixtures

TEXT = "import pytest\n\n@pytest.fixture\ndef {name}():\n    {body}\n"


def usable(root: Path, folder: str, *fixtures: Fixture) -> tuple[UsableFixtures, list[str]]:
    notices: list[str] = []
    found = usable_fixtures(
        [ProjectFixture(fixture, ("builtins", "list")) for fixture in fixtures],
        root / folder,
        root=root,
        python=sys.executable,
        sys_path=(),
        jobs=1,
        notice=notices.append,
        stop=lambda: False,
    )
    return found, notices


def written(root: Path, folder: str, name: str, body: str = "return []") -> Fixture:
    path = root.resolve() / folder / "conftest.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + TEXT.format(name=name, body=body))
    return Fixture(name, str(path), name)


def test_only_what_the_folder_sees_the_nearest_first(tmp_path: Path) -> None:
    top, same, other = (written(tmp_path, folder, "cart") for folder in ("", "tests", "tests/web"))
    beside = written(tmp_path, "tests/web", "page")
    above = written(tmp_path, "", "prices")
    found, notices = usable(tmp_path, "tests", other, same, top, beside, above)
    assert {each.recipe for each in found.fixtures} == {same, above}
    assert found.setup.folder == "tests"
    assert [folder for folder, _ in found.setup.conftests] == [".", "tests"]
    assert found.to_seeds()[0][1] == ["builtins", "list"]
    assert to_plain(same) in [each[0] for each in found.to_seeds()]
    assert notices == []


def test_what_does_not_work_is_told_and_left_out(tmp_path: Path) -> None:
    good, bad = written(tmp_path, "tests", "good"), written(tmp_path, "tests", "bad", "raise RuntimeError('gone')")
    found, (notice,) = usable(tmp_path, "tests", good, bad)
    assert [each.recipe for each in found.fixtures] == [good]
    assert "bad (error: RuntimeError: gone)" in notice


def test_a_plain_value_is_for_those_who_ask_for_it_by_name(tmp_path: Path) -> None:
    cart, rate = written(tmp_path, "tests", "cart"), written(tmp_path, "", "rate", "return 7")
    found = UsableFixtures((ProjectFixture(cart), ProjectFixture(rate, ("builtins", "int"), plain=True)))
    own = OwnTests(fixtures={"shop": replace(found, setup=PytestSetup(folder="tests"))})
    assert [each[0] for each in found.to_seeds()] == [to_plain(cart)]
    assert found.conftests == (cart.path,)
    assert own.fixture_names("shop") == ["cart", "rate"]
    taking, other = (WrittenCandidate("test_a", "a", f"def test_a({name}): ...") for name in ("rate", "rates"))
    assert [own.setup_of("shop", [test]).folder for test in (taking, other)] == ["tests", ""]


def test_a_file_elsewhere_sees_none(tmp_path: Path) -> None:
    cart = written(tmp_path / "project", "tests", "cart")
    (tmp_path / "elsewhere").mkdir()
    found, _ = usable(tmp_path / "project", "../elsewhere", cart)
    assert found == UsableFixtures((), PytestSetup())
