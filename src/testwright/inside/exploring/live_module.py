"""Holds the imported module beside its static model: what can be called, how it is named, which values it takes."""

from __future__ import annotations

import builtins
import inspect
import sys
import types
import typing
from dataclasses import dataclass, field
from typing import Any

from ..providers.source_facts import SourceFacts
from ..providers.source_recipe import NotARecipe, SourceReader
from ..recipes import HELPERS_MODULE, Name, Recipe

__all__ = ["CALLED", "Callable_", "LiveModule", "Parameter", "UNKNOWN", "is_below"]


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = _Unknown()
"""Stands for a hint that is missing or cannot be resolved (None is a hint)."""


CALLED = frozenset({"function", "staticmethod", "classmethod"})
"""Kinds of functions that need no instance."""


@dataclass(slots=True)
class Parameter:
    """One parameter: `hint` is the resolved type or UNKNOWN, `uses` the static uses tree ({} = nothing known)."""

    name: str
    kind: str
    hint: Any = UNKNOWN
    default: Recipe | None = None
    has_default: bool = False
    uses: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Callable_:
    """One thing to call. `recipe` reaches it (for a method: its name on an instance of `owner`)."""

    qualname: str
    kind: str
    recipe: Name
    parameters: list[Parameter]
    model: dict[str, Any]
    owner: type | None = None
    is_private: bool = False
    shapes: list[list[Parameter]] = field(default_factory=list)


