"""Globals of a package are put back as they were, and what a first use binds for good is left."""

from __future__ import annotations

import sys
import types
from collections import deque
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from testwright.inside.exploring.package_state import PackageState
from testwright.inside.patching import path_in


class Registry:
    known: ClassVar[dict[str, int]] = {"a": 1}
    level = 3


@pytest.fixture
def modules() -> Iterator[tuple[Any, Any]]:
    target, other = types.ModuleType("planted_package.target"), types.ModuleType("planted_package.other")
    other.__dict__.update(
        enabled=True, cache={}, order=[1, 2], recent=deque([1]), names={"x"}, table=dict.fromkeys(range(90))
    )
    sys.modules.update({m.__name__: m for m in (target, other)})
    yield target, other
    for module in (target, other):
        sys.modules.pop(module.__name__, None)


def test_what_calls_changed_is_put_back(modules: tuple[Any, Any]) -> None:
    target, other = modules
    state = PackageState(target, [Registry])
    cache = other.cache
    other.enabled, other.counted, Registry.level = False, 3, 4
    other.cache["k"] = 1
    other.order.append(3)
    other.recent.clear()
    other.names.add("y")
    Registry.known.clear()
    del other.table
    assert state.restored()
    assert (other.enabled, other.cache, other.order, other.recent, other.names) == (True, {}, [1, 2], deque([1]), {"x"})
    assert (Registry.known, Registry.level, len(other.table)) == ({"a": 1}, 3, 90)
    assert other.cache is cache
    assert not hasattr(other, "counted")
    assert not state.restored()
    assert state.repairs == 1


def test_lazy_imports_and_definitions_stay(modules: tuple[Any, Any]) -> None:
    target, other = modules
    other.shared = None
    state = PackageState(target)
    other.json, other.Late, other.late = sys, Registry, test_what_calls_changed_is_put_back
    other.shared = Registry()
    assert not state.restored()
    assert other.Late is Registry


def test_other_packages_are_let_alone(modules: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = types.ModuleType("planted_stranger")
    monkeypatch.setitem(sys.modules, "planted_stranger", stranger)
    state = PackageState(modules[0])
    stranger.enabled = False  # type: ignore[attr-defined]
    assert not state.restored()
    assert stranger.enabled is False  # type: ignore[attr-defined]


def test_what_a_first_use_makes_and_goes_by_stays(modules: tuple[Any, Any]) -> None:
    """As a decorator does that compiles a function late, and keeps what that calls among the globals."""
    module, other = modules

    class Dispatcher:
        pass

    state = PackageState(module)
    made = other.made_late = Dispatcher()
    state.restored()
    assert other.made_late is made


def test_flags_that_changed_are_told_with_what_they_were(modules: tuple[Any, Any]) -> None:
    target, other = modules
    other.level, other.seen = "low", 1
    state = PackageState(target, [Registry])
    assert state.flags_changed() == []
    other.enabled, other.level, other.seen, other.cache = False, None, 2, {"k": 1}
    Registry.level = None  # type: ignore[assignment]
    assert set(state.flags_changed()) == {
        (path_in(other.__name__, "enabled"), True),
        (path_in(other.__name__, "level"), "low"),
        (path_in(Registry.__module__, "Registry.level"), 3),
    }
    state.restored()
