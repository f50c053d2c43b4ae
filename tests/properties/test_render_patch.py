"""A rendered patch under pytest's monkeypatch puts what the evaluator puts, and both leave nothing behind."""

from __future__ import annotations

import os
import types
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testwright.inside.patching import take_back
from testwright.inside.recipes import Call, Const, Function, Patch, Sequence, Surroundings, evaluate
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_recipe import FileNames, render

NAME = "TESTWRIGHT_PROPERTY"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
VALUES = st.one_of(
    st.integers(), TEXTS, st.none(), st.lists(st.integers(), max_size=3).map(lambda v: [Const(i) for i in v])
)
PATCHES = st.one_of(
    st.builds(Patch, st.just("setenv"), st.just(NAME), TEXTS.map(Const)),
    st.builds(Patch, st.just("delenv"), st.just(NAME)),
    st.builds(
        Patch,
        st.just("setattr"),
        st.sampled_from(["builtins.input", "os.path.sep", "time.time", "json.decoder.scanner"]),
        VALUES.map(lambda v: Function("*args", Sequence("list", tuple(v)) if isinstance(v, list) else Const(v))),
    ),
)


def seen(patch: Patch) -> Any:
    if patch.kind != "setattr":
        return os.environ.get(patch.target)
    module, _, name = patch.target.rpartition(".")
    found: Any = __import__(module.partition(".")[0])
    for part in [*module.split(".")[1:], name]:
        found = getattr(found, part)
    return found() if isinstance(found, types.LambdaType) else found


@given(PATCHES, st.sampled_from([None, "before"]))
@settings(max_examples=150, deadline=None)
def test_the_rendered_patch_does_what_the_evaluated_one_does(patch: Patch, before: str | None) -> None:
    with pytest.MonkeyPatch.context() as around:
        around.delenv(NAME, raising=False) if before is None else around.setenv(NAME, before)
        untouched = seen(patch) if patch.kind != "setattr" else None
        surroundings = Surroundings()
        evaluate(patch, surroundings)
        expected = seen(patch)
        take_back(surroundings.undo)
        assert patch.kind == "setattr" or seen(patch) == untouched

        source = render(patch, FileNames(Imports())).source
        with pytest.MonkeyPatch.context() as monkeypatch:
            exec(source, {"monkeypatch": monkeypatch})
            assert seen(patch) == expected


def test_calls_of_what_was_patched_see_it() -> None:
    surroundings = Surroundings()
    evaluate(Patch("setattr", "time.time", Function("", Const(12.5))), surroundings)
    import time

    try:
        assert evaluate(Call(Function("", Const(1))), surroundings) == 1
        assert time.time() == 12.5
    finally:
        take_back(surroundings.undo)
    assert time.time() > 1e9
