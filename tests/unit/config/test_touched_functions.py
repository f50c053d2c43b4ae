"""What is left to do of a request when only touched functions count, in a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from testwright.config.options import Options
from testwright.config.project import find_project
from testwright.config.request import Request
from testwright.config.touched_functions import only_touched
from testwright.nouns import Target

SHOP = """import json

def one():
    return 1

class Cart:
    @property
    def size(self):
        return 2

    def two(self):
        return 2
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "repository"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP)
    (folder / "other.py").write_text("def three():\n    return 3\n")
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "first"]):
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(folder), *who, *command], check=True, capture_output=True)
    return folder


def left(repository: Path, *only: str) -> list[tuple[str, tuple[str, ...]]]:
    targets = [Target(p.stem, str(p), (str(repository),), only) for p in sorted(repository.glob("*.py"))]
    request = only_touched(Request(find_project(str(repository)), Options(), targets), "")
    return [(target.module, target.only) for target in request.targets]


def test_functions_with_changed_lines_are_left_and_modules_without_are_not(repository: Path) -> None:
    (repository / "shop.py").write_text(SHOP.replace("return 2\n\n    def", "return 22\n\n    def"))
    (repository / "new.py").write_text("def four():\n    return 4\n")
    assert left(repository) == [("new", ("four",)), ("shop", ("Cart.size",))]


def test_what_was_asked_for_narrows_it_further(repository: Path) -> None:
    (repository / "shop.py").write_text(SHOP.replace("return 1", "return 11").replace("return 2", "return 22"))
    assert left(repository, "Cart") == [("shop", ("Cart.size", "Cart.two"))]
    assert left(repository, "one") == [("shop", ("one",))]


def test_a_change_outside_of_functions_touches_none(repository: Path) -> None:
    (repository / "shop.py").write_text(SHOP.replace("import json", "import json, os"))
    assert left(repository) == []
