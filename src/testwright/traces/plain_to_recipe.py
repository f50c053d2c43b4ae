"""Decides how a test makes a recorded value again: the recipe of a plain value, where there is one."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from testwright.inside.recipes import Attribute, Call, Const, Dictionary, Name, Operation, Recipe, Sequence, Variable
from testwright.inside.recording.values import Plain, walk_plain
from testwright.inside.scenario import Step

__all__ = ["BARE", "FLAT", "Change", "FieldsOf", "History", "Places", "Steps", "recipe_of", "state_of"]

FieldsOf: TypeAlias = Callable[[str, str], SequenceOf[tuple[str, str]] | None]
"""Of a class, by module and qualified name: each attribute and the argument that sets it; None where that is not known."""

_SEQUENCES = frozenset(("list", "tuple", "set", "frozenset"))
_MADE_FROM_ITS_BASE = frozenset(("list", "dict", "set", "frozenset"))
_STREAMS = frozenset(("io.BytesIO", "io.StringIO"))
_FILLING = {"list": "extend", "dict": "update", "set": "update"}
_MOST_ATTRIBUTES = 20
"""That are set after an object is made."""
BARE, FLAT = "bare", "flat"
"""Other ways to make objects: without their constructor, as one that is still being made has to be; and mappings of several
values for a key by one pair for each."""
_NUMBER_AT = {"object": 2, "items": 2, "function": 2, "is": 1, "again": 1}


class Places(Protocol):
    """What the project's source says of things that recorded values name."""

    def parameters(self, module: str, qualname: str) -> SequenceOf[tuple[str, bool]] | None:
        """Of a class's constructor, each with whether it must be given; None where that is not known."""

    def has_constructor(self, module: str, qualname: str) -> bool:
        """The class, or one above it of which the source is known, defines one."""

    def defines_constructor(self, module: str, qualname: str) -> bool:
        """The class itself does."""

    def is_attribute(self, module: str, qualname: str) -> bool:
        """A property: got or set as an attribute, not called."""

    def stand_in(self, module: str, qualname: str) -> Recipe | None:
        """For something that a test cannot import, as only tests define it."""

    def function(
        self, module: str, qualname: str, place: tuple[str, int, int], held: Mapping[str, Recipe]
    ) -> Recipe | None:
        """For a function without a place of its own, by file, line and column, and what its outer variables hold."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a person writes to change an object: a call of a method, or a property that is got or set."""

    name: str
    args: tuple[Recipe, ...] = ()
    kwargs: tuple[tuple[str, Recipe], ...] = ()
    of_attribute: bool = False

    def step(self, variable: Variable) -> Step:
        if self.of_attribute:
            return Step(self.args[0], variable.name, self.name) if self.args else Step(Attribute(variable, self.name))
        if self.name in ("__setitem__", "__delitem__"):
            return Step(Call(Name("operator", self.name.strip("_")), (variable, *self.args), self.kwargs))
        if self.name in ("__next__", "__iter__"):
            return Step(Call(Name("builtins", self.name.strip("_")), (variable,)))
        called = Attribute(variable, self.name) if self.name != "__call__" else variable
        return Step(Call(called, self.args, self.kwargs))


@dataclass(frozen=True, slots=True)
class History:
    """How an object came to be as it was."""

    made: Recipe
    changes: tuple[Change, ...] = ()


@dataclass(slots=True)
class Steps:
    """Takes the statements that come before a call, for what cannot be made within it."""

    taken: list[Step] = field(default_factory=list)
    optional: list[int] = field(default_factory=list)
    """Places of those that may turn out to be needless: they set what the constructor may have set."""
    names: set[str] = field(default_factory=set)

    def bind(self, recipe: Recipe, wanted: str) -> Variable:
        name, number = wanted, 2
        while name in self.names:
            name, number = f"{wanted}_{number}", number + 1
        self.names.add(name)
        self.taken.append(Step(recipe, name))
        return Variable(name)

    def set(self, variable: Variable, name: str, value: Recipe, *, optional: bool) -> None:
        if optional:
            self.optional.append(len(self.taken))
        self.taken.append(Step(value, variable.name, name))


def recipe_of(
    plain: Plain,
    fields_of: FieldsOf | None = None,
    made: Mapping[str, History] | None = None,
    places: Places | None = None,
    steps: Steps | None = None,
    name: str = "value",
    way: str = "",
) -> Recipe | None:
    """None for what was cut or could not be looked into, or has no name to be reached by.

    `made` says of some objects, by their `state_of`, how they came to be. Without `steps` there is no recipe either for what
    is in two places at once or has been changed; with them, `name` is what such a value is called.
    """
    try:
        return _Reader(fields_of, made or {}, places, steps, name, way).whole(plain)
    except (_NoWayError, RecursionError):
        return None


