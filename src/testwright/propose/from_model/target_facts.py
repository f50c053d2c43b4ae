"""Holds what rules need to know of the module under test to mend a test of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from testwright.python_source.model import FunctionModel, ModuleModel

__all__ = ["TargetFacts", "facts_of"]

_OF_PYTEST = frozenset(
    {"tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory", "monkeypatch", "capsys", "capsysbinary", "capfd"}
    | {"capfdbinary", "caplog", "recwarn", "request", "pytestconfig", "record_property", "doctest_namespace"}
)


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """`names` exist in the module once it is imported. `modules` are those of the project, `fixtures` those that its
    tests may take beside pytest's, `asyncio` the mode of pytest-asyncio ("" = nothing runs async tests).
    """

    module: str
    names: frozenset[str] = frozenset()
    functions: Mapping[str, FunctionModel] = field(default_factory=dict)
    """By qualname."""
    plain_classes: frozenset[str] = frozenset()
    """Classes that can be made without arguments."""
    imported: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By name, the module and qualname that the module under test has it from."""
    modules: frozenset[str] = frozenset()
    fixtures: frozenset[str] = _OF_PYTEST
    asyncio: str = ""

    @property
    def stem(self) -> str:
        return self.module.rpartition(".")[2]


def facts_of(
    model: ModuleModel, *, modules: Iterable[str] = (), fixtures: Iterable[str] = (), asyncio: str = ""
) -> TargetFacts:
    functions = {each.qualname: each for each in model.functions if "<locals>" not in each.qualname}
    return TargetFacts(
        model.module,
        frozenset(model.names) | {each.name for each in model.imports if each.name != "*"},
        functions,
        frozenset(each.qualname for each in model.classes if _needs_nothing(each.qualname, functions, each.fields)),
        {each.name: (each.module, each.qualname) for each in model.imports if each.name != "*"},
        frozenset(modules),
        _OF_PYTEST | frozenset(fixtures),
        asyncio,
    )


def _needs_nothing(qualname: str, functions: Mapping[str, FunctionModel], fields: Iterable[object]) -> bool:
    init = functions.get(f"{qualname}.__init__")
    if init is None:
        return not any(getattr(each, "required", False) for each in fields)
    return all(each.default is not None or each.kind.startswith("var") for each in init.parameters[1:])
