"""Calls of a module in the files around it."""

from __future__ import annotations

from pathlib import Path

from testwright.nouns import Target
from testwright.workflows.callers import calls_of
from testwright.write.ownership import MARK

FILES = {
    "shop/__init__.py": "from .codes import unlock",
    "shop/codes.py": "def unlock(code): ...\n",
    "shop/app.py": "from shop import unlock\nunlock('from the app')\n",
    "tests/test_codes.py": "from shop.codes import unlock\nunlock('from a test')\n",
    "tests/test_ours.py": f"# {MARK} 1)\nfrom shop.codes import unlock\nunlock('from us')\n",
    "broken.py": "unlock(\n",
}


def codes(root: Path, *, tests: bool) -> list[str]:
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    target = Target("shop.codes", str(root / "shop/codes.py"), (str(root),))
    return [call["arguments"]["code"][-1] for call in calls_of(target, root, tests=tests)]


def test_calls_come_from_the_package_and_from_tests_that_we_did_not_write(tmp_path: Path) -> None:
    assert codes(tmp_path, tests=True) == ["from a test", "from the app"]


def test_no_test_is_read_that_is_not_to_be_looked_at(tmp_path: Path) -> None:
    assert codes(tmp_path, tests=False) == ["from the app"]


def test_a_module_that_cannot_be_read_has_no_callers(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")
    assert calls_of(Target("broken", str(tmp_path / "broken.py"), (str(tmp_path),)), tmp_path, tests=True) == []
