"""Proposes calls that ask whether one function undoes another, of pairs that their names and annotations tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from testwright.inside.recipes import Attribute, Call, Const, Name, Operation, Recipe, Variable
from testwright.inside.scenario import Scenario, Step
from testwright.nouns.observation import Observation
from testwright.nouns.suspicion import ROUND_TRIP
from testwright.propose.inverse_pairs import INVERSE_PAIRS
from testwright.python_source.model import ClassModel, FunctionModel, ModuleModel

__all__ = ["round_trips"]

LOOSE = (("format", "parse"), ("render", "parse"), ("dump", "load"), ("to", "from"), ("unparse", "parse"))
"""The first writes what the second has read; what the second never gives, the first need not keep apart."""
_BETWEEN = re.compile(r"^(?P<one>[a-z0-9]+)_?(?:to|2)_?(?P<other>[a-z0-9]+)$")
VALUES: dict[str, tuple[object, ...]] = {
    "str": ("a", "abc", "a b", "", "A1", 'a"b', "a,b", "a=b&c", "a\\b", "é", "<a>", "a/b", "0", " a"),
    "int": (1, 0, 10, 7, 63, 64, 100, 255, 256, 1000, 4096, 65535),
    "bytes": (b"abc", b"", b"a", b"\x00", b"\xff\x00a", b"ab"),
    "float": (1.5, 0.0, 2.0, 10.25),
    "bool": (True, False),
}
MOST_OBSERVED, MOST = 6, 80


def round_trips(model: ModuleModel, observations: list[Observation]) -> list[Observation]:
    """Observations that are still to be made; their last step gives True if all is well."""
    functions = {f.qualname: f for f in model.functions if not f.is_private and not f.is_abstract and not f.is_async}
    found: dict[str, Observation] = {}
    for one, other, strict in _pairs(functions):
        for scenario in _of_pair(model.module, one, other, strict, observations):
            found.setdefault(repr(scenario.steps), Observation(scenario, ()))
    for scenario in _of_texts(model, functions, observations):
        found.setdefault(repr(scenario.steps), Observation(scenario, ()))
    return list(found.values())[:MOST]


def _pairs(functions: dict[str, FunctionModel]) -> Iterator[tuple[FunctionModel, FunctionModel, bool]]:
    plain = [f for f in functions.values() if f.kind in ("function", "staticmethod") and not f.is_generator]
    for one in plain:
        for other in plain:
            if one is not other and one.class_name == other.class_name and _fit(one, other):
                strict = _are_named(one.name, other.name, INVERSE_PAIRS)
                if strict or _are_named(one.name, other.name, LOOSE) or _are_between(one.name, other.name):
                    yield one, other, strict


def _fit(one: FunctionModel, other: FunctionModel) -> bool:
    """Each takes just what the other gives."""
    first, second = _only_parameter(one), _only_parameter(other)
    if not first or not second or not one.returns or not other.returns:
        return False
    return first == other.returns and second == one.returns


def _only_parameter(function: FunctionModel) -> str:
    """The annotation of the one argument that must be given."""
    required = [p for p in function.parameters if p.default is None and not p.kind.startswith("var")]
    return (required[0].annotation or "") if len(required) == 1 else ""


def _are_named(one: str, other: str, pairs: tuple[tuple[str, str], ...]) -> bool:
    """`encode_base62` and `decode_base62`: alike but for the two words."""
    first, second = one.lower().split("_"), other.lower().split("_")
    return any(
        a in first and b in second and [w for w in first if w != a] == [w for w in second if w != b] for a, b in pairs
    )


def _are_between(one: str, other: str) -> bool:
    first, second = _BETWEEN.match(one.lower()), _BETWEEN.match(other.lower())
    return bool(first and second and (first["one"], first["other"]) == (second["other"], second["one"]))


def _of_pair(
    module: str, one: FunctionModel, other: FunctionModel, strict: bool, observations: list[Observation]
) -> Iterator[Scenario]:
    there, back = Name(module, one.qualname), Name(module, other.qualname)
    for value in _inputs(one if strict else other, observations):
        if strict:
            yield _asking(Call(back, (Call(there, (value,)),)), value, other.qualname)
        else:
            made = Variable("original")
            asked = _asking(Call(back, (Call(there, (made,)),)), made, other.qualname)
            yield Scenario((Step(Call(back, (value,)), "original"), *asked.steps), asked.target, ROUND_TRIP)


def _asking(again: Recipe, value: Recipe, target: str) -> Scenario:
    return Scenario((Step(Operation("==", again, value), "result"),), target, ROUND_TRIP)


def _inputs(function: FunctionModel, observations: list[Observation]) -> list[Recipe]:
    seen: dict[Recipe, None] = {}
    for observation in observations:
        last = observation.scenario.steps[-1].recipe
        single = len(observation.scenario.steps) == 1 and isinstance(last, Call) and len(last.args) == 1
        if observation.scenario.target == function.qualname and single and isinstance(last, Call) and not last.kwargs:
            if len(seen) < MOST_OBSERVED and type(getattr(last.args[0], "value", None)).__name__ == _only_parameter(
                function
            ):
                seen[last.args[0]] = None
    return [*seen, *(Const(v) for v in VALUES.get(_only_parameter(function), ()) if Const(v) not in seen)]


def _of_texts(
    model: ModuleModel, functions: dict[str, FunctionModel], observations: list[Observation]
) -> Iterator[Scenario]:
    """`Version.parse(str(version)) == version`, `Point.from_dict(point.to_dict()) == point`."""
    for owner in model.classes:
        if owner.is_private or not _compares(owner, functions):
            continue
        made = _instances(model.module, owner, observations)
        for one, other in _of_class(owner, functions):
            there: Recipe = Attribute(Variable("original"), one) if one != "__str__" else Name("builtins", "str")
            text = Call(there, ()) if one != "__str__" else Call(there, (Variable("original"),))
            again = Call(Name(model.module, f"{owner.qualname}.{other}"), (text,))
            for instance in made:
                asked = _asking(again, Variable("original"), f"{owner.qualname}.{other}")
                yield Scenario((Step(instance, "original"), *asked.steps), asked.target, ROUND_TRIP)


def _compares(owner: ClassModel, functions: dict[str, FunctionModel]) -> bool:
    return owner.kind in ("dataclass", "attrs", "namedtuple") or f"{owner.qualname}.__eq__" in functions


def _of_class(owner: ClassModel, functions: dict[str, FunctionModel]) -> Iterator[tuple[str, str]]:
    own = {f.name: f for f in functions.values() if f.class_name == owner.qualname}
    readers = [n for n, f in own.items() if f.kind == "classmethod" and len(f.parameters) == 2]
    for name in readers:
        what = name.removeprefix("from_")
        if f"to_{what}" in own and what != name and len(own[f"to_{what}"].parameters) == 1:
            yield f"to_{what}", name
        elif name in ("parse", "from_string", "from_str") and "__str__" in own:
            yield "__str__", name


def _instances(module: str, owner: ClassModel, observations: list[Observation]) -> list[Recipe]:
    found: dict[Recipe, None] = {}
    for observation in observations:
        for step in observation.scenario.steps:
            made = step.recipe
            if isinstance(made, Call) and made.function == Name(module, owner.qualname) and not observation.raised:
                if all(isinstance(a, Const) for a in (*made.args, *(v for _, v in made.kwargs))):
                    found[made] = None
    return list(found)[:MOST_OBSERVED]
