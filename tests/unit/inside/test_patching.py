"""What a scenario patches is there while it runs, and as before afterwards."""

from __future__ import annotations

import os
import sys
import types

import pytest

from testwright.inside.patching import PATCHERS, Undo, path_in, take_back

NAME = "TESTWRIGHT_UNIT"


@pytest.fixture
def undo():
    made: list[Undo] = []
    yield made
    take_back(made)


def test_a_variable_is_set_and_taken_back(undo, monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    PATCHERS["setenv"](NAME, "1", undo)
    PATCHERS["setenv"](NAME, "2", undo)
    assert os.environ[NAME] == "2"
    take_back(undo)
    assert NAME not in os.environ
    assert undo == []


def test_a_variable_is_deleted_and_put_back(undo, monkeypatch):
    monkeypatch.setenv(NAME, "before")
    PATCHERS["delenv"](NAME, None, undo)
    assert NAME not in os.environ
    take_back(undo)
    assert os.environ[NAME] == "before"


def test_only_texts_are_variables(undo):
    with pytest.raises(TypeError, match="not int"):
        PATCHERS["setenv"](NAME, 1, undo)
    assert undo == []


def test_what_a_class_inherits_is_no_attribute_of_its_own_afterwards(undo, monkeypatch):
    module = types.ModuleType("patched_here")
    exec("class Base:\n    size = 1\n\nclass Lower(Base):\n    pass\n", vars(module))
    monkeypatch.setitem(__import__("sys").modules, "patched_here", module)
    PATCHERS["setattr"]("patched_here.Lower.size", 5, undo)
    assert module.Lower.size == 5
    take_back(undo)
    assert module.Lower.size == 1
    assert "size" not in vars(module.Lower)


def test_a_method_is_replaced_and_put_back(undo):
    PATCHERS["setattr"]("json.JSONEncoder.default", lambda *a: 1, undo)
    import json

    assert json.dumps(object()) == "1"
    take_back(undo)
    with pytest.raises(TypeError):
        json.dumps(object())


def test_a_missing_attribute_is_refused_as_pytest_refuses_it(undo):
    with pytest.raises(AttributeError):
        PATCHERS["setattr"]("json.no_such_thing", 1, undo)
    assert undo == []


def test_what_cannot_be_undone_does_not_keep_the_rest(undo, monkeypatch):
    monkeypatch.setenv(NAME, "before")
    PATCHERS["setenv"](NAME, "during", undo)
    undo.append(lambda: object().nothing)  # type: ignore[attr-defined]
    take_back(undo)
    assert os.environ[NAME] == "before"


def test_a_module_that_its_package_hides_is_patched_all_the_same(undo, monkeypatch):
    package, hidden, seen = (types.ModuleType(n) for n in ("planted_pack", "planted_pack.sum", "planted_pack.seen"))
    package.sum, package.seen = (lambda: 0), seen
    hidden.LIMIT = 1
    for module in (package, hidden, seen):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    assert path_in("planted_pack.seen", "LIMIT") == "planted_pack.seen.LIMIT"
    assert path_in("planted_pack.sum", "LIMIT") == "planted_pack.sum:LIMIT"
    PATCHERS["setattr"]("planted_pack.sum:LIMIT", 2, undo)
    assert hidden.LIMIT == 2
    take_back(undo)
    assert hidden.LIMIT == 1