def state_of(plain: Plain) -> str:
    """The same for objects of one class that hold the same, as far as it was copied; "" for what is no object."""
    if type(plain) is not list or plain[0] not in ("object", "items"):
        return ""
    start = 3 if plain[0] == "object" else 4
    numbers: dict[int, int] = {}
    held = [plain[1], *plain[3:start], sorted(plain[start:], key=lambda pair: str(pair[0]))]
    return json.dumps(_renumbered(held, numbers))


def _renumbered(plain: Any, numbers: dict[int, int]) -> Any:
    """With the numbers of things that are met again in the order in which they stand here."""
    if type(plain) is not list:
        return plain
    at = _NUMBER_AT.get(plain[0], 0) if plain and type(plain[0]) is str else 0
    if at and len(plain) > at and type(plain[at]) is int:
        plain = [*plain[:at], numbers.setdefault(plain[at], len(numbers)), *plain[at + 1 :]]
    return [_renumbered(each, numbers) for each in plain]


class _NoWayError(Exception):
    """No recipe makes this value."""


class _Reader:
    def __init__(
        self,
        fields_of: FieldsOf | None,
        made: Mapping[str, History],
        places: Places | None,
        steps: Steps | None,
        name: str,
        way: str,
    ) -> None:
        self._fields_of, self._made, self._places = fields_of, made, places
        self._steps, self._wanted, self._way = steps, name, way
        self._shared: dict[int, Recipe] = {}
        self._met_again: set[int] = set()

    def whole(self, plain: Plain) -> Recipe:
        self._met_again = {each[1] for each in walk_plain(plain) if type(each) is list and each[:1] == ["again"]}
        return self.read(plain)

    def read(self, plain: Plain) -> Recipe:
        if type(plain) is not list:
            return Const(plain)
        tag = plain[0]
        if tag in _SEQUENCES:
            return Sequence(tag, tuple(self.read(item) for item in plain[1:]))
        reader = _READERS.get(tag)
        if reader is None:  # cut, opaque
            raise _NoWayError
        return reader(self, plain)

    def mapping(self, plain: list[Any]) -> Recipe:
        return Dictionary(tuple((self.read(key), self.read(value)) for key, value in plain[1:]))

    def octets(self, plain: list[Any]) -> Recipe:
        try:
            return Const(base64.b64decode(plain[1], validate=True))
        except binascii.Error as error:
            raise _NoWayError from error

    def odd_float(self, plain: list[Any]) -> Recipe:
        return Const(float(plain[1]))

    def complex(self, plain: list[Any]) -> Recipe:
        parts = [self.read(part) for part in plain[1:]]
        real, imaginary = (part.value if isinstance(part, Const) else 0 for part in parts)
        return Const(complex(real, imaginary))

    def standard(self, plain: list[Any]) -> Recipe:
        module, _, name = plain[1].rpartition(".")
        named = [each for each in plain[2:] if _is_named(each)]
        given = [each for each in plain[2:] if not _is_named(each)]
        if plain[1] in _STREAMS and named:
            return self._stream(Call(Name(module, name), tuple(self.read(each) for each in given)), named[0][2])
        kwargs = tuple((str(key), self.read(value)) for _, key, value in named)
        if not all(key.isidentifier() for key, _ in kwargs):
            raise _NoWayError
        return Call(Name(module, name), tuple(self.read(each) for each in given), kwargs)

    def _stream(self, made: Recipe, place: Plain) -> Recipe:
        """One that has been read or written up to some place."""
        variable = self._bound(made)
        self._change(variable, Change("seek", (self.read(place),)))
        return variable

    def member(self, plain: list[Any]) -> Recipe:
        """Several flags are joined by `|`."""
        first, *rest = (self.place(f"{plain[1]}.{part}") for part in plain[2].split("|"))
        whole: Recipe = first
        for part in rest:
            whole = Operation("|", whole, part)
        return whole

    # -- what is in two places --------------------------------------------------------------------------------------------

    def shared(self, plain: list[Any]) -> Recipe:
        """A change of one is to be seen in the other."""
        self._shared[plain[1]] = self._bound(self.read(plain[2]))
        return self._shared[plain[1]]

    def again(self, plain: list[Any]) -> Recipe:
        if plain[1] not in self._shared:
            raise _NoWayError  # a thing that holds itself
        return self._shared[plain[1]]

    def _change(self, variable: Variable, change: Change) -> None:
        if self._steps is not None:
            self._steps.taken.append(change.step(variable))

    def _bound(self, recipe: Recipe) -> Variable:
        if self._steps is None:
            raise _NoWayError
        return self._steps.bind(recipe, self._wanted)

    # -- what has a place -------------------------------------------------------------------------------------------------

    def place(self, text: str) -> Recipe:
        module, _, qualname = text.partition(":")
        if "?" in text:
            raise _NoWayError
        found = self._places.stand_in(module, qualname) if self._places is not None and qualname else None
        if found is not None:
            return found
        if "<" in text or module == "__main__":
            raise _NoWayError
        return Name(module, qualname)

    def function(self, plain: list[Any]) -> Recipe:
        if self._places is None:
            raise _NoWayError
        module, _, qualname = plain[1].partition(":")
        held: dict[str, Recipe] = {}
        for name, value in plain[6:]:
            found = recipe_of(value, self._fields_of, self._made, self._places)
            held |= {} if found is None else {name: found}
        made = self._places.function(module, qualname, (str(plain[3]), int(plain[4]), int(plain[5])), held)
        if made is None:
            raise _NoWayError
        self._shared[plain[2]] = made
        return made

    # -- objects ----------------------------------------------------------------------------------------------------------

    def thing(self, plain: list[Any]) -> Recipe:
        """As it is known to have come to be, else by its constructor, if that sets all that the object has."""
        made = self._known(plain) or self._constructed(plain)
        if plain[2] in self._met_again:
            self._shared[plain[2]] = made = made if isinstance(made, Variable) else self._bound(made)
        return made

    def _known(self, plain: list[Any]) -> Recipe | None:
        known = self._made.get(state_of(plain)) if self._made else None
        if known is None:
            return None
        if not known.changes:
            return known.made
        if self._steps is None:
            raise _NoWayError
        variable = self._steps.bind(known.made, self._wanted)
        self._steps.taken += [change.step(variable) for change in known.changes]
        return variable

    def _constructed(self, plain: list[Any]) -> Recipe:
        """By what sets all that the object has, else with attributes set afterwards: whoever runs it compares what comes of it."""
        if plain[1] == "types:MethodType":
            return self._method(dict(plain[3:]))
        kind = self.place(plain[1])
        held: dict[str, Plain] = dict(plain[3:])
        if self._way == BARE and self._places is not None:
            return self._with(_unmade(kind), held, optional=False)
        fields = self._fields(plain[1])
        if fields is not None and {attribute for attribute, _ in fields} == set(held):
            return Call(kind, (), tuple((argument, self.read(held[attribute])) for attribute, argument in fields))
        given = self._by_parameters(plain[1], held)
        if given is None:
            return self._bare(kind, held)
        made = Call(kind, (), tuple((name, self.read(held[each])) for name, each in given.items()))
        return self._with(made, {name: held[name] for name in held if name not in given.values()}, optional=True)

    def _bare(self, kind: Recipe, held: Mapping[str, Plain]) -> Recipe:
        """Nothing is known of its constructor: only for whoever compares what comes of it."""
        if self._places is None:
            raise _NoWayError
        if not held:
            return Call(kind)
        first = held.get("args")
        if type(first) is list and first[0] == "tuple":  # an exception is made of them
            made = Call(kind, tuple(self.read(each) for each in first[1:]))
            return self._with(made, {name: held[name] for name in held if name != "args"}, optional=True)
        return self._with(_unmade(kind), held, optional=False)

    def _with(self, made: Recipe, attributes: Mapping[str, Plain], *, optional: bool) -> Recipe:
        if not attributes:
            return made
        if self._steps is None or len(attributes) > _MOST_ATTRIBUTES:
            raise _NoWayError
        variable = self._steps.bind(made, self._wanted)
        for name, value in attributes.items():
            recipe = self._readable(value)
            if recipe is not None and name.isidentifier():
                self._steps.set(variable, name, recipe, optional=optional)
            elif not optional:
                raise _NoWayError
        return variable

    def _readable(self, value: Plain) -> Recipe | None:
        try:
            return self.read(value)
        except _NoWayError:
            return None

    def _method(self, held: Mapping[str, Plain]) -> Recipe:
        function = held.get("__func__")
        if type(function) is not list or function[0] != "name":
            raise _NoWayError
        return Attribute(self.read(held.get("__self__")), function[1].rpartition(".")[2])

    def _by_parameters(self, name: str, held: Mapping[str, Plain]) -> dict[str, str] | None:
        """Parameters and the attributes that keep them, mostly under their names; None where a needed one is not kept."""
        module, _, qualname = name.partition(":")
        known = self._places.parameters(module, qualname) if self._places is not None else None
        if known is None:
            # Somebody else's class; that of the interpreter itself has no parameters.
            all_public = all(each.isidentifier() and not each.startswith("_") for each in held)
            known_by_nobody = self._places is None or not held or "args" in held
            return {each: each for each in held} if all_public and not known_by_nobody else None
        found = {}
        for parameter, is_required in known:
            own = f"_{qualname.rpartition('.')[2].lstrip('_')}__{parameter}"
            attribute = next((each for each in (parameter, f"_{parameter}", own) if each in held), None)
            if attribute is not None:
                found[parameter] = attribute
            elif is_required:
                return None
        return found

    def _fields(self, name: str) -> SequenceOf[tuple[str, str]] | None:
        module, _, qualname = name.partition(":")
        return self._fields_of(module, qualname) if self._fields_of is not None else None

    def derived(self, plain: list[Any]) -> Recipe:
        """A named tuple by its fields; of others those that are made of what they derive from."""
        made = self._known(plain) or self._derived(plain)
        if plain[2] in self._met_again:
            self._shared[plain[2]] = made = made if isinstance(made, Variable) else self._bound(made)
        return made

    def _derived(self, plain: list[Any]) -> Recipe:
        kind, base = self.place(plain[1]), plain[3]
        tag = base[0] if type(base) is list else ""
        if tag and tag not in (*_MADE_FROM_ITS_BASE, "tuple", "bytes", "std"):
            raise _NoWayError
        if len(plain) > 4:
            return self._filled(kind, plain[1], base, dict(plain[4:]))
        if tag == "std":
            made = self.standard(base)
            return Call(kind, made.args, made.kwargs) if isinstance(made, Call) else made
        if tag == "tuple" and (fields := self._fields(plain[1])) is not None:
            if len(fields) != len(base) - 1:
                raise _NoWayError
            return Call(kind, tuple(self.read(item) for item in base[1:]))
        return Call(kind, (self.read(base),) if not tag or len(base) > 1 else ())

    def _filled(self, kind: Recipe, name: str, base: Plain, held: dict[str, Plain]) -> Recipe:
        """Made empty, as its attributes say, then filled by the methods that its base has for that."""
        filling = _FILLING.get(base[0]) if type(base) is list else None
        if filling is None or self._steps is None:
            raise _NoWayError
        module, _, qualname = name.partition(":")
        if self._places is None or not self._places.has_constructor(module, qualname):
            return self._with(Call(kind, (self.read(base),) if len(base) > 1 else ()), held, optional=True)
        given = self._by_parameters(name, held) or {} if self._way != BARE else {}
        made = Call(kind, (), tuple((each, self.read(held[attribute])) for each, attribute in given.items()))
        variable = self._steps.bind(made if self._way != BARE else _unmade(kind), self._wanted)
        if len(base) > 1:
            self._change(variable, Change(filling, (self.read(_flat(base) if self._way == FLAT else base),)))
        for each, value in held.items():
            recipe = self._readable(value) if each not in given.values() and each.isidentifier() else None
            if recipe is not None:
                self._steps.set(variable, each, recipe, optional=True)
        return variable


def _unmade(kind: Recipe) -> Call:
    return Call(Attribute(kind, "__new__"), (kind,))


def _flat(base: list[Any]) -> Plain:
    """A dictionary of lists as a list of pairs."""
    if base[0] != "dict" or not all(type(held) is list and held[:1] == ["list"] for _, held in base[1:]):
        raise _NoWayError
    return ["list", *(["tuple", key, each] for key, held in base[1:] for each in held[1:])]


def _is_named(plain: Plain) -> bool:
    return type(plain) is list and plain[0] == "="


_READERS: dict[str, Callable[[_Reader, list[Any]], Recipe]] = {
    "dict": _Reader.mapping,
    "bytes": _Reader.octets,
    "float": _Reader.odd_float,
    "complex": _Reader.complex,
    "std": _Reader.standard,
    "enum": _Reader.member,
    "name": lambda reader, plain: reader.place(plain[1]),
    "object": _Reader.thing,
    "items": _Reader.derived,
    "function": _Reader.function,
    "is": _Reader.shared,
    "again": _Reader.again,
    "secret": lambda reader, plain: reader.read(plain[1]),
}
