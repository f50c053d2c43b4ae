from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from testwright.inside.recording.boundaries.on_import import ImportWatch


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportWatch]:
    (tmp_path / "awaited.py").write_text("value = 1\nspec = __spec__\n")
    (tmp_path / "broken_one.py").write_text("raise LookupError('own')\n")
    monkeypatch.syspath_prepend(tmp_path)
    made = ImportWatch()
    yield made
    made.stop()
    for name in ("awaited", "broken_one"):
        sys.modules.pop(name, None)


def test_it_is_told_once_the_module_is_whole(watch: ImportWatch) -> None:
    seen: list[tuple[str, int]] = []
    watch.when("awaited", lambda module: seen.append((module.__name__, module.value)))
    watch.start()
    assert seen == []
    module = importlib.import_module("awaited")
    assert seen == [("awaited", 1)]
    assert type(module.__loader__).__name__ == type(module.__spec__.loader).__name__ == "SourceFileLoader"  # type: ignore[union-attr]
    assert "value" in (module.__loader__.get_source("awaited") or "")  # type: ignore[attr-defined, union-attr]
    importlib.reload(module)
    assert len(seen) == 1


def test_it_is_told_at_once_of_what_is_there(watch: ImportWatch) -> None:
    seen: list[ModuleType] = []
    watch.when("json", seen.append)
    assert seen == [sys.modules["json"]]


def test_what_an_import_raises_comes_out(watch: ImportWatch) -> None:
    watch.when("broken_one", lambda module: None)
    watch.start()
    with pytest.raises(LookupError, match="own"):
        importlib.import_module("broken_one")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("nowhere_to_be_found")


def test_after_the_end_nothing_is_told(watch: ImportWatch) -> None:
    seen: list[ModuleType] = []
    watch.when("awaited", seen.append)
    watch.start()
    watch.stop()
    importlib.import_module("awaited")
    assert seen == []
    assert watch not in sys.meta_path


def test_another_finder_may_look_further_as_well(watch: ImportWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    class LooksFurther:
        def find_spec(self, *given: Any) -> Any:
            others = [each for each in sys.meta_path if each is not self and hasattr(each, "find_spec")]
            return next((found for each in others if (found := each.find_spec(*given))), None)

    seen: list[str] = []
    watch.when("awaited", lambda module: seen.append(module.__name__))
    watch.when("nowhere_to_be_found", lambda module: seen.append(module.__name__))
    watch.start()
    monkeypatch.setattr(sys, "meta_path", [LooksFurther(), *sys.meta_path])
    with pytest.raises(ImportError):
        importlib.import_module("nowhere_to_be_found")
    importlib.import_module("awaited")
    assert seen == ["awaited"]
