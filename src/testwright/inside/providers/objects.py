"""Offers instances: by constructor, by alternative constructors, by sample subclasses, and what calls have returned."""

from __future__ import annotations

import enum
import inspect
import typing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..exploring.live_module import UNKNOWN, Parameter, name_of
from ..recipes import Call, Const, Dictionary, Helper, Name, Recipe
from .makers_of import MakersOf

if TYPE_CHECKING:
    from .maker import Maker

__all__ = ["ObjectProvider"]


class ObjectProvider:
    """Builds instances of classes as their users would."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self._parameters: dict[type, list[Parameter]] = {}
        self.others = MakersOf(maker)

    def make(self, kind: type, depth: int, attributes: dict[str, Any] | None = None) -> Recipe | None:
        """An instance of `kind` or of a subclass, None when none can be named; `attributes`: how these are used."""
        rng = self.maker.rng
        if depth > 4:
            return None
        fixtures = self.maker.fixtures.of_class(kind)
        if fixtures and rng.random() < 0.5:
            return rng.choice(fixtures)
        known = self.maker.by_class.get(kind)
        if known and rng.random() < 0.35:
            return rng.choice(known)
        results = self.maker.by_result.get(kind)
        if results and rng.random() < 0.12:
            return rng.choice(results)
        if issubclass(kind, enum.Enum):
            return self.enum_member(kind)
        if typing.is_typeddict(kind):
            return self._typed_dict(kind, depth)
        abstract = inspect.isabstract(kind) or getattr(kind, "_is_protocol", False)
        subclasses = self.maker.live.subclasses(kind) if self.maker.has("subclasses") else []
        if subclasses and (abstract or rng.random() < 0.4):
            chosen, _ = rng.choice(subclasses[:25])
            return self.construct(chosen, depth, attributes)
        if abstract:
            sample = self.sample_subclass(kind)
            return None if sample is None else Call(sample, *self.maker.arguments(self.parameters(kind), depth + 1))
        return self._made_otherwise(kind, depth) or self.construct(kind, depth, attributes)

    def _made_otherwise(self, kind: type, depth: int) -> Recipe | None:
        """Sometimes not by the constructor alone."""
        roll = self.maker.rng.random()
        if depth > 2 or roll > 0.3 or not self.maker.has("factories"):
            return None
        if roll < 0.15:
            return self.others.given(kind, depth)
        made = self.construct(kind, depth)
        return None if made is None else self.others.carried_on(kind, made, depth)

    def construct(self, kind: type, depth: int, attributes: dict[str, Any] | None = None) -> Recipe | None:
        """`Kind(...)` with arguments for its constructor; a parameter called like an attribute is used like it."""
        name = self.class_recipe(kind)
        if name is None:
            return None
        parameters = self.parameters(kind)
        if attributes:
            parameters = [replace(p, uses=_merged(p.uses, attributes.get(p.name) or {})) for p in parameters]
        args, kwargs = self.maker.arguments(parameters, depth + 1)
        return Call(name, args, kwargs)

    def class_recipe(self, kind: type) -> Name | None:
        """How a test names the class, None when it cannot."""
        for qualname, own in self.maker.live.classes.items():
            if own is kind:
                return Name(self.maker.live.name, qualname)
        return name_of(kind)

    def class_name(self, base: type) -> Recipe | None:
        """The class itself or a subclass, as a value."""
        found = [n for _, n in self.maker.live.subclasses(base)[:20]]
        own = self.class_recipe(base)
        return self.maker.rng.choice([*([own] * 2 if own else []), *found]) if own or found else None

    def enum_member(self, kind: type[enum.Enum]) -> Recipe | None:
        name = self.class_recipe(kind)
        members = list(kind.__members__)
        if name is None or not members:
            return None
        return Name(name.module, f"{name.qualname}.{self.maker.rng.choice(members)}")

    def _typed_dict(self, kind: Any, depth: int) -> Recipe:
        required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
        hints = typing.get_type_hints(kind)
        return Dictionary(
            tuple(
                (Const(k), self.maker.hinted(h, depth + 1))
                for k, h in hints.items()
                if k in required or self.maker.rng.random() < 0.5
            )
        )

    def parameters(self, kind: type) -> list[Parameter]:
        """The constructor's parameters: from the static model for the module's own classes, else from its signature."""
        if kind not in self._parameters:
            self._parameters[kind] = self._find_parameters(kind)
        return self._parameters[kind]

    def _find_parameters(self, kind: type) -> list[Parameter]:
        live = self.maker.live
        if getattr(kind, "_is_protocol", False) and getattr(kind.__init__, "__module__", "") == "typing":  # type: ignore[misc]
            return []  # a protocol's stand-in constructor claims to take anything and takes nothing
        for base in kind.__mro__:
            own = next((q for q, c in live.classes.items() if c is base), None)
            if own and "__init__" in vars(base) and f"{own}.__init__" in live.functions:
                model = live.functions[f"{own}.__init__"]
                return live._static_parameters(model, vars(base)["__init__"], 1)
            if "__init__" in vars(base) or "__new__" in vars(base):
                break
        return self._from_signature(kind)

    def _from_signature(self, kind: type) -> list[Parameter]:
        try:
            signature = inspect.signature(kind)
        except (TypeError, ValueError):
            return []
        hints = self._constructor_hints(kind)
        found = []
        for p in signature.parameters.values():
            hint = hints.get(p.name, UNKNOWN)
            if hint is UNKNOWN and p.annotation is not p.empty:
                hint = self.maker.live.resolve(p.annotation)
            if isinstance(hint, str):
                hint = UNKNOWN
            found.append(Parameter(p.name, p.kind.name.lower().replace("_", "-"), hint, None, p.default is not p.empty))
        return found

    def _constructor_hints(self, kind: type) -> dict[str, Any]:
        for source in (kind.__init__, kind.__new__, kind):  # type: ignore[misc]
            try:
                hints = typing.get_type_hints(source)
            except Exception:
                continue
            if hints and set(hints) != {"return"}:
                return hints
        return {}

    def sample_subclass(self, base: type) -> Recipe | None:
        """A helper class that fills in the abstract methods of `base` in the plainest way."""
        name = self.class_recipe(base)
        if name is None:
            return None
        missing = sorted(getattr(base, "__abstractmethods__", ()))
        if not missing and getattr(base, "_is_protocol", False):
            missing = sorted(n for n, v in vars(base).items() if inspect.isfunction(v) and not n.startswith("__"))
        lines = [self._sample_member(base, member) for member in missing] or ["    pass\n"]
        short = name.qualname.rsplit(".", 1)[-1]
        top = name.qualname.split(".")[0]
        source = f"from {name.module} import {top}\n\n\nclass Sample{short}({name.qualname}):\n" + "\n".join(lines)
        return Helper(f"Sample{short}", source)

    def _sample_member(self, base: type, member: str) -> str:
        found = inspect.getattr_static(base, member, None)
        value = {"__len__": "0", "__iter__": "iter([])", "__contains__": "False"}.get(member, "None")
        if isinstance(found, property):
            return f"    @property\n    def {member}(self):\n        return {value}\n"
        prefix = "async " if inspect.iscoroutinefunction(found) else ""
        return f"    {prefix}def {member}(self, *args, **kwargs):\n        return {value}\n"


def _merged(own: dict[str, Any], of_attribute: dict[str, Any]) -> dict[str, Any]:
    """The constructor's own uses win where both say something."""
    return {**of_attribute, **{k: v for k, v in own.items() if v}}