class LiveModule:
    """The module object and what the static model says of it."""

    def __init__(self, module: types.ModuleType, model: dict[str, Any]) -> None:
        self.module = module
        self.name = module.__name__
        self.model = model
        self.functions = {f["qualname"]: f for f in model["functions"] if f["kind"] != "setter"}
        self.setters = {f["qualname"] for f in model["functions"] if f["kind"] == "setter"}
        self.class_models = {c["qualname"]: c for c in model["classes"]}
        self.classes: dict[str, type] = {}
        for qualname in self.class_models:
            found = self.lookup(qualname)
            if isinstance(found, type):
                self.classes[qualname] = found
        self._reachable: list[tuple[type, Name]] | None = None
        self._resolved: dict[str, Any] = {}
        self._hints_by_name: dict[str, Any] | None = None
        self.facts = SourceFacts(_source_of(str(model.get("path") or "")))

    def reader(self) -> SourceReader:
        return SourceReader(self.module)

    def lookup(self, qualname: str) -> Any:
        """The live object, UNKNOWN when the module does not (any more) have it."""
        found: Any = self.module
        for part in qualname.split("."):
            try:
                found = inspect.getattr_static(found, part) if isinstance(found, type) else getattr(found, part)
            except Exception:
                return UNKNOWN
        return found

    def callables(self) -> list[Callable_]:
        """Every function, method and property of the module that a test can name, in source order."""
        found = []
        for qualname, model in self.functions.items():
            if model["kind"] == "nested" or "<locals>" in qualname:
                continue
            made = self._callable(qualname, model)
            if made is not None:
                found.append(made)
        return found

    def hint_of_parameter(self, name: str) -> Any:
        """The hint that a parameter of that name has somewhere in the module, UNKNOWN when it has none."""
        if self._hints_by_name is None:
            known = [p for each in self.callables() for p in each.parameters if p.hint is not UNKNOWN]
            self._hints_by_name = {p.name: p.hint for p in reversed(known)}
        return self._hints_by_name.get(name, UNKNOWN)

    def _callable(self, qualname: str, model: dict[str, Any]) -> Callable_ | None:
        live = self.lookup(qualname)
        if live is UNKNOWN:
            return None
        owner = self.classes.get(model["class_name"]) if model["class_name"] else None
        if model["class_name"] and owner is None:
            return None
        plain = live.__func__ if isinstance(live, (staticmethod, classmethod)) else live
        drop = 1 if model["kind"] in ("method", "classmethod", "property") else 0
        static = self._static_parameters(model, plain, drop)
        shapes = [static]
        real = self._signature_parameters(plain, model, drop)
        if real is not None and [(p.name, p.kind) for p in real] != [(p.name, p.kind) for p in static]:
            shapes.insert(0 if model["decorators"] else 1, real)
        return Callable_(
            qualname,
            model["kind"],
            Name(self.name, qualname),
            shapes[0],
            model,
            owner,
            bool(model["is_private"]),
            shapes,
        )

    def _static_parameters(self, model: dict[str, Any], live: Any, drop: int) -> list[Parameter]:
        hints = self._hints(live)
        beside = self.facts.beside.get(model.get("qualname", ""), {})
        found = []
        for raw in model["parameters"][drop:]:
            hint = hints.get(raw["name"], UNKNOWN)
            if hint is UNKNOWN and raw["annotation"]:
                hint = self.resolve(raw["annotation"])
            uses = _with_facts(raw["uses"] or {}, beside.get(raw["name"], {}))
            found.append(
                Parameter(
                    raw["name"], raw["kind"], hint, self._default(raw["default"]), raw["default"] is not None, uses
                )
            )
        return found

    def _signature_parameters(self, live: Any, model: dict[str, Any], drop: int) -> list[Parameter] | None:
        """What `inspect` says, when it differs the decorator changed it (or lies: the engine tries both)."""
        try:
            signature = inspect.signature(live)
        except (TypeError, ValueError):
            return None
        uses = {p["name"]: p for p in model["parameters"]}
        found = []
        for p in list(signature.parameters.values())[drop:]:
            kind = p.kind.name.lower().replace("_", "-")
            known = uses.get(p.name)
            hint = self.resolve(p.annotation) if p.annotation is not p.empty else UNKNOWN
            default = self._default(known["default"]) if known else None
            found.append(
                Parameter(p.name, kind, hint, default, p.default is not p.empty, (known or {}).get("uses") or {})
            )
        return found

    def _default(self, source: str | None) -> Recipe | None:
        if source is None:
            return None
        try:
            return self.reader().expression(source)
        except NotARecipe:
            return None

    def _hints(self, live: Any) -> dict[str, Any]:
        try:
            return typing.get_type_hints(live)
        except Exception:
            return {}

    def resolve(self, annotation: Any) -> Any:
        """The type that an annotation (source text or object) means, UNKNOWN when it cannot be evaluated."""
        if not isinstance(annotation, str):
            return annotation
        if annotation not in self._resolved:
            self._resolved[annotation] = self._evaluated(annotation)
        return self._resolved[annotation]

    def _evaluated(self, annotation: str) -> Any:
        scope = {**vars(builtins), **vars(typing), **vars(self.module)}
        for item in self.model.get("imports", ()):  # names imported only for type checking
            if item["name"] not in vars(self.module):
                self._add_import(scope, item)
        text = annotation
        for _ in range(2):
            try:
                found = eval(text, scope)
            except Exception:
                return UNKNOWN
            if not isinstance(found, str):
                return found
            text = found
        return UNKNOWN

    def _add_import(self, scope: dict[str, Any], item: dict[str, Any]) -> None:
        loaded = sys.modules.get(item["module"])
        if loaded is None:
            try:
                loaded = __import__(item["module"], fromlist=["_"])
            except Exception:
                return
        scope[item["name"]] = getattr(loaded, item["qualname"], UNKNOWN) if item["qualname"] else loaded

    # -- classes ---------------------------------------------------------------------------------------------

    def reachable_classes(self) -> list[tuple[type, Name]]:
        """Classes that the module defines, imports or reaches through a module of its own package that it imports."""
        if self._reachable is None:
            self._reachable = self._find_classes()
        return self._reachable

    def _find_classes(self) -> list[tuple[type, Name]]:
        found: dict[type, Name] = {kind: Name(self.name, q) for q, kind in self.classes.items()}
        top = self.name.split(".")[0]
        spaces = [(self.name, self.module)]
        spaces += [
            (v.__name__, v)
            for v in list(vars(self.module).values())
            if isinstance(v, types.ModuleType) and v.__name__.split(".")[0] == top
        ]
        for name, space in spaces:
            for key, value in list(vars(space).items()):
                if (
                    isinstance(value, type)
                    and not key.startswith("_")
                    and value not in found
                    and value.__module__ != "builtins"
                ):
                    found[value] = name_of(value) or Name(name, key)
        return list(found.items())

    def subclasses(self, base: type) -> list[tuple[type, Name]]:
        """Subclasses of `base` that can be imported by name, the module's own first."""
        found: list[tuple[type, Name]] = []
        queue = [base]
        seen = {base}
        while queue and len(found) < 60:
            current = queue.pop(0)
            try:
                children: list[type] = type.__subclasses__(current)
            except TypeError:
                continue
            for child in children:
                if child in seen:
                    continue
                seen.add(child)
                queue.append(child)
                name = name_of(child)
                if name is not None and not child.__name__.startswith("_") and name.module not in ("weakref", "types"):
                    found.append((child, name))
        found.sort(key=lambda pair: (pair[1].module != self.name, pair[1].module, pair[1].qualname))
        return found


def _with_facts(uses: dict[str, Any], facts: dict[str, list[str]]) -> dict[str, Any]:
    return {**uses, **{k: [*(uses.get(k) or ()), *v] for k, v in facts.items()}} if facts else uses


def _source_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):  # a module without a readable source gives no facts
        return ""


def name_of(kind: Any) -> Name | None:
    """The Name by which `kind` can be imported, None when it cannot (local classes, replaced names, our own helpers)."""
    module, qualname = getattr(kind, "__module__", None), getattr(kind, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(qualname, str) or "<" in qualname:
        return None
    if module in ("__main__", HELPERS_MODULE):
        return None
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return Name(module, qualname) if found is kind else None


def is_below(kind: type, base: type) -> bool:
    """`issubclass`, False where a metaclass raises: it may answer as it likes."""
    try:
        return issubclass(kind, base)
    except Exception:
        return False
